extension RawSpan {
    /// Whether these bytes stand before `other` in the order of paths: byte by byte, of two that begin alike
    /// the shorter one first.
    package func precedes(_ other: RawSpan) -> Bool {
        let common = min(byteCount, other.byteCount)
        var offset = 0
        // Paths begin alike: eight bytes at once, the first of them the most significant.
        while offset + 8 <= common {
            let (own, others) = (word(at: offset), other.word(at: offset))
            if own != others { return own < others }
            offset += 8
        }
        while offset < common {
            let (own, others) = (byte(at: offset), other.byte(at: offset))
            if own != others { return own < others }
            offset += 1
        }
        return byteCount < other.byteCount
    }

    private func word(at offset: Int) -> UInt64 {
        UInt64(bigEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    private func byte(at offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }
}
