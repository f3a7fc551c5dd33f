/// A path as a client wrote it, hashed once.
///
/// Kept as bytes: paths are compared, never normalized. Whether the text is a legal path is a question to ask
/// (`isValid`), since several operations take any text.
package struct ZnodePath: Hashable, Sendable {
    package let bytes: [UInt8]
    @usableFromInline let hash: Int

    @inlinable
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        self.hash = hasher.finalize()
    }

    @inlinable
    package init(_ text: String) {
        self.init(Array(text.utf8))
    }

    package static let root = ZnodePath("/")

    @inlinable package var isRoot: Bool { bytes.isEmpty || (bytes.count == 1 && bytes[0] == ZnodePath.slash) }

    /// The text before the last `/`: nil without one, the root for a child of the root.
    package var parent: ZnodePath? {
        guard let cut = bytes.lastIndex(of: ZnodePath.slash) else { return nil }
        return cut == 0 ? .root : ZnodePath(Array(bytes[..<cut]))
    }

    /// The text after the last `/`.
    package var name: ArraySlice<UInt8> {
        guard let cut = bytes.lastIndex(of: ZnodePath.slash) else { return bytes[...] }
        return bytes[(cut + 1)...]
    }

    /// The path of the child `name`.
    package func appending(_ name: some Collection<UInt8>) -> ZnodePath {
        var longer = isRoot ? [] : bytes
        longer.reserveCapacity(longer.count + 1 + name.count)
        longer.append(ZnodePath.slash)
        longer.append(contentsOf: name)
        return ZnodePath(longer)
    }

    /// Whether `self` is `other` or stands below it.
    package func isWithin(_ other: ZnodePath) -> Bool {
        if other.isRoot { return true }
        guard bytes.starts(with: other.bytes) else { return false }
        return bytes.count == other.bytes.count || bytes[other.bytes.count] == ZnodePath.slash
    }

    @usableFromInline static let slash = UInt8(ascii: "/")

    @inlinable
    package static func == (left: ZnodePath, right: ZnodePath) -> Bool {
        left.hash == right.hash && left.bytes == right.bytes
    }

    @inlinable
    package func hash(into hasher: inout Hasher) {
        hasher.combine(hash)
    }

    /// `hash` is of a keyed hash function already: dictionaries need no second one over it.
    // swift-format-ignore: NoLeadingUnderscores
    @inlinable
    package func _rawHashValue(seed: Int) -> Int { hash ^ seed }
}

extension ZnodePath: ExpressibleByStringLiteral {
    package init(stringLiteral value: StaticString) {
        self.init(value.withUTF8Buffer { Array($0) })
    }
}

extension ZnodePath: CustomStringConvertible {
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension ZnodePath: Comparable {
    package static func < (left: ZnodePath, right: ZnodePath) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension ZnodePath {
    /// A copy of bytes that are in a buffer.
    package init(_ bytes: RawSpan) {
        self.init(bytes.withUnsafeBytes { Array($0) })
    }
}
