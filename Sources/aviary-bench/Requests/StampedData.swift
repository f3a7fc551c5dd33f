import SeededRandom

/// Where in a frame data begins that carries its key's number; the key lies `nodeOffset` behind the
/// request's.
struct StampSite {
    let offset: Int
    let nodeOffset: Int
}

/// The data of a znode: its key's number in the first eight bytes, then a filler that does not compress to
/// nothing.
struct StampedData {
    let filler: [UInt8]

    init(byteCount: Int) {
        var random = SeededGenerator(seed: 0x5EED)
        filler = (0..<byteCount).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    /// Shorter data carries no number and is checked by its length alone.
    var isStamped: Bool { filler.count >= 8 }

    static func stamp(of key: NodeKey) -> UInt64 {
        UInt64(key.group) << 32 | UInt64(key.node)
    }

    /// Whether `body`, the reply to a getData, holds what this run writes for `key`.
    func matches(_ body: RawSpan, key: NodeKey) -> Bool {
        guard body.byteCount == 4 + filler.count + Reply.statBytes,
            body.bigEndianInt32(at: 0) == Int32(filler.count)
        else { return false }
        return !isStamped || UInt64(bitPattern: body.bigEndianInt64(at: 4)) == Self.stamp(of: key)
    }
}
