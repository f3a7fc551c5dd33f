import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `The stat` {
    @Test func `of a new znode has its creation everywhere`() throws {
        let node = TestNode()
        let client = try node.connect()
        let created = try client.create("/a", [1, 2], code: .create2)
        let stat = try #require(created.stat)
        #expect(stat.czxid.rawValue == created.zxid)
        #expect(stat.mzxid == stat.czxid && stat.pzxid == stat.czxid)
        #expect(stat.ctime == node.now.wallMs && stat.mtime == stat.ctime)
        #expect(stat.version == 0 && stat.cversion == 0 && stat.aversion == 0)
        #expect(stat.dataLength == 2 && stat.numChildren == 0 && stat.ephemeralOwner == 0)
        #expect(created.text == "/a")
    }

    @Test func `of a parent changes with its children, but not its data's`() throws {
        let node = TestNode()
        let client = try node.connect()
        let before = try #require(try client.create("/p", code: .create2).stat)
        node.advance(ms: 100)
        let created = try client.create("/p/c")
        let with = try #require(try client.exists("/p").stat)
        #expect(with.pzxid.rawValue == created.zxid && with.cversion == 1 && with.numChildren == 1)
        let deleted = try client.delete("/p/c")
        let without = try #require(try client.exists("/p").stat)
        #expect(without.pzxid.rawValue == deleted.zxid && without.cversion == 2 && without.numChildren == 0)
        #expect(without.mzxid == before.mzxid && without.mtime == before.mtime && without.version == 0)
    }

    @Test func `counts and dates a change of data`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/a", [1])
        node.advance(ms: 500)
        let reply = try client.setData("/a", [1, 2, 3], version: 0)
        let stat = try #require(reply.stat)
        #expect(stat.version == 1 && stat.mzxid.rawValue == reply.zxid && stat.mtime == node.now.wallMs)
        #expect(stat.dataLength == 3 && stat.czxid.rawValue == reply.zxid - 1)
        #expect(stat.pzxid == stat.czxid && stat.ctime == stat.mtime - 500)
    }

    @Test func `counts a change of ACL and nothing else`() throws {
        let node = TestNode()
        let client = try node.connect()
        var before = try #require(try client.create("/a", code: .create2).stat)
        node.advance(ms: 500)
        let after = try #require(try client.setACL("/a", .anyone(may: .all), version: 0).stat)
        before.aversion = 1
        #expect(after == before)
    }

    @Test func `of a fresh tree is Apache's`() throws {
        let client = try TestNode().connect()
        let root = try #require(try client.exists("/").stat)
        #expect(root.cversion == -1 && root.numChildren == 1 && root.czxid == .zero && root.version == 0)
        let zookeeper = try #require(try client.exists("/zookeeper").stat)
        #expect(zookeeper.cversion == -2 && zookeeper.numChildren == 2)
        #expect(try client.exists("/zookeeper/quota").stat?.cversion == 0)
        #expect(try client.exists("/zookeeper/config").stat?.aversion == -1)
    }
}

@Suite struct `A version` {
    @Test func `of data guards setData and delete, that of the ACL guards setACL`() throws {
        let client = try TestNode().connect()
        _ = try client.create("/a")
        _ = try client.setACL("/a", .open)
        _ = try client.setACL("/a", .open)
        #expect(try client.setData("/a", [], version: 2).error == .badVersion)
        #expect(try client.setData("/a", [], version: 0).error == .ok)
        #expect(try client.setACL("/a", .open, version: 1).error == .badVersion)
        #expect(try client.setACL("/a", .open, version: 2).error == .ok)
        #expect(try client.delete("/a", version: 3).error == .badVersion)
        #expect(try client.delete("/a", version: 1).error == .ok)
    }

    @Test func `in flight counts already`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/a")
        node.isDiskFast = false
        for version in [0, 1, 1, 2] as [Int32] {
            client.send(.setData) {
                SetDataRequest(path: "/a", data: [], version: version).encode(into: &$0)
            }
        }
        node.sync()
        #expect(client.replies().map(\.error) == [.ok, .ok, .badVersion, .ok])
    }
}
