import NIOCore
import Replica
import TestSupport
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A client's requests` {
    private func create(_ path: ZnodePath, by client: TestClient) -> Int32 {
        client.send(.create) { CreateRequest(path: path, data: [], acl: .open, flags: 0).encode(into: &$0) }
    }

    @Test func `are answered in the order they were sent`() throws {
        let node = TestNode()
        let client = try node.connect()
        node.isDiskFast = false
        var sent = [create("/a", by: client)]
        sent.append(client.send(.exists) { PathWatchRequest(path: "/a", watch: false).encode(into: &$0) })
        sent.append(client.send(.whoAmI))
        sent.append(client.send(.sync) { PathRequest(path: "/a").encode(into: &$0) })
        sent.append(create("/a", by: client))
        sent.append(client.send(.setACL) { $0.writeInteger(Int32(77)) })
        sent.append(client.send(.getData) { PathWatchRequest(path: "/x", watch: false).encode(into: &$0) })
        #expect(client.replies().isEmpty)
        node.sync()
        let replies = client.replies()
        #expect(replies.map(\.xid) == sent)
        #expect(replies.map(\.error) == [.ok, .ok, .ok, .ok, .nodeExists, .marshallingError, .noNode])
    }

    @Test func `do not wait for the writes of others`() throws {
        let node = TestNode()
        let writer = try node.connect()
        let reader = try node.connect()
        node.isDiskFast = false
        _ = create("/a", by: writer)
        #expect(try reader.exists("/a").error == .noNode)
        reader.send(.ping)
        #expect(reader.replies().map(\.xid) == [-2])
    }

    @Test func `see no write that was proposed but not committed`() throws {
        let node = TestNode()
        let writer = try node.connect()
        let reader = try node.connect()
        node.isDiskFast = false
        _ = create("/a", by: writer)
        #expect(try reader.getChildren("/").children == ["zookeeper"])
        node.sync()
        #expect(try reader.getChildren("/").children == ["zookeeper", "a"])
    }

    @Test func `are answered by the identity they were sent with`() throws {
        let node = TestNode()
        let client = try node.connect()
        let owner = try node.connect()
        _ = try owner.authenticate("u:p")
        _ = try owner.create("/secret", acl: .creator)
        node.isDiskFast = false
        _ = create("/a", by: client)
        client.send(.getData) { PathWatchRequest(path: "/secret", watch: false).encode(into: &$0) }
        client.send(.auth) { AuthPacket(scheme: "digest", auth: Array("u:p".utf8)).encode(into: &$0) }
        client.send(.getData) { PathWatchRequest(path: "/secret", watch: false).encode(into: &$0) }
        node.sync()
        #expect(client.replies().map(\.error) == [.ok, .noAuth, .ok, .ok])
    }
}

@Suite struct `A sync` {
    @Test(arguments: ["/", "/a", "no path at all", ""])
    func `gives the path back as it came`(path: String) throws {
        let client = try TestNode().connect()
        let reply = try client.ask(.sync, about: ZnodePath(path))
        #expect(reply.error == .ok)
        #expect(reply.text == path)
    }

    @Test func `gives null back for null`() throws {
        let client = try TestNode().connect()
        let reply = try client.ask(.sync, about: nil)
        #expect(reply.error == .ok)
        #expect(try reply.decoded(PathResponse.init(decoding:)).path == nil)
    }

    @Test func `waits for everything proposed before it, also by others`() throws {
        let node = TestNode()
        let writer = try node.connect()
        let reader = try node.connect()
        node.isDiskFast = false
        writer.send(.create) { CreateRequest(path: "/a", data: [], acl: .open, flags: 0).encode(into: &$0) }
        reader.send(.sync) { PathRequest(path: "/").encode(into: &$0) }
        reader.send(.exists) { PathWatchRequest(path: "/a", watch: false).encode(into: &$0) }
        #expect(reader.replies().isEmpty)
        node.sync()
        #expect(reader.replies().map(\.error) == [.ok, .ok])
    }

    @Test func `of a client that hung up is forgotten`() throws {
        let node = TestNode()
        let writer = try node.connect()
        let reader = try node.connect()
        node.isDiskFast = false
        writer.send(.create) { CreateRequest(path: "/a", data: [], acl: .open, flags: 0).encode(into: &$0) }
        reader.send(.sync) { PathRequest(path: "/").encode(into: &$0) }
        node.step(.closed(reader.id))
        node.sync()
        #expect(writer.replies().map(\.error) == [.ok])
        #expect(reader.replies().isEmpty)
    }

    @Test func `proposes nothing`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.ask(.sync, about: "/")
        #expect(node.logged.count == 1)
    }
}
