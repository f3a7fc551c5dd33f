import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `An event for many` {
    private func watched(by count: Int) throws -> (TestNode, writer: TestClient, watchers: [TestClient]) {
        let node = TestNode { $0.largeAudience = 3 }
        let writer = try node.connect()
        _ = try writer.create("/a")
        let watchers = try (0..<count).map { _ in try node.connect() }
        for watcher in watchers { _ = try watcher.getData("/a", watch: true) }
        node.areEventsHeld = true
        return (node, writer, watchers)
    }

    @Test func `comes behind the answer to its writer, to each in turn`() throws {
        let (node, writer, watchers) = try watched(by: 4)
        #expect(try writer.setData("/a", [1]).error == .ok)
        #expect(watchers.allSatisfy { $0.events().isEmpty })
        let waitsForTurn = node.effects.hasNotified
        #expect(waitsForTurn)
        node.tell(3)
        #expect(watchers.map { $0.events().count } == [1, 1, 1, 0])
        node.tell(3)
        #expect(watchers.map { $0.events() } == [[], [], [], ["dataChanged /a"]])
        let isLeft = node.effects.hasNotified
        #expect(!isLeft && node.replica.watches.isEmpty)
        #expect(node.replica.watches.dataCount == 0)
    }

    @Test func `comes before whatever else a client is told`() throws {
        let (node, writer, watchers) = try watched(by: 4)
        _ = try watchers[3].getChildren("/a", watch: true)
        _ = try writer.setData("/a", [1])
        _ = try writer.create("/a/b")
        #expect(watchers[3].events() == ["dataChanged /a", "childrenChanged /a"])
        let xid = watchers[2].send(.exists) { PathWatchRequest(path: "/a", watch: false).encode(into: &$0) }
        #expect(watchers[2].transcript() == ["dataChanged /a", "#\(xid)"])
        _ = try writer.setData("/a", [2])
        node.tell(9)
        #expect(watchers.map { $0.events().count } == [1, 1, 0, 0])
    }

    @Test func `and the next one come in their order, also to its own writer`() throws {
        let (node, _, watchers) = try watched(by: 4)
        for watcher in watchers { _ = try watcher.exists("/a/b", watch: true) }
        let xid = watchers[0].send(.setData) {
            SetDataRequest(path: "/a", data: [1], version: -1).encode(into: &$0)
        }
        #expect(watchers[0].transcript() == ["dataChanged /a", "#\(xid)"])
        _ = try watchers[0].create("/a/b")
        node.tell(99)
        for watcher in watchers[1...] { #expect(watcher.events() == ["dataChanged /a", "created /a/b"]) }
    }

    @Test func `waits behind few others, however fast its writer is`() throws {
        let (node, writer, watchers) = try watched(by: 4)
        let paths = (0..<9).map { ZnodePath("/a/\($0)") }
        for path in paths {
            _ = try writer.create(path)
            for watcher in watchers { _ = try watcher.getData(path, watch: true) }
        }
        for path in paths { _ = try writer.setData(path, [1]) }
        // Those who are told one by one were told by the fifth what had been announced.
        node.tell(4)
        for watcher in watchers { #expect(watcher.events() == paths.map { "dataChanged \($0)" }) }
        node.tell(99)
        #expect(node.replica.watches.dataCount == 4, "the watches of /a are left")
    }

    @Test func `that watch again before their turn is the one that they had asked for`() throws {
        let (node, writer, watchers) = try watched(by: 3)
        _ = try writer.setData("/a", [1])
        _ = try watchers[1].getData("/a", watch: true)
        node.tell(9)
        #expect(node.replica.watches.dataCount == 1)
        _ = try writer.setData("/a", [2])
        #expect(watchers[1].events() == ["dataChanged /a"])
    }

    @Test func `comes before its client is sent away, and not to who has its place`() throws {
        let (node, writer, watchers) = try watched(by: 4)
        _ = try writer.setData("/a", [1])
        _ = try watchers[0].ask(.closeSession)
        node.step(.closed(watchers[1].id))
        let next = node.open(in: watchers[1].id.slot)
        try next.connect(timeoutMs: 10_000)
        node.tell(9)
        #expect(next.events().isEmpty)
        #expect(watchers[2].events() == ["dataChanged /a"])
    }

    @Test func `that not everybody may read is kept from those who may not`() throws {
        let (node, writer, watchers) = try watched(by: 4)
        _ = try writer.setACL("/a", .anyone(may: .write))
        _ = try writer.setData("/a", [1])
        node.tell(9)
        #expect(watchers.allSatisfy { $0.events().isEmpty })
    }
}
