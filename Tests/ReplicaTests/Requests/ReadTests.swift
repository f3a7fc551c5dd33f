import NIOCore
import Replica
import TestSupport
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A read` {
    @Test func `tells null data from empty data`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/null", nil)
        _ = try client.create("/empty", [])
        #expect(try client.getData("/null").data == nil)
        #expect(try client.getData("/empty").data == [])
        #expect(try client.getData("/null").stat?.dataLength == 0)
        _ = try client.setData("/empty", nil)
        #expect(try client.getData("/empty").data == nil)
    }

    @Test(arguments: ["/a//b", "/a/", "//", "a", "/a/..", "/none"])
    func `of what is no path finds nothing`(path: String) throws {
        let client = try TestNode().connect()
        _ = try client.create("/a")
        _ = try client.create("/a/b")
        let path = ZnodePath(path)
        #expect(try client.getData(path).error == .noNode)
        #expect(try client.getChildren(path).error == .noNode)
        #expect(try client.exists(path).error == .noNode)
        #expect(try client.ask(.getACL, about: path).error == .noNode)
    }

    @Test func `of the empty path reads the root`() throws {
        let client = try TestNode().connect()
        #expect(try client.getData("").error == .ok)
        #expect(try client.getChildren("").children == ["zookeeper"])
    }

    @Test(arguments: [.exists, .getData, .getChildren, .getChildren2, .getACL] as [OpCode])
    func `of a null path is a marshalling error`(code: OpCode) throws {
        let client = try TestNode().connect()
        #expect(
            try client.ask(code) { PathWatchRequest(path: nil, watch: false).encode(into: &$0) }.error
                == .marshallingError)
    }

    @Test func `for existence refuses a zero in the path`() throws {
        let client = try TestNode().connect()
        #expect(try client.exists(ZnodePath(Array("/a".utf8) + [0])).error == .badArguments)
    }

    @Test func `of children gives all of them, by bare name`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/p")
        for index in 0..<50 { _ = try client.create(ZnodePath("/p/n\(index)")) }
        let reply = try client.getChildren("/p")
        #expect(try reply.children == Set((0..<50).map { "n\($0)" }))
        #expect(reply.stat?.numChildren == 50)
    }

    @Test func `counts all descendants`() throws {
        let client = try TestNode().connect()
        for path in ["/a", "/a/b", "/a/b/c", "/a/d", "/e"] as [ZnodePath] { _ = try client.create(path) }
        #expect(try client.ask(.getAllChildrenNumber, about: "/a").number == 3)
        #expect(try client.ask(.getAllChildrenNumber, about: "/e").number == 0)
        #expect(try client.ask(.getAllChildrenNumber, about: "/").number == 8)
        #expect(try client.ask(.getAllChildrenNumber, about: "/x").error == .noNode)
    }

    @Test(
        arguments: [
            (nil, ["/e", "/e2", "/p/e"]), ("", ["/e", "/e2", "/p/e"]), (" ", ["/e", "/e2", "/p/e"]),
            ("/", ["/e", "/e2", "/p/e"]), ("/e", ["/e", "/e2"]), ("/p/", ["/p/e"]), ("/x", []),
        ] as [(String?, Set<String>)])
    func `of ephemerals takes the prefix as plain text`(prefix: String?, paths: Set<String>) throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/p")
        for path in ["/e", "/e2", "/p/e"] as [ZnodePath] { _ = try client.create(path, flags: 1) }
        _ = try node.connect().create("/e3", flags: 1)
        #expect(try client.ask(.getEphemerals, about: prefix.map { ZnodePath($0) }).children == paths)
    }

    @Test func `of who one is always knows the address`() throws {
        let client = try TestNode().connect()
        _ = try client.authenticate("u:p")
        let clients = try client.ask(.whoAmI).decoded(WhoAmIResponse.init(decoding:)).clients
        #expect(
            clients == [
                ClientInfo(scheme: "ip", user: "127.0.0.1"), ClientInfo(scheme: "digest", user: "u"),
            ])
    }

    @Test func `finds the configuration empty where there is no ensemble`() throws {
        let reply = try TestNode().connect().getData("/zookeeper/config")
        #expect(try reply.data == [])
        #expect(reply.stat?.aversion == -1)
    }
}

@Suite struct `Many reads in one` {
    private func ask(_ client: TestClient, _ reads: [MultiRead]) throws -> Reply {
        try client.ask(.multiRead) { MultiReadRequest(reads: reads).encode(into: &$0) }
    }

    @Test func `are answered each for itself`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/a", [7])
        let reply = try ask(
            client,
            [
                .getData(PathWatchRequest(path: "/none", watch: true)),
                .getData(PathWatchRequest(path: "/a", watch: true)),
                .getChildren(PathWatchRequest(path: "/", watch: true)),
            ])
        #expect(reply.error == .ok)
        let results = try reply.decoded(MultiReadResult.decodeAll)
        #expect(results.count == 3)
        #expect(results[0] == .failed(code: ErrorCode.noNode.rawValue))
        #expect(results[1] == .data([7], stat: try #require(try client.exists("/a").stat)))
    }

    @Test func `set no watch`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try ask(client, [.getData(PathWatchRequest(path: "/", watch: true))])
        #expect(node.replica.watches.isEmpty)
    }

    @Test func `may be none`() throws {
        let reply = try ask(try TestNode().connect(), [])
        #expect(reply.error == .ok)
        #expect(reply.body.readableBytes == 9)
    }
}
