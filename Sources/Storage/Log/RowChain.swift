package import Vocabulary

/// The checksum that binds every row of the log to all rows before it.
///
/// A row's checksum is XXH64 over its path and body after XXH64 over a fixed head, each seeded with the one
/// before and the first with the previous row's checksum. So it covers the zxid, every column, the body and
/// the order of rows: a changed, missing, repeated or exchanged row breaks the chain there. Equal logs have
/// equal checksums on every node.
///
/// ```
/// head, 40 bytes, little-endian:
///   zxid 8 · time 8 · session 8 · cxid 4 · type 4 · path bytes 4 (-1: none) · body bytes 4
/// checksum = XXH64(body, seed: XXH64(path, seed: XXH64(head, seed: previous checksum)))
/// ```
package struct RowChain: Equatable, Sendable {
    /// The last row's zxid; of an empty log what it begins after.
    package private(set) var zxid: Zxid
    /// The checksum in that row.
    package private(set) var checksum: UInt64

    /// The chain of a log that has held nothing yet.
    package static let empty = RowChain(zxid: .zero, checksum: 0)

    /// The chain of a log that begins after a snapshot, which stands for all rows before: the same on every
    /// node, whatever its log held before.
    package init(afterSnapshot zxid: Zxid) {
        self.zxid = zxid
        checksum = withUnsafeBytes(of: zxid.rawValue.littleEndian) {
            XXHash64.hash($0, seed: RowChain.snapshotSeed)
        }
    }

    private static let snapshotSeed: UInt64 = 0x544f_4853_5041_4e53  // "SNAPSHOT", little-endian

    package init(zxid: Zxid, checksum: UInt64) {
        self.zxid = zxid
        self.checksum = checksum
    }

    /// The chain with one more row at its end.
    func extended(
        zxid next: Zxid, timeMs: Int64, session: Int64, cxid: Int32, type: Int32,
        path: UnsafeRawBufferPointer?, body: UnsafeRawBufferPointer
    ) -> RowChain {
        let head: (Int64, Int64, Int64, Int32, Int32, Int32, Int32) = (
            next.rawValue.littleEndian, timeMs.littleEndian, session.littleEndian, cxid.littleEndian,
            type.littleEndian, Int32(truncatingIfNeeded: path?.count ?? -1).littleEndian,
            Int32(truncatingIfNeeded: body.count).littleEndian
        )
        var sum = withUnsafeBytes(of: head) { XXHash64.hash($0, seed: checksum) }
        if let path { sum = XXHash64.hash(path, seed: sum) }
        return RowChain(zxid: next, checksum: XXHash64.hash(body, seed: sum))
    }
}
