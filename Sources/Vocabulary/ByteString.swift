/// Text exactly as it came over the wire: compared, hashed and kept as bytes, shown as UTF-8.
///
/// Swift's `String` compares canonically equivalent text as equal; paths and identities must not be.
package struct ByteString: Hashable, Sendable {
    package let bytes: [UInt8]

    @inlinable
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    @inlinable
    package init(_ text: String) {
        self.bytes = Array(text.utf8)
    }

    @inlinable package var isEmpty: Bool { bytes.isEmpty }
    @inlinable package var count: Int { bytes.count }
}

extension ByteString: ExpressibleByStringLiteral {
    package init(stringLiteral value: StaticString) {
        self.bytes = value.withUTF8Buffer { Array($0) }
    }
}

extension ByteString: Comparable {
    package static func < (left: ByteString, right: ByteString) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension ByteString: CustomStringConvertible {
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}
