import NIOCore
import SeededRandom
import Vocabulary
import Wire
import Znodes

/// Trees to take snapshots of, and their bytes.
enum Snapshots {
    typealias Session = (session: SessionID, timeoutMs: Int32)

    static let sessions: [Session] = [
        (SessionID(rawValue: 0xaa), 30_000), (SessionID(rawValue: distant), 4000),
    ]
    /// Of a server whose number is above 127.
    static let distant: Int64 = -0x7000_0000_0000_0002
    static let user = [
        ACLEntry(permissions: .all, identity: Identity(scheme: "digest", id: "u:h")),
        ACLEntry(permissions: [.read, .admin], identity: Identity(scheme: "ip", id: "10.0.0.0/8")),
    ]

    /// One znode of every kind.
    static func everyKind() -> Tree {
        var tree = Tree(seed: 1)
        create("/p", "data", in: &tree)
        create("/p/null", nil, in: &tree)
        create("/p/empty", "", acl: .readOnly, in: &tree)
        create("/p/ünï", "x", acl: user, in: &tree)
        create("/p/nobody", "x", acl: [], in: &tree)
        create("/e", "mine", session: 0xaa, in: &tree)
        create("/e2", nil, session: distant, in: &tree)
        create("/c", "", as: .container, in: &tree)
        create("/c/child", "", in: &tree)
        create("/t", "soon gone", as: .ttl(milliseconds: 1000), acl: user, in: &tree)
        for path in ["/zookeeper/quota/p", "/zookeeper/quota/p/zookeeper_limits"] as [ZnodePath] {
            create(path, "count=9,bytes=-1", in: &tree)
        }
        create("/zookeeper/quota/p/zookeeper_stats", "", in: &tree)
        apply(.setData(path: "/p", data: Array("newer".utf8), version: 1), to: &tree)
        apply(.setData(path: "/zookeeper/config", data: Array("server.1=".utf8), version: 1), to: &tree)
        apply(.setACL(path: "/c", acl: user, version: 1), to: &tree)
        apply(.delete(path: "/c/child", isSweep: false), to: &tree)
        return tree
    }

    static func create(
        _ path: ZnodePath, _ data: String?, as kind: Creation.Kind = .create, acl: ACL = .open,
        session: Int64? = nil, in tree: inout Tree
    ) {
        let creation = Creation(
            kind: kind, path: path, data: data.map { Array($0.utf8) }, acl: acl, isEphemeral: session != nil,
            parentCversion: -1)
        apply(.create(creation), by: session ?? 0, to: &tree)
    }

    static func apply(_ change: Change, by session: Int64 = 0, to tree: inout Tree) {
        var applied: [Applied] = []
        let zxid = tree.lastZxid == .zero ? Zxid(epoch: Epoch(rawValue: 1), counter: 1) : tree.lastZxid.next
        tree.apply(
            Transaction(
                session: SessionID(rawValue: session), cxid: 0, zxid: zxid,
                timeMs: Int64(zxid.counter) * 100, change: change),
            into: &applied)
    }

    static func bytes(
        of tree: borrowing Tree, sessions: [Session] = sessions, pageBytes: Int = 64 << 10
    ) -> [UInt8] {
        let (acls, pages) = tree.packed(pageBytes: pageBytes)
        var stream = SnapshotStreamEncoder.head(sessions: sessions, acls: acls)
        for page in pages { stream.writeImmutableBuffer(SnapshotStreamEncoder.znodes(page)) }
        SnapshotStreamEncoder.writeEnd(to: &stream)
        return Array(stream.readableBytesView)
    }

    /// The access control list of every znode, in the order of the children.
    static func lists(of tree: borrowing Tree) -> [ACL] {
        var lists: [ACL] = []
        tree.forEachZnode { id, _ in lists.append(tree.acl(of: id)) }
        return lists
    }

    /// All that a tree shows of itself besides its znodes, as text.
    static func indexes(of tree: borrowing Tree) -> String {
        let ephemerals = tree.ephemeralOwners.map { "\($0) \(tree.ephemerals(of: $0).sorted())" }
        let outlived = [0, 1500, 1 << 40].map {
            tree.sweepCandidates(among: tree.sweepablePlaces, wallMs: $0, neverUsedMs: 100)
        }
        return """
            \(tree.digest) \(tree.znodes.count) \(tree.znodes.dataSize) \(tree.lastZxid)
            \(ephemerals) \(outlived)
            """
    }
}
