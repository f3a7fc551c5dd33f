import NIOCore
import Testing
import Vocabulary
import Wire
import Znodes

@testable import Replica

@Suite struct `A node's snapshot of itself` {
    /// Asks for slices until there are no more.
    private static func finish(_ node: TestNode) {
        for _ in 0..<1000 {
            if case .add(let slice)? = node.snapshotActions.last, slice.isLast { return }
            node.step(.snapshot(.sliceDue))
        }
        Issue.record("a snapshot without an end")
    }

    private static func state(of node: TestNode) -> StoredState? {
        guard case .begin(let head, _)? = node.snapshotActions.first else { return nil }
        let pages = node.snapshotActions.dropFirst().compactMap { action -> PackedZnodes? in
            guard case .add(let slice) = action else { return nil }
            return slice.znodes
        }
        return StoredState(head: head, znodes: [PackedZnodes(inOrderOfPaths: pages)])
    }

    @Test func `holds what was committed when it was begun, and another node starts from it`() throws {
        let node = TestNode()
        let client = try node.connect()
        for number in 0..<40 { _ = try client.create(ZnodePath("/a\(number)")) }
        let (zxid, digest) = (node.replica.tree.lastZxid, node.replica.tree.digest)
        node.step(.snapshot(.due))
        node.step(.snapshot(.due))
        _ = try client.create("/late")
        Self.finish(node)
        let state = try #require(Self.state(of: node))
        #expect(node.snapshotActions.count { if case .begin = $0 { true } else { false } } == 1)
        #expect(state.head.zxid == zxid && state.head.digest == digest)
        #expect(state.head.sessions.map(\.id) == node.replica.sessions.ids)

        let alone = TestNode(from: state)
        #expect(alone.replica.tree.lastZxid == zxid && alone.has("/a39") && !alone.has("/late"))
        let other = TestNode(from: state, replaying: node.logged.filter { $0.zxid > zxid })
        #expect(other.has("/late") && other.replica.tree.digest == node.replica.tree.digest)
        #expect(other.replica.digestMismatches == 0)
    }

    @Test func `waits for the last order that the disk was given`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/a")
        node.isDiskFast = false
        client.send(.create) { CreateRequest(path: "/b", data: [], acl: .open, flags: 0).encode(into: &$0) }
        let ticket = try #require(node.effects.writes.last?.ticket)
        node.step(.snapshot(.due))
        guard case .begin(let head, after: ticket)? = node.snapshotActions.first else {
            Issue.record("not begun behind order \(ticket): \(node.snapshotActions)")
            return
        }
        #expect(head.zxid == node.replica.tree.lastZxid)
    }

    @Test func `is not begun of nothing`() {
        let node = TestNode()
        node.step(.snapshot(.due))
        node.step(.snapshot(.sliceDue))
        #expect(node.snapshotActions.isEmpty)
    }

    @Test func `that failed is given up, and the next is begun`() throws {
        let node = TestNode()
        _ = try node.connect().create("/a")
        node.step(.snapshot(.due))
        node.step(.snapshot(.failed))
        #expect(node.snapshotActions.last == .abandon)
        node.step(.snapshot(.sliceDue))
        #expect(node.snapshotActions.last == .abandon)
        node.snapshotActions = []
        node.step(.snapshot(.due))
        Self.finish(node)
        #expect(Self.state(of: node)?.head.zxid == node.replica.tree.lastZxid)
    }
}
