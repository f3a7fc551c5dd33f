import Vocabulary

/// The checksum of all rows of a snapshot, whatever order they were written in.
///
/// Every row has an XXH64 of its own, over all its columns and seeded with its table; they are added up. The
/// leader sends a tree in an order of its own, and SQLite gives it back in the order of paths: a chain as the
/// log's would need one order for both. A changed, missing or repeated row changes the sum; rows cannot be
/// exchanged, since each holds its key.
struct SnapshotSum: Equatable {
    private(set) var znodes: Int64 = 0
    private(set) var sessions: Int64 = 0
    private(set) var acls: Int64 = 0
    private var total: UInt64 = 0

    private enum Table: UInt64 {
        case sessions = 1
        case acls = 2
        case znodes = 3
    }

    mutating func add(session: Int64, timeoutMs: Int64) {
        sessions += 1
        total &+= SnapshotSum.hash([session, timeoutMs], seed: Table.sessions.rawValue)
    }

    /// One entry of a list; all nil for a list without entries.
    mutating func add(
        acl: Int64, position: Int64, permissions: Int64?, scheme: UnsafeRawBufferPointer?,
        id: UnsafeRawBufferPointer?
    ) {
        acls += 1
        var sum = SnapshotSum.hash(
            [
                acl, position, permissions == nil ? 0 : 1, permissions ?? 0, Int64(scheme?.count ?? -1),
                Int64(id?.count ?? -1),
            ], seed: Table.acls.rawValue)
        if let scheme { sum = XXHash64.hash(scheme, seed: sum) }
        if let id { sum = XXHash64.hash(id, seed: sum) }
        total &+= sum
    }

    mutating func add(_ znode: ZnodeRow) {
        znodes += 1
        let stat = znode.stat
        let sum = SnapshotSum.hash(
            [
                znode.list, stat.czxid.rawValue, stat.mzxid.rawValue, stat.pzxid.rawValue, stat.ctime,
                stat.mtime, Int64(stat.version), Int64(stat.cversion), Int64(stat.aversion),
                stat.ephemeralOwner, Int64(znode.path.byteCount),
                znode.hasNullData ? -1 : Int64(znode.data.byteCount),
            ], seed: Table.znodes.rawValue)
        let named = znode.path.withUnsafeBytes { XXHash64.hash($0, seed: sum) }
        total &+=
            znode.hasNullData ? named : znode.data.withUnsafeBytes { XXHash64.hash($0, seed: named) }
    }

    /// The checksum of the row in `meta`, and so of everything.
    func checksum(zxid: Zxid, timeMs: Int64, digest: UInt64) -> Int64 {
        Int64(
            bitPattern: SnapshotSum.hash(
                [zxid.rawValue, timeMs, znodes, sessions, acls, Int64(bitPattern: digest)], seed: total))
    }

    private static func hash<let count: Int>(_ words: [count of Int64], seed: UInt64) -> UInt64 {
        var words = words
        for index in words.indices { words[index] = words[index].littleEndian }
        return words.span.bytes.withUnsafeBytes { XXHash64.hash($0, seed: seed) }
    }
}
