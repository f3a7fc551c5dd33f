import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A write` {
    @Test func `is answered only once it is durable`() throws {
        let node = TestNode()
        let client = try node.connect()
        node.isDiskFast = false
        client.send(.create) { CreateRequest(path: "/a", data: [1], acl: .open, flags: 0).encode(into: &$0) }
        #expect(client.replies().isEmpty)
        node.sync()
        let reply = try #require(client.replies().first)
        #expect(reply.error == .ok)
        #expect(reply.text == "/a")
        #expect(reply.zxid == 2)
    }

    @Test func `is seen by a read that was sent behind it`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/a", [1])
        node.isDiskFast = false
        let write = client.send(.setData) {
            SetDataRequest(path: "/a", data: [2], version: -1).encode(into: &$0)
        }
        let read = client.send(.getData) { PathWatchRequest(path: "/a", watch: false).encode(into: &$0) }
        let ping = client.send(.ping, xid: -2)
        #expect(client.replies().isEmpty)
        node.sync()
        let replies = client.replies()
        #expect(replies.map(\.xid) == [write, read, ping])
        #expect(replies[1].body.getInteger(at: replies[1].body.readerIndex + 4, as: UInt8.self) == 2)
    }

    @Test func `that fails takes a place in the order all the same`() throws {
        let node = TestNode()
        let client = try node.connect()
        let failed = try client.setData("/nothing", [])
        #expect(failed.error == .noNode)
        let next = try client.create("/a")
        #expect(next.zxid == failed.zxid + 1)
        #expect(node.logged.map(\.zxid.rawValue) == [1, 2, 3])
    }

    @Test func `leaves the tree with the digest it promised`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/a", [1, 2, 3])
        _ = try client.create("/a/b", nil)
        _ = try client.setData("/a", [4])
        _ = try client.create("/a/e", [], flags: 1)
        _ = try client.delete("/a/b")
        client.send(.closeSession)
        #expect(node.replica.digestMismatches == 0)
        #expect(node.logged.last?.digest == node.replica.tree.digest)
    }

    @Test func `sees what is ahead of it, as if that were done`() throws {
        let node = TestNode()
        let client = try node.connect()
        node.isDiskFast = false
        client.send(.create) { CreateRequest(path: "/q", data: nil, acl: .open, flags: 0).encode(into: &$0) }
        for _ in 0..<3 {
            client.send(.create) {
                CreateRequest(path: "/q/n-", data: nil, acl: .open, flags: 2).encode(into: &$0)
            }
        }
        client.send(.delete) { VersionedPathRequest(path: "/q", version: -1).encode(into: &$0) }
        node.sync()
        let replies = client.replies()
        #expect(replies.map(\.text) == ["/q", "/q/n-0000000000", "/q/n-0000000001", "/q/n-0000000002", nil])
        #expect(replies.last?.error == .notEmpty)
    }
}
