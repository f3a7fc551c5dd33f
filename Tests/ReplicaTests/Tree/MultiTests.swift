import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A multi` {
    @Test func `answers each operation in the form clients know`() throws {
        let client = try TestNode().connect()
        let reply = try client.multi(
            .create("/a"), .create("/b", opcode: .create2), .create("/c", flags: 4),
            .create("/d", flags: 5, opcode: .createTTL), .set("/a", [1]), .check("/a", version: 1),
            .delete("/b"))
        #expect(reply.error == .ok)
        let results = try reply.multiResults
        let b = try #require(results.count == 7 ? results[1].stat : nil)
        #expect(results[0] == .create(path: "/a"))
        #expect(results[1] == .create2(path: "/b", stat: b))
        #expect(results[2].path == "/c" && results[3].path == "/d")
        #expect(results[4].stat?.version == 1)
        #expect(results[5] == .check && results[6] == .delete)
    }

    @Test func `has one zxid and one time for all`() throws {
        let node = TestNode()
        let client = try node.connect()
        let reply = try client.multi(.create("/a"), .create("/a/b"), .set("/a", [1]))
        let a = try #require(try client.exists("/a").stat)
        let b = try #require(try client.exists("/a/b").stat)
        #expect([a.czxid, a.mzxid, a.pzxid, b.czxid].allSatisfy { $0.rawValue == reply.zxid })
        #expect(node.logged.count == 2)
    }

    @Test func `sees its own earlier operations`() throws {
        let client = try TestNode().connect()
        let reply = try client.multi(
            .create("/a"), .create("/a/b"), .delete("/a/b"), .delete("/a"), .create("/a"), .set("/a", [9]))
        #expect(try reply.multiResults.count == 6)
        #expect(try client.getData("/a").data == [9])
        #expect(try client.exists("/a").stat?.cversion == 0)
    }

    @Test func `that fails says where, and leaves nothing behind`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/old", [1])
        let digest = node.replica.tree.digest
        let reply = try client.multi(
            .create("/a"), .set("/old", [2]), .delete("/none"), .create("/b"), .check("/old"))
        #expect(reply.error == .ok)
        #expect(try reply.multiCodes == [0, 0, -101, -2, -2])
        #expect(!node.has("/a"))
        #expect(try client.getData("/old").data == [1])
        #expect(node.replica.tree.digest == digest)
        #expect(try client.create("/c").zxid == reply.zxid + 1)
    }

    @Test func `that fails restores what was in flight before it`() throws {
        let node = TestNode()
        let client = try node.connect()
        node.isDiskFast = false
        func send(_ writes: MultiWrite...) {
            client.send(.multi) { MultiRequest(writes: writes).encode(into: &$0) }
        }
        send(.create("/p"))
        send(.create("/p/s", flags: 2))
        send(.create("/p/s", flags: 2), .delete("/p/s0000000000"), .delete("/none"))
        send(.create("/p/s", flags: 2), .check("/p/s0000000000"))
        node.sync()
        let replies = client.replies()
        #expect(try replies[2].multiCodes == [0, 0, -101])
        #expect(try replies[3].multiResults == [.create(path: "/p/s0000000001"), .check])
        #expect(node.replica.digestMismatches == 0)
    }

    @Test func `may be empty`() throws {
        let reply = try TestNode().connect().multi()
        #expect(reply.error == .ok)
        #expect(reply.body.readableBytes == 9)
    }

    @Test(
        arguments: [
            ("/none", -1, -101), ("/a", 0, 0), ("/a", -1, 0), ("/a", 1, -103), ("/a/", 0, -8),
            ("/hidden", -1, -102), ("/hidden", 9, -102),
        ] as [(String, Int32, Int32)])
    func `checks that a znode is as expected`(path: String, version: Int32, code: Int32) throws {
        let client = try TestNode().connect()
        _ = try client.create("/a")
        _ = try client.create("/hidden", acl: .anyone(may: .write))
        let reply = try client.multi(.check(ZnodePath(path), version: version))
        #expect(try reply.multiResults == [code == 0 ? .check : .failed(code: code)])
    }

    @Test(arguments: [OpCode.exists, .getData, .getACL, .setACL, .getChildren2, .multi, .deleteContainer])
    func `takes no other operation`(code: OpCode) throws {
        let client = try TestNode().connect()
        let reply = try client.ask(.multi) { buffer in
            MultiHeader(type: code.rawValue, isDone: false, error: -1).encode(into: &buffer)
            PathWatchRequest(path: "/", watch: false).encode(into: &buffer)
            MultiHeader.end.encode(into: &buffer)
        }
        #expect(reply.error == .marshallingError)
        #expect(!client.isClosed)
    }

    @Test(
        arguments: [
            (1, CreateRequest(path: "/a", data: [], acl: .open, flags: 7)),
            (1, CreateRequest(path: "/a", data: [], acl: .open, flags: 5)),
            (15, CreateRequest(path: "/a", data: [], acl: .open, flags: -1)),
            (1, CreateRequest(path: "/a", data: [], acl: nil, flags: 0)),
            (1, CreateRequest(path: nil, data: [], acl: .open, flags: 0)),
        ] as [(Int32, CreateRequest)])
    func `with a create that cannot be read is no multi`(opcode: Int32, create: CreateRequest) throws {
        let node = TestNode()
        let client = try node.connect()
        let reply = try client.ask(.multi) { buffer in
            for request in [CreateRequest(path: "/x", data: [], acl: .open, flags: 0), create] {
                MultiHeader(type: opcode, isDone: false, error: -1).encode(into: &buffer)
                request.encode(into: &buffer)
            }
            MultiHeader.end.encode(into: &buffer)
        }
        #expect(reply.error == .marshallingError)
        #expect(!node.has("/x"))
    }

    @Test func `tells watchers operation by operation`() throws {
        let node = TestNode()
        let watcher = try node.connect()
        _ = try watcher.addWatch("/", recursive: true)
        _ = try node.connect().multi(.create("/a"), .set("/a", [1]), .create("/a/b"), .delete("/a/b"))
        #expect(watcher.events() == ["created /a", "dataChanged /a", "created /a/b", "deleted /a/b"])
    }

    @Test func `that fails tells watchers nothing`() throws {
        let node = TestNode()
        let watcher = try node.connect()
        _ = try watcher.addWatch("/", recursive: true)
        _ = try node.connect().multi(.create("/a"), .delete("/none"))
        #expect(watcher.events().isEmpty)
    }
}

extension MultiResult {
    fileprivate var stat: Stat? {
        switch self {
        case .create2(_, let stat), .setData(let stat): stat
        default: nil
        }
    }

    fileprivate var path: ZnodePath? {
        switch self {
        case .create(let path), .create2(let path, _): path
        default: nil
        }
    }
}
