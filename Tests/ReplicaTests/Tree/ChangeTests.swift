import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A delete` {
    @Test(arguments: ["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config", "a", ""])
    func `refuses the system's znodes and what is no path`(path: String) throws {
        #expect(try TestNode().connect().delete(ZnodePath(path)).error == .badArguments)
    }

    @Test(arguments: ["/a/", "/a//b", "/none", "/none/b"])
    func `finds nothing where nothing is`(path: String) throws {
        let client = try TestNode().connect()
        _ = try client.create("/a")
        #expect(try client.delete(ZnodePath(path)).error == .noNode)
    }

    @Test func `asks the parent's permission before it looks for the znode`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/p", acl: .anyone(may: [.read, .create]))
        #expect(try client.delete("/p/none").error == .noAuth)
    }

    @Test func `does not ask the znode's own ACL`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/a", acl: .anyone(may: []))
        #expect(try client.delete("/a").error == .ok)
    }

    @Test func `finds a wrong version before children`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/a")
        _ = try client.create("/a/b")
        #expect(try client.delete("/a", version: 5).error == .badVersion)
        #expect(try client.delete("/a", version: 0).error == .notEmpty)
    }
}

@Suite struct `A setData` {
    @Test(arguments: ["/a//b", "/a/", "a", "", "//"])
    func `refuses what is no path`(path: String) throws {
        #expect(try TestNode().connect().setData(ZnodePath(path), []).error == .badArguments)
    }

    @Test func `writes the root`() throws {
        let client = try TestNode().connect()
        #expect(try client.setData("/", [1]).error == .ok)
        #expect(try client.getData("/").data == [1])
    }

    @Test func `may not write the configuration`() throws {
        #expect(try TestNode().connect().setData("/zookeeper/config", []).error == .noAuth)
    }

    @Test func `asks for permission before it compares versions`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/a", acl: .anyone(may: .read))
        #expect(try client.setData("/a", [], version: 9).error == .noAuth)
    }
}

@Suite struct `A setACL` {
    @Test(arguments: ["/a//b", "/a/", "a", ""])
    func `refuses what is no path`(path: String) throws {
        #expect(try TestNode().connect().setACL(ZnodePath(path), .open).error == .badArguments)
    }

    @Test func `finds a bad ACL before a missing znode`() throws {
        let client = try TestNode().connect()
        #expect(try client.setACL("/none", []).error == .invalidACL)
        #expect(try client.setACL("/none", .open).error == .noNode)
    }

    @Test func `needs the right to administer, asked before the version`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/a", acl: .anyone(may: [.read, .write, .create, .delete]))
        #expect(try client.setACL("/a", .open, version: 9).error == .noAuth)
        _ = try client.create("/b", acl: .anyone(may: .admin))
        #expect(try client.setACL("/b", .open, version: 0).error == .ok)
    }

    @Test func `in flight decides about what comes behind it`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/a")
        node.isDiskFast = false
        client.send(.setACL) {
            SetACLRequest(path: "/a", acl: .anyone(may: .read), version: -1).encode(into: &$0)
        }
        client.send(.setData) { SetDataRequest(path: "/a", data: [1], version: -1).encode(into: &$0) }
        node.sync()
        #expect(client.replies().map(\.error) == [.ok, .noAuth])
    }
}

@Suite struct `A reconfiguration` {
    private func ask(_ client: TestClient) throws -> Reply {
        try client.ask(.reconfig) {
            ReconfigRequest(joining: nil, leaving: nil, newMembers: nil, configID: -1).encode(into: &$0)
        }
    }

    @Test func `is refused, as disabled or as nothing a single node can do`() throws {
        #expect(try ask(try TestNode().connect()).error == .reconfigDisabled)
        let enabled = TestNode { $0.isReconfigEnabled = true }
        #expect(try ask(try enabled.connect()).error == .unimplemented)
    }

    @Test func `takes a place in the order all the same`() throws {
        let node = TestNode()
        _ = try ask(try node.connect())
        #expect(node.logged.count == 2)
    }
}
