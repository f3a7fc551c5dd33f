import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `Closing a session` {
    @Test func `is answered like any request, then the connection ends`() throws {
        let node = TestNode()
        let client = try node.connect()
        let reply = try client.ask(.closeSession)
        #expect(reply.error == .ok)
        #expect(reply.zxid == 2)
        #expect(reply.body.readableBytes == 0)
        #expect(client.isClosed)
        #expect(node.replica.sessions.count == 0)
    }

    @Test func `drops what was sent behind it`() throws {
        let node = TestNode()
        let client = try node.connect()
        node.isDiskFast = false
        let close = client.send(.closeSession)
        client.send(.create) { CreateRequest(path: "/a", data: [], acl: .open, flags: 0).encode(into: &$0) }
        client.send(.ping)
        node.sync()
        #expect(client.replies().map(\.xid) == [close])
        #expect(!node.has("/a"))
    }

    @Test func `tells the client what it watched before it is answered`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/e", flags: 1)
        _ = try client.exists("/e", watch: true)
        let close = client.send(.closeSession)
        #expect(client.transcript() == ["deleted /e", "#\(close)"])
    }

    @Test func `counts although the client has hung up since`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/e", flags: 1)
        node.isDiskFast = false
        client.send(.closeSession)
        node.step(.closed(client.id))
        node.sync()
        #expect(!node.has("/e"))
        #expect(node.replica.sessions.count == 0)
    }

    @Test func `takes ephemerals along that are still on their way to the disk`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/gone", flags: 1)
        node.isDiskFast = false
        client.send(.delete) { VersionedPathRequest(path: "/gone", version: -1).encode(into: &$0) }
        client.send(.create) { CreateRequest(path: "/e", data: [], acl: .open, flags: 1).encode(into: &$0) }
        client.send(.closeSession)
        node.sync()
        #expect(node.logged.last?.change == .closeSession(paths: ["/e"]))
        #expect(!node.has("/e"))
        #expect(node.replica.digestMismatches == 0)
    }

    @Test func `leaves the ephemerals of others alone`() throws {
        let node = TestNode()
        let client = try node.connect()
        let other = try node.connect()
        _ = try other.create("/theirs", flags: 1)
        _ = try client.create("/mine", flags: 1)
        client.send(.closeSession)
        #expect(node.has("/theirs"))
        #expect(!node.has("/mine"))
    }

    @Test func `of one that hung up without a word waits for the timeout`() throws {
        let node = TestNode()
        let client = try node.connect(timeoutMs: 4000)
        _ = try client.create("/e", flags: 1)
        node.step(.closed(client.id))
        node.advance(ms: 4000)
        #expect(node.has("/e"))
        node.advance(ms: 2000)
        #expect(!node.has("/e"))
    }
}
