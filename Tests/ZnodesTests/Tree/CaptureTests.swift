import Testing
import Vocabulary

@testable import Znodes

@Suite struct `A tree captured while it changes` {
    /// Puts the captured pieces together as the reader of a snapshot does.
    private static func restored(
        _ pages: [PackedZnodes], _ acls: [NumberedACL], at zxid: Zxid, digest: UInt64, seed: UInt64
    ) -> Tree? {
        var restoration = Restoration(seed: seed)
        for list in acls { restoration.add(list: list.number, list.acl) }
        guard restoration.add(PackedZnodes(inOrderOfPaths: pages)) else { return nil }
        return restoration.finish(at: zxid, digest: digest)
    }

    @Test(arguments: Array(1...60) as [UInt64])
    func `is the tree of the moment it was begun`(seed: UInt64) throws {
        var wishes = RandomWishes(seed: seed)
        var proposer = Proposer()
        for step in 0..<600 { _ = proposer.propose(wishes.next(), timeMs: Int64(step)) }
        proposer.commit(600)
        let before = Portrait(proposer.tree)
        let (zxid, digest) = (proposer.tree.lastZxid, proposer.tree.digest)
        let (id, acls) = proposer.tree.beginCapture()
        var pages: [PackedZnodes] = []
        var changes = 0
        while true {
            for step in 0..<Int(seed % 7) {
                _ = proposer.propose(wishes.next(), timeMs: Int64(1000 + changes + step))
            }
            proposer.commit(Int(seed % 7))
            changes += Int(seed % 7)
            let taken = proposer.tree.captureSlice(of: id, records: Int(1 + seed % 2), bytes: 1 << 20)
            let slice = try #require(taken)
            pages.append(slice.znodes)
            if slice.isLast { break }
        }
        #expect(seed % 7 == 0 || changes > 10, "the tree changed meanwhile")
        guard let copy = Self.restored(pages, acls, at: zxid, digest: digest, seed: seed) else {
            Issue.record("seed \(seed): not a tree, or another one")
            return
        }
        #expect(Portrait(copy) == before, "seed \(seed)")
        #expect(copy.lastZxid == zxid)
        let another = proposer.tree.captureSlice(of: id, records: 1, bytes: 1)
        #expect(another == nil, "nothing follows the last slice")
    }

    /// A learner takes no znode whose parent it has not got.
    @Test(arguments: Array(1...30) as [UInt64])
    func `comes with every parent before its children`(seed: UInt64) throws {
        var wishes = RandomWishes(seed: seed)
        var proposer = Proposer()
        for step in 0..<600 { _ = proposer.propose(wishes.next(), timeMs: Int64(step)) }
        proposer.commit(600)
        let (id, _) = proposer.tree.beginCapture()
        var known: Set<ZnodePath> = []
        var isLast = false
        while !isLast {
            for step in 0..<3 { _ = proposer.propose(wishes.next(), timeMs: Int64(1000 + step)) }
            proposer.commit(3)
            let taken = proposer.tree.captureSlice(of: id, records: 2, bytes: 1 << 20)
            let slice = try #require(taken)
            isLast = slice.isLast
            slice.znodes.forEach { znode in
                let path = znode.path.byteCount == 1 ? ZnodePath.root : ZnodePath(znode.path)
                let isBehindParent = path.isRoot || path.parent.map { known.contains($0) } == true
                #expect(isBehindParent, "seed \(seed): \(path)")
                #expect(known.insert(path).inserted)
            }
        }
    }

