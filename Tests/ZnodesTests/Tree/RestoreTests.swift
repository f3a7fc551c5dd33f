import Testing
import Vocabulary

@testable import Znodes

@Suite struct `A tree put together again` {
    private static let zxid = Zxid(epoch: Epoch(rawValue: 9), counter: 9)

    @Test(arguments: Array(1...20) as [UInt64])
    func `of random znodes is the same, and stays so`(seed: UInt64) {
        var wishes = RandomWishes(seed: seed)
        var proposer = Proposer()
        for step in 0..<1000 { _ = proposer.propose(wishes.next(), timeMs: Int64(step)) }
        proposer.commit(1000)
        for step in 0..<500 { _ = proposer.propose(wishes.next(), timeMs: Int64(1000 + step)) }
        var copy = Restoring.copy(of: proposer.tree, seed: seed &+ 77)
        copy.advance(to: proposer.tree.lastZxid)
        #expect(Portrait(copy) == Portrait(proposer.tree))
        for transaction in proposer.pending {
            var applied: [Applied] = []
            copy.apply(transaction, into: &applied)
        }
        proposer.commit(500)
        #expect(Portrait(copy) == Portrait(proposer.tree), "seed \(seed)")
    }

    @Test func `goes on counting against its quotas`() {
        var tree = Tree(seed: 1)
        let first = [
            "/q", "/zookeeper/quota/q", "/zookeeper/quota/q/zookeeper_limits",
            "/zookeeper/quota/q/zookeeper_stats", "/q/a",
        ]
        Restoring.create(first.map { ZnodePath($0) }, in: &tree)
        var copy = Restoring.copy(of: tree, seed: 2)
        copy.advance(to: tree.lastZxid)
        #expect(copy.quotas == ["/q"])
        #expect(Portrait(copy) == Portrait(tree))
        Restoring.create(["/q/b"], in: &tree)
        Restoring.create(["/q/b"], in: &copy)
        #expect(Portrait(copy) == Portrait(tree))
        let usage = copy.znodes.find("/zookeeper/quota/q/zookeeper_stats" as ZnodePath).map {
            QuotaText(copy.znodes.dataBytes(of: $0) ?? []).count
        }
        #expect(usage == 3)
    }

    @Test func `has the system znodes of the snapshot and not its own`() throws {
        var tree = Tree(seed: 1)
        let acl = [ACLEntry(permissions: .admin, identity: Identity(scheme: "digest", id: "u:h"))]
        for path in ["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"] as [ZnodePath] {
            let stat = StoredStat(czxid: Self.zxid, version: 3, cversion: 4)
            let znode = StoredZnode(path: path, data: Array(path.bytes), acl: acl, stat: stat)
            let isTaken = tree.restore(znode)
            #expect(isTaken)
            let found = tree.znodes.find(path)
            let id = try #require(found)
            #expect(tree.znodes.stat(of: id) == stat && tree.acl(of: id) == acl)
            #expect(tree.znodes.dataBytes(of: id) == path.bytes)
            let isTakenTwice = tree.restore(znode)
            #expect(!isTakenTwice, "\(path)")
        }
        #expect(tree.znodes.count == 4 && tree.acls.count == 2)
        #expect(tree.digest == Restoring.copy(of: tree, seed: 3).digest)
        tree.advance(to: Self.zxid)
        #expect(tree.lastZxid == Self.zxid)
    }

    @Test(
        arguments: [
            "/a", "/b/c", "/zookeeper/b", "/zookeeper/quota", "", "/", "b", "/b/", "//b", "/a/", "/a//b",
        ] as [ZnodePath])
    func `takes no znode without its parent, and none twice`(path: ZnodePath) {
        var tree = Tree(seed: 1)
        for path in ["", "/a"] as [ZnodePath] {
            let isTaken = tree.restore(StoredZnode(path: path, data: nil, acl: .open, stat: StoredStat()))
            #expect(isTaken)
        }
        let before = Portrait(tree)
        let znode = StoredZnode(
            path: path, data: [1], acl: .readOnly, stat: StoredStat(ephemeralOwner: 5))
        let isTaken = tree.restore(znode)
        #expect(!isTaken)
        #expect(Portrait(tree) == before)
    }

    @Test func `begins with its root`() {
        var tree = Tree(seed: 1)
        for path in ["/a", "/zookeeper", "/zookeeper/a"] as [ZnodePath] {
            let isTaken = tree.restore(StoredZnode(path: path, data: nil, acl: .open, stat: StoredStat()))
            #expect(!isTaken)
        }
        #expect(tree.znodes.count == 4)
    }

    @Test func `is walked with parents first and always alike, however deep`() {
        var tree = Tree(seed: 1)
        var path = ZnodePath.root
        var paths: [ZnodePath] = []
        for _ in 0..<2000 {
            path = path.appending("d".utf8)
            paths.append(path)
        }
        Restoring.create(paths, in: &tree)
        Restoring.create(["/e", "/e/f", "/g"], in: &tree)
        let walked = Restoring.paths(of: tree)
        #expect(walked.first == "" && walked.count == tree.znodes.count && Set(walked).count == walked.count)
        var met: Set<ZnodePath> = []
        let orphans = walked.filter { path in
            met.insert(path)
            return path.parent.map { !met.contains($0.isRoot ? "" : $0) } ?? false
        }
        #expect(orphans.isEmpty)
        let copy = Restoring.copy(of: tree, seed: 2)
        #expect(copy.digest == tree.digest && copy.znodes.dataSize == tree.znodes.dataSize)
        #expect(Restoring.paths(of: copy) == walked)
    }
}

/// A snapshot without its bytes.
enum Restoring {
    static func znodes(of tree: borrowing Tree) -> [(ZnodeID, StoredZnode)] {
        var znodes: [(ZnodeID, StoredZnode)] = []
        tree.forEachZnode { id, path in
            znodes.append(
                (
                    id,
                    StoredZnode(
                        path: ZnodePath(path), data: tree.znodes.dataBytes(of: id), acl: tree.acl(of: id),
                        stat: tree.znodes.stat(of: id))
                ))
        }
        return znodes
    }

    static func paths(of tree: borrowing Tree) -> [ZnodePath] {
        var paths: [ZnodePath] = []
        tree.forEachZnode { paths.append(ZnodePath($1)) }
        return paths
    }

    static func copy(of tree: borrowing Tree, seed: UInt64) -> Tree {
        var copy = Tree(seed: seed)
        for (_, znode) in znodes(of: tree) where !copy.restore(znode) {
            Issue.record("\(znode.path) was not taken")
        }
        return copy
    }

    static func create(_ paths: [ZnodePath], in tree: inout Tree) {
        for path in paths {
            let creation = Creation(
                kind: .create, path: path, data: [], acl: .open, isEphemeral: false, parentCversion: -1)
            var applied: [Applied] = []
            tree.apply(
                Transaction(
                    session: .none, cxid: 0, zxid: tree.lastZxid.next, timeMs: 5, change: .create(creation)),
                into: &applied)
        }
    }
}
