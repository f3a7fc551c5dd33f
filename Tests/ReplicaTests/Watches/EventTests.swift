import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `An event` {
    @Test func `comes before the answer to its own writer`() throws {
        let client = try TestNode().connect()
        _ = try client.exists("/a", watch: true)
        _ = client.replies()
        let xid = client.send(.create) {
            CreateRequest(path: "/a", data: [], acl: .open, flags: 0).encode(into: &$0)
        }
        #expect(client.transcript() == ["created /a", "#\(xid)"])
    }

    @Test func `comes behind the answer to the read that asked for it`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/a")
        node.isDiskFast = false
        let write = client.send(.setData) {
            SetDataRequest(path: "/a", data: [1], version: -1).encode(into: &$0)
        }
        let read = client.send(.getData) { PathWatchRequest(path: "/a", watch: true).encode(into: &$0) }
        let again = client.send(.setData) {
            SetDataRequest(path: "/a", data: [2], version: -1).encode(into: &$0)
        }
        node.sync()
        #expect(client.transcript() == ["#\(write)", "#\(read)", "dataChanged /a", "#\(again)"])
    }

    @Test func `comes before a read sees what it is about`() throws {
        let node = TestNode()
        let client = try node.connect()
        let other = try node.connect()
        _ = try client.exists("/a", watch: true)
        _ = try other.create("/a")
        let xid = client.send(.exists) { PathWatchRequest(path: "/a", watch: false).encode(into: &$0) }
        #expect(client.transcript() == ["created /a", "#\(xid)"])
    }

    @Test func `carries the zxid of the change and the state connected`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.exists("/a", watch: true)
        let zxid = try node.connect().create("/a").zxid
        let event = try #require(client.replies().first)
        #expect(event.xid == -1 && event.zxid == zxid && event.error == .ok)
        #expect(event.body.getInteger(at: event.body.readerIndex, as: Int32.self) == 1)
        #expect(event.body.getInteger(at: event.body.readerIndex + 4, as: Int32.self) == 3)
    }

    @Test func `of a deletion comes before its parent's`() throws {
        let node = TestNode()
        let client = try node.connect()
        let other = try node.connect()
        _ = try other.create("/p")
        _ = try other.create("/p/c")
        _ = try client.getChildren("/p", watch: true)
        _ = try client.exists("/p/c", watch: true)
        _ = try other.delete("/p/c")
        #expect(client.events() == ["deleted /p/c", "childrenChanged /p"])
    }

    @Test func `about a whole subtree's end comes for each znode of it`() throws {
        let node = TestNode()
        let client = try node.connect()
        let other = try node.connect()
        for path in ["/a", "/a/b", "/a/b/c"] as [ZnodePath] { _ = try other.create(path) }
        _ = try client.addWatch("/a", recursive: true)
        for path in ["/a/b/c", "/a/b", "/a"] as [ZnodePath] { _ = try other.delete(path) }
        #expect(client.events() == ["deleted /a/b/c", "deleted /a/b", "deleted /a"])
    }

    @Test func `goes to every connection that watches`() throws {
        let node = TestNode()
        let clients = try (0..<5).map { _ in try node.connect() }
        for client in clients { _ = try client.exists("/a", watch: true) }
        _ = try node.connect().create("/a")
        #expect(clients.allSatisfy { $0.events() == ["created /a"] })
    }
}

@Suite struct `An event about what one may not read` {
    private func forbid(_ path: ZnodePath, on node: TestNode) throws -> TestClient {
        let owner = try node.connect()
        _ = try owner.authenticate("u:p")
        _ = try owner.create(path, acl: .creator)
        return owner
    }

    @Test func `is not told, and spends the watch`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.exists("/a", watch: true)
        let owner = try forbid("/a", on: node)
        _ = try owner.setACL("/a", .open)
        _ = try owner.setData("/a", [1])
        #expect(client.events().isEmpty)
        #expect(node.replica.watches.isEmpty)
    }

    @Test func `is told of a readable znode below an unreadable one`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.addWatch("/a", recursive: true)
        let owner = try forbid("/a", on: node)
        _ = try owner.create("/a/b")
        _ = try owner.setData("/a", [1])
        _ = try owner.delete("/a/b")
        #expect(client.events() == ["created /a/b", "deleted /a/b"])
    }

    @Test func `is judged by the parent's ACL where children are concerned`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.addWatch("/a")
        let owner = try forbid("/a", on: node)
        _ = try owner.create("/a/b")
        #expect(client.events().isEmpty)
        _ = try owner.setACL("/a", .open)
        _ = try owner.create("/a/c", acl: .creator)
        #expect(client.events() == ["childrenChanged /a"])
    }

    @Test func `is judged by the identities of now`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.addWatch("/a")
        let owner = try forbid("/a", on: node)
        _ = try client.authenticate("u:p")
        _ = try owner.setData("/a", [1])
        #expect(client.events() == ["dataChanged /a"])
    }

    @Test func `is judged by the ACL of the znode that went`() throws {
        let node = TestNode()
        let owner = try forbid("/a", on: node)
        let client = try node.connect()
        _ = try client.addWatch("/a")
        _ = try owner.delete("/a")
        #expect(client.events().isEmpty)
    }
}