    @Test(arguments: Array(1...20) as [UInt64])
    func `is taken of several moments at a time`(seed: UInt64) throws {
        var wishes = RandomWishes(seed: seed)
        var proposer = Proposer()
        func change(_ count: Int) {
            for step in 0..<count { _ = proposer.propose(wishes.next(), timeMs: Int64(step)) }
            proposer.commit(count)
        }
        change(400)
        let first = (Portrait(proposer.tree), proposer.tree.lastZxid, proposer.tree.digest)
        let (one, lists) = proposer.tree.beginCapture()
        let begun = proposer.tree.captureSlice(of: one, records: 7, bytes: 1 << 20)
        change(20)
        let second = (Portrait(proposer.tree), proposer.tree.lastZxid, proposer.tree.digest)
        let (other, otherLists) = proposer.tree.beginCapture()
        change(20)
        let rest = proposer.tree.captureSlice(of: one, records: .max, bytes: .max)
        change(20)
        let whole = proposer.tree.captureSlice(of: other, records: .max, bytes: .max)
        let pages = try [#require(begun).znodes, #require(rest).znodes]
        guard let copy = Self.restored(pages, lists, at: first.1, digest: first.2, seed: seed),
            let otherCopy = Self.restored(
                [try #require(whole).znodes], otherLists, at: second.1, digest: second.2, seed: seed)
        else {
            Issue.record("seed \(seed): not a tree, or another one")
            return
        }
        #expect(Portrait(copy) == first.0 && Portrait(otherCopy) == second.0)
    }

    @Test func `is the same whole and in pieces`() throws {
        var wishes = RandomWishes(seed: 7)
        var proposer = Proposer()
        for step in 0..<800 { _ = proposer.propose(wishes.next(), timeMs: Int64(step)) }
        proposer.commit(800)
        let (acls, whole) = proposer.tree.packed(pageBytes: 1000)
        #expect(whole.count > 1 && whole.allSatisfy { $0.byteCount < 1000 + 72 + 2000 })
        let (id, lists) = proposer.tree.beginCapture()
        let slice = proposer.tree.captureSlice(of: id, records: .max, bytes: .max)
        let captured = try #require(slice)
        #expect(lists == acls && captured.isLast)
        #expect(PackedZnodes(inOrderOfPaths: whole) == PackedZnodes(inOrderOfPaths: [captured.znodes]))
        #expect(captured.znodes.count == proposer.tree.znodes.count)
    }

    @Test func `keeps an access control list that nobody has any more`() throws {
        var tree = Tree(seed: 1)
        Restoring.create(["/a", "/b"], in: &tree)
        let first = [ACLEntry(permissions: .read, identity: Identity(scheme: "digest", id: "a:1"))]
        let second = [ACLEntry(permissions: .write, identity: Identity(scheme: "digest", id: "b:2"))]
        Self.setACL("/b", first, in: &tree)
        let digest = tree.digest
        let (id, acls) = tree.beginCapture()
        let slice = tree.captureSlice(of: id, records: 1, bytes: 1)
        let begun = try #require(slice)
        // The first list is forgotten and its number given to the second.
        Self.setACL("/b", .open, in: &tree)
        Self.setACL("/a", second, in: &tree)
        let rest = tree.captureSlice(of: id, records: .max, bytes: .max)
        let ended = try #require(rest)
        let restored = Self.restored(
            [begun.znodes, ended.znodes], acls, at: tree.lastZxid, digest: digest, seed: 2)
        guard let copy = restored else {
            Issue.record("not the tree that was begun")
            return
        }
        let found = copy.znodes.find("/b" as ZnodePath)
        #expect(copy.acl(of: try #require(found)) == first)
    }

    @Test func `can be given up and begun again`() throws {
        var tree = Tree(seed: 1)
        Restoring.create(["/a", "/b"], in: &tree)
        let (id, _) = tree.beginCapture()
        _ = tree.captureSlice(of: id, records: 1, bytes: 1)
        tree.endCapture(id)
        let none = tree.captureSlice(of: id, records: 1, bytes: 1)
        #expect(none == nil)
        Restoring.create(["/c"], in: &tree)
        let (next, _) = tree.beginCapture()
        let slice = tree.captureSlice(of: next, records: .max, bytes: .max)
        #expect(slice?.znodes.count == tree.znodes.count)
    }

    private static func setACL(_ path: ZnodePath, _ acl: ACL, in tree: inout Tree) {
        var applied: [Applied] = []
        let zxid = tree.lastZxid.next
        tree.apply(
            Transaction(
                session: .none, cxid: 0, zxid: zxid, timeMs: 1,
                change: .setACL(path: path, acl: acl, version: 1)), into: &applied)
    }
}
