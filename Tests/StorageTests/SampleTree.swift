import SeededRandom
import Storage
import Vocabulary

/// A znode that goes into a snapshot and comes back.
struct SampleZnode: Equatable {
    var path: ByteString
    var data: [UInt8]?
    var list: Int64
    var stat: StoredStat
}

extension SampleZnode {
    init(_ row: ZnodeRow) {
        path = ByteString(row.path.withUnsafeBytes { Array($0) })
        data = row.hasNullData ? nil : row.data.withUnsafeBytes { Array($0) }
        list = row.list
        stat = row.stat
    }

    /// A page with nothing else.
    var packed: PackedZnodes {
        var page = PackedZnodes()
        let data = data ?? []
        page.append(
            ZnodeRow(
                path: path.bytes.span.bytes, data: data.span.bytes, hasNullData: self.data == nil, list: list,
                stat: stat))
        return page
    }
}

/// What a snapshot should give back, and what it gave.
struct SampleTree: Equatable {
    struct Session: Equatable {
        var id: SessionID
        var timeoutMs: Int32
    }

    struct List: Equatable {
        var id: Int64
        var entries: ACL
    }

    var sessions: [Session] = []
    var lists: [List] = []
    var znodes: [SampleZnode] = []

    init() {}

    /// A few of everything, and `extra` ordinary znodes.
    init(extra: Int) {
        sessions = [
            Session(id: SessionID(rawValue: .min), timeoutMs: .max),
            Session(id: SessionID(rawValue: 0x100_0000_0001), timeoutMs: 4000),
            Session(id: SessionID(rawValue: .max), timeoutMs: 0),
        ]
        let digest = Identity(scheme: "digest", id: "ann:0Vn8=")
        lists = [
            List(id: -1, entries: .open),
            List(id: 0, entries: []),
            List(
                id: 7,
                entries: [
                    ACLEntry(permissions: .all, identity: digest),
                    ACLEntry(permissions: .read, identity: .anyone),
                    ACLEntry(permissions: [], identity: Identity(scheme: "", id: "")),
                    ACLEntry(
                        permissions: Permissions(rawValue: .min),
                        identity: Identity(scheme: ByteString([0xff, 0]), id: "ip")),
                ]),
        ]
        let paths: [ByteString] = [
            "/", "/a", "/a-b", "/a/b", "/a/b/c", "/a0", "/empty", "/null", "/große", "/with space",
            ByteString([0x2f, 0xff, 0xfe]), ByteString([0x2f, 0x61, 0x00, 0x62]), ByteString([]),
        ]
        znodes = paths.enumerated().map { SampleTree.znode($1, number: Int64($0)) }
        znodes += (0..<extra).map {
            SampleTree.znode(ByteString("/many/node-\($0)"), number: Int64($0 + 100))
        }
        znodes.sort { $0.path < $1.path }
    }

    static func znode(_ path: ByteString, number: Int64) -> SampleZnode {
        let data: [UInt8]? =
            switch number % 4 {
            case 0: nil
            case 1: []
            case 2: Array("data of \(path)".utf8)
            default: (0..<300).map { UInt8(truncatingIfNeeded: $0 &* number) }
            }
        let owners = [0, Int64.min, Ownership.ttl(milliseconds: 5000).rawValue, 0x100_0000_0001]
        return SampleZnode(
            path: path, data: data, list: [-1, 0, 7][Int(number % 3)],
            stat: StoredStat(
                czxid: Zxid(rawValue: number &+ 1), mzxid: Zxid(rawValue: number &* 2),
                pzxid: Zxid(rawValue: -number), ctime: 1_700_000_000_000 &+ number, mtime: -number,
                version: Int32(truncatingIfNeeded: number), cversion: .max, aversion: .min,
                ephemeralOwner: owners[Int(number % 4)]))
    }

    static let digest: UInt64 = 0xfedc_ba98_7654_3210

    /// Writes it in the order it has.
    func write(to folder: Folder, _ zxid: Zxid) throws(StorageError) {
        var writer = try SnapshotWriter(directory: folder.path, zxid: zxid)
        for session in sessions { try writer.add(session: session.id, timeoutMs: session.timeoutMs) }
        for list in lists { try writer.add(acl: list.id, list.entries) }
        for znode in znodes { try writer.add(znode.packed) }
        try writer.finish(digest: SampleTree.digest)
    }

    /// Reads what is there.
    init(from folder: Folder, _ zxid: Zxid) throws {
        var read = SampleTree()
        let summary = try SnapshotReader.read(
            directory: folder.path, zxid: zxid,
            sessions: { read.sessions.append(Session(id: $0, timeoutMs: $1)) },
            acls: { read.lists.append(List(id: $0, entries: $1)) },
            znodes: { read.znodes.append(SampleZnode($0)) })
        guard summary.digest == SampleTree.digest, summary.zxid == zxid else {
            throw StorageError(.misuse, "another digest or zxid without a complaint: \(summary)")
        }
        self = read
    }
}
