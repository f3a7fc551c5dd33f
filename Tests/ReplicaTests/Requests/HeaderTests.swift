import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A request's number` {
    @Test(arguments: [-8, -4, 0, 5, .max, .min] as [Int32])
    func `is echoed, whatever it is`(xid: Int32) throws {
        let client = try TestNode().connect()
        client.send(.exists, xid: xid) { PathWatchRequest(path: "/", watch: false).encode(into: &$0) }
        client.send(.exists, xid: xid) { PathWatchRequest(path: "/", watch: false).encode(into: &$0) }
        #expect(client.replies().map(\.xid) == [xid, xid])
    }

    @Test func `is -2 in the answer to a ping`() throws {
        let client = try TestNode().connect()
        client.send(.ping, xid: 77)
        let reply = try #require(client.replies().first)
        #expect(reply.xid == -2 && reply.error == .ok && reply.zxid == 1)
        #expect(reply.body.readableBytes == 0)
    }
}

@Suite struct `An opcode that no client may send` {
    @Test(arguments: [0, -1, -10, 10, 13, 20, 23, 99, 108, 1000] as [Int32])
    func `is answered with unimplemented, then closed`(type: Int32) throws {
        let node = TestNode()
        let client = try node.connect()
        client.sendRaw {
            RequestHeader(xid: 4, type: type).encode(into: &$0)
            PathRequest(path: "/a").encode(into: &$0)
        }
        let replies = client.replies()
        #expect(replies.map(\.error) == [.unimplemented])
        #expect(replies.first?.xid == 4 && replies.first?.zxid == -1)
        #expect(client.isClosed)
        #expect(node.logged.count == 1)
    }

    @Test func `waits for what its client asked before`() throws {
        let node = TestNode()
        let client = try node.connect()
        node.isDiskFast = false
        client.send(.create) { CreateRequest(path: "/a", data: [], acl: .open, flags: 0).encode(into: &$0) }
        client.sendRaw { RequestHeader(xid: 9, type: 555).encode(into: &$0) }
        client.send(.ping)
        #expect(!client.isClosed)
        node.sync()
        #expect(client.replies().map(\.error) == [.ok, .unimplemented])
        #expect(client.isClosed)
    }
}

@Suite struct `A request that does not parse` {
    @Test(
        arguments: [
            .create, .create2, .createContainer, .createTTL, .delete, .setData, .setACL, .exists, .getData,
            .getChildren, .getChildren2, .getACL, .sync, .getEphemerals, .getAllChildrenNumber, .addWatch,
            .setWatches, .setWatches2, .checkWatches, .removeWatches, .multi, .multiRead, .reconfig,
        ] as [OpCode])
    func `is answered with a marshalling error, and the next is heard`(code: OpCode) throws {
        let client = try TestNode().connect()
        let reply = try client.ask(code) { $0.writeInteger(Int32(77)) }
        #expect(reply.error == .marshallingError)
        #expect(reply.body.readableBytes == 0)
        #expect(!client.isClosed)
        #expect(try client.exists("/").error == .ok)
    }

    @Test func `may claim two thousand million entries without effect`() throws {
        let client = try TestNode().connect()
        let reply = try client.ask(.create) {
            $0.writeJutePath("/a")
            $0.writeJuteBytes([])
            $0.writeInteger(Int32.max)
        }
        #expect(reply.error == .marshallingError)
        #expect(try client.exists("/").error == .ok)
    }

    @Test(arguments: [.create, .delete, .setData, .setACL] as [OpCode])
    func `takes no place in the order`(code: OpCode) throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.ask(code) { $0.writeInteger(Int32(77)) }
        #expect(node.logged.count == 1)
    }

    @Test(arguments: [OpCode.auth, .sasl])
    func `to prove who one is ends the connection`(code: OpCode) throws {
        let client = try TestNode().connect()
        client.send(code) { $0.writeInteger(Int32(-2)) }
        #expect(client.replies().isEmpty)
        #expect(client.isClosed)
    }

    @Test(arguments: [0, 1, 7])
    func `and has no room for a header ends the connection`(length: Int) throws {
        let client = try TestNode().connect()
        client.sendRaw { $0.writeRepeatingByte(0, count: length) }
        #expect(client.replies().isEmpty)
        #expect(client.isClosed)
    }

    @Test func `is no request that merely goes on behind its end`() throws {
        let client = try TestNode().connect()
        let reply = try client.ask(.exists) {
            PathWatchRequest(path: "/", watch: false).encode(into: &$0)
            $0.writeString("more")
        }
        #expect(reply.error == .ok)
    }
}

@Suite struct `An answer` {
    @Test func `has a body only when all went well`() throws {
        let client = try TestNode().connect()
        for reply in [
            try client.getData("/none"), try client.create("/"), try client.delete("/none"),
            try client.setData("/none", []), try client.ask(.getACL, about: "/none"),
        ] {
            #expect(reply.error != .ok)
            #expect(reply.body.readableBytes == 0)
        }
    }

    @Test func `to a read carries the last zxid applied`() throws {
        let node = TestNode()
        let client = try node.connect()
        let other = try node.connect()
        #expect(try client.exists("/").zxid == 2)
        #expect(try other.create("/a").zxid == 3)
        #expect(try client.exists("/").zxid == 3)
        node.isDiskFast = false
        other.send(.create) { CreateRequest(path: "/b", data: [], acl: .open, flags: 0).encode(into: &$0) }
        #expect(try client.exists("/").zxid == 3)
        #expect(try client.exists("/b").error == .noNode)
    }
}
