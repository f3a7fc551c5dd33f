import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A create` {
    @Test(
        arguments: [
            ("/a//b", -101), ("/a/../b", -101), ("/a/", -8), ("a", -8), ("", -8), ("/", -110), ("/a/.", -8),
            ("/none/b", -101), ("/a/b", 0), ("/a\u{1}", -8), ("//", -8), ("/zookeeper/mine", 0),
        ] as [(String, Int32)])
    func `checks its path in Apache's order`(path: String, code: Int32) throws {
        let client = try TestNode().connect()
        _ = try client.create("/a")
        #expect(try client.create(ZnodePath(path)).code == code)
    }

    @Test(arguments: [0x1f426, 0xfff0, 0xf8ff] as [UInt32])
    func `refuses forbidden characters`(scalar: UInt32) throws {
        let character = Character(try #require(Unicode.Scalar(scalar)))
        #expect(try TestNode().connect().create(ZnodePath("/a\(character)")).error == .badArguments)
    }

    @Test func `takes names apart that look the same`() throws {
        let client = try TestNode().connect()
        #expect(try client.create(ZnodePath("/\u{e9}")).error == .ok)
        #expect(try client.create(ZnodePath("/e\u{301}")).error == .ok)
        #expect(try client.getChildren("/").stat?.numChildren == 3)
    }

    @Test(arguments: [OpCode.create, .create2, .createContainer], [-1, 7, 100] as [Int32])
    func `refuses flags that mean nothing`(code: OpCode, flags: Int32) throws {
        #expect(try TestNode().connect().create("/a", flags: flags, code: code).error == .badArguments)
    }

    @Test(arguments: [OpCode.create, .create2, .createContainer], [5, 6] as [Int32])
    func `refuses TTL flags without a TTL`(code: OpCode, flags: Int32) throws {
        #expect(try TestNode().connect().create("/a", flags: flags, code: code).error == .badArguments)
        let plain = TestNode { $0.rules.hasExtendedTypes = false }
        #expect(try plain.connect().create("/a", flags: flags, code: code).error == .unimplemented)
    }

    @Test func `below an ephemeral is refused, numbered or not`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/e", flags: 1)
        #expect(try client.create("/e/c").error == .noChildrenForEphemerals)
        #expect(try client.create("/e/c", flags: 2).error == .noChildrenForEphemerals)
    }

    @Test func `answers by its opcode, with the path or with a stat as well`() throws {
        let client = try TestNode().connect()
        #expect(try client.create("/a").body.readableBytes == 6)
        for (path, code) in [("/b", OpCode.create2), ("/c", .createContainer)] {
            #expect(
                try client.create(ZnodePath(path), code: code).body.readableBytes == 6 + Stat.encodedBytes)
        }
        #expect(try client.createTTL("/d", ttlMs: 1).body.readableBytes == 6 + Stat.encodedBytes)
    }

    @Test func `of opcode 1 with the container's flag makes a plain znode`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/a", flags: 4)
        _ = try client.create("/a/b")
        _ = try client.delete("/a/b")
        node.advance(ms: 61_000)
        #expect(node.has("/a"))
    }

    @Test(arguments: [1, 3] as [Int32])
    func `of an ephemeral names its session as the owner`(flags: Int32) throws {
        let client = try TestNode().connect()
        let stat = try client.create("/e", flags: flags, code: .create2).stat
        #expect(stat?.ephemeralOwner == client.session.rawValue)
    }

    @Test func `finds a bad ACL before a missing parent`() throws {
        #expect(try TestNode().connect().create("/none/a", acl: nil).error == .invalidACL)
    }

    @Test func `asks the parent's permission before it looks for the znode`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/p", acl: .anyone(may: [.read, .write, .delete, .admin]))
        #expect(try client.create("/p/a").error == .noAuth)
        _ = try client.create("/o", acl: .anyone(may: .create))
        #expect(try client.create("/o/a").error == .ok)
    }
}

@Suite struct `A znode with a time to live` {
    @Test(arguments: [0, -1, Ownership.ttlMsMax + 1, .max, .min])
    func `lives no impossible time`(ttlMs: Int64) throws {
        #expect(try TestNode().connect().createTTL("/t", ttlMs: ttlMs).error == .badArguments)
    }

    @Test(arguments: [1, Ownership.ttlMsMax])
    func `shows no owner`(ttlMs: Int64) throws {
        let reply = try TestNode().connect().createTTL("/t", ttlMs: ttlMs)
        #expect(reply.error == .ok)
        #expect(reply.stat?.ephemeralOwner == 0)
    }

    @Test(arguments: [0, 1, 2, 3, 4] as [Int32])
    func `has a flag that says so`(flags: Int32) throws {
        #expect(try TestNode().connect().createTTL("/t", ttlMs: -1, flags: flags).error == .badArguments)
    }

    @Test func `may have a number and children`() throws {
        let client = try TestNode().connect()
        #expect(try client.createTTL("/t-", ttlMs: 5, flags: 6).text == "/t-0000000000")
        #expect(try client.create("/t-0000000000/c").error == .ok)
    }

    @Test func `is unknown where extended types are off`() throws {
        let node = TestNode { $0.rules.hasExtendedTypes = false }
        #expect(try node.connect().createTTL("/t", ttlMs: 5).error == .unimplemented)
    }
}
