package import Vocabulary

/// A cursor over bytes in Jute, ZooKeeper's encoding: big-endian numbers, lengths before text, -1 for null.
///
/// Every read checks what is left before it touches or allocates anything; lengths and counts are taken for
/// hostile.
package struct JuteReader: ~Escapable {
    private let bytes: RawSpan
    /// Bytes read so far.
    package private(set) var offset = 0

    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan) {
        self.bytes = bytes
    }

    package var remaining: Int { bytes.byteCount - offset }

    package mutating func byte() throws(DecodingError) -> UInt8 {
        try require(1)
        defer { offset += 1 }
        return bytes.unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// Any byte but 0 is true.
    package mutating func bool() throws(DecodingError) -> Bool {
        try byte() != 0
    }

    package mutating func int32() throws(DecodingError) -> Int32 {
        try require(4)
        defer { offset += 4 }
        return Int32(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Int32.self))
    }

    package mutating func int64() throws(DecodingError) -> Int64 {
        try require(8)
        defer { offset += 8 }
        return Int64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: Int64.self))
    }

    /// Where the bytes of the next text or buffer are; nil for null.
    ///
    /// - Parameter bytesMax: More is refused, whether it is there or not.
    package mutating func range(max bytesMax: Int = .max) throws(DecodingError) -> Range<Int>? {
        let length = try int32()
        if length == -1 { return nil }
        guard length >= 0 else { throw .negativeLength(length) }
        guard Int(length) <= bytesMax else { throw .oversized(length, max: bytesMax) }
        try require(Int(length))
        defer { offset += Int(length) }
        return offset..<(offset + Int(length))
    }

    /// The bytes of the next text or buffer, in place; nil for null.
    @_lifetime(copy self)
    package mutating func slice(max bytesMax: Int = .max) throws(DecodingError) -> RawSpan? {
        guard let range = try range(max: bytesMax) else { return nil }
        return bytes.extracting(range)
    }

    /// All that is not yet read, in place.
    @_lifetime(copy self)
    package mutating func rest() -> RawSpan {
        let rest = bytes.extracting(offset..<bytes.byteCount)
        offset = bytes.byteCount
        return rest
    }

    /// A copy of the next buffer; nil for null.
    package mutating func buffer() throws(DecodingError) -> [UInt8]? {
        guard let range = try range() else { return nil }
        return copy(range)
    }

    /// Passes over `count` bytes.
    package mutating func skip(_ count: Int) throws(DecodingError) {
        try require(count)
        offset += count
    }

    /// A copy of the next `count` bytes.
    package mutating func bytes(_ count: Int) throws(DecodingError) -> [UInt8] {
        try require(count)
        defer { offset += count }
        return copy(offset..<(offset + count))
    }

    package mutating func text() throws(DecodingError) -> ByteString? {
        try buffer().map(ByteString.init)
    }

    package mutating func path() throws(DecodingError) -> ZnodePath? {
        try buffer().map(ZnodePath.init)
    }

    /// Elements behind a count; nil for null, none for any other negative count, as Apache reads it.
    ///
    /// - Parameter minimumBytes: The least an element takes, against counts that nothing could follow.
    package mutating func vector<Element>(
        minimumBytes: Int, _ element: (inout JuteReader) throws(DecodingError) -> Element
    ) throws(DecodingError) -> [Element]? {
        let count = try int32()
        if count == -1 { return nil }
        if count < 0 { return [] }
        guard Int(count) <= remaining / minimumBytes else {
            throw .implausibleCount(count, available: remaining)
        }
        var elements: [Element] = []
        elements.reserveCapacity(Int(count))
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }

    /// Insists that everything was read.
    package func finish() throws(DecodingError) {
        guard remaining == 0 else { throw .trailing(remaining) }
    }

    /// A copy of bytes already passed over.
    func copy(_ range: Range<Int>) -> [UInt8] {
        bytes.extracting(range).withUnsafeBytes { Array($0) }
    }

    @inline(__always)
    private func require(_ count: Int) throws(DecodingError) {
        guard count <= remaining else { throw .truncated(needed: count, available: remaining) }
    }
}
