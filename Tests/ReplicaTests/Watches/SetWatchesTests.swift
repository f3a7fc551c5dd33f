import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `Watches set again after a reconnect` {
    private func set(
        by client: TestClient, since zxid: Int64, data: [ZnodePath] = [], exist: [ZnodePath] = [],
        children: [ZnodePath] = [], persistent: [ZnodePath]? = nil, recursive: [ZnodePath] = [],
        xid: Int32 = -8
    ) -> [String] {
        let request = SetWatchesRequest(
            relativeZxid: Zxid(rawValue: zxid), data: data, exist: exist, children: children,
            persistent: persistent ?? [], recursive: recursive, hasPersistent: persistent != nil)
        client.send(persistent == nil ? .setWatches : .setWatches2, xid: xid) { request.encode(into: &$0) }
        return client.transcript()
    }

    @Test func `tell at once what happened meanwhile, in the order of the lists`() throws {
        let node = TestNode()
        let client = try node.connect()
        for path in ["/set", "/kids", "/same"] as [ZnodePath] { _ = try client.create(path) }
        let since = try client.exists("/").zxid
        _ = try client.setData("/set", [1])
        _ = try client.create("/kids/k")
        let told = set(
            by: client, since: since, data: ["/gone", "/set", "/same"], exist: ["/same", "/none"],
            children: ["/kids", "/gone2", "/same"])
        #expect(
            told == [
                "deleted /gone", "dataChanged /set", "created /same", "childrenChanged /kids",
                "deleted /gone2",
                "#-8",
            ])
    }

    @Test func `say so under zxid -1, and answer without a body`() throws {
        let client = try TestNode().connect()
        client.send(.setWatches, xid: 7) {
            SetWatchesRequest(
                relativeZxid: .zero, data: ["/gone"], exist: [], children: [], hasPersistent: false
            ).encode(into: &$0)
        }
        let replies = client.replies()
        #expect(replies.map(\.zxid) == [-1, 1])
        #expect(replies.last?.xid == 7 && replies.last?.body.readableBytes == 0)
    }

    @Test func `are set where nothing happened`() throws {
        let node = TestNode()
        let client = try node.connect()
        let since = try client.create("/a").zxid
        #expect(set(by: client, since: since, data: ["/a"], exist: ["/b"], children: ["/a"]) == ["#-8"])
        let other = try node.connect()
        _ = try other.create("/a/c")
        _ = try other.setData("/a", [1])
        _ = try other.create("/b")
        #expect(client.events() == ["childrenChanged /a", "dataChanged /a", "created /b"])
    }

    @Test func `count a change at exactly the zxid seen as known`() throws {
        let client = try TestNode().connect()
        let zxid = try client.create("/a").zxid
        #expect(set(by: client, since: zxid, data: ["/a"]) == ["#-8"])
        #expect(set(by: client, since: zxid - 1, data: ["/a"]) == ["dataChanged /a", "#-8"])
    }

    @Test func `are not set where they fired`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = set(by: client, since: 0, data: ["/gone"], exist: ["/zookeeper"], children: ["/gone"])
        #expect(node.replica.watches.isEmpty)
    }

    @Test func `may be lasting ones, which catch up on nothing`() throws {
        let node = TestNode()
        let client = try node.connect()
        let told = set(by: client, since: 0, data: ["/gone"], persistent: ["/p"], recursive: ["/r"], xid: 3)
        #expect(told == ["deleted /gone", "#3"])
        let other = try node.connect()
        _ = try other.create("/p")
        _ = try other.create("/r")
        _ = try other.create("/r/c")
        #expect(client.events() == ["created /p", "created /r", "created /r/c"])
    }

    @Test func `may come in pieces under one number`() throws {
        let client = try TestNode().connect()
        #expect(set(by: client, since: 0, data: ["/a"]) == ["deleted /a", "#-8"])
        #expect(set(by: client, since: 0, data: ["/b"]) == ["deleted /b", "#-8"])
    }

    @Test func `hear of a child's deletion, which moves the parent's pzxid`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/p")
        let since = try client.create("/p/c").zxid
        _ = try client.delete("/p/c")
        #expect(set(by: client, since: since, children: ["/p"]) == ["childrenChanged /p", "#-8"])
    }
}
