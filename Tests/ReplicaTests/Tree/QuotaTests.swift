import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A quota` {
    /// A client of a node on which `/p` has a quota, written as Apache's tools write it.
    private func client(limits: String = "count=-1,bytes=-1", stats: String = "count=0,bytes=0") throws
        -> TestClient
    {
        let client = try TestNode { $0.rules.enforcesQuota = true }.connect()
        _ = try client.create("/p", [1, 2])
        _ = try client.create("/zookeeper/quota/p")
        _ = try client.create("/zookeeper/quota/p/zookeeper_limits", Array(limits.utf8))
        _ = try client.create("/zookeeper/quota/p/zookeeper_stats", Array(stats.utf8))
        return client
    }

    private func usage(_ client: TestClient) throws -> String {
        let data = try client.getData("/zookeeper/quota/p/zookeeper_stats").data ?? []
        return String(decoding: data, as: UTF8.self)
    }

    @Test func `measures what is there when its statistics are made`() throws {
        let client = try client(stats: "count=77,bytes=77")
        #expect(try usage(client) == "count=1,bytes=2")
    }

    @Test func `follows every change below, null data as none`() throws {
        let client = try client()
        _ = try client.create("/p/a", [1, 2, 3])
        #expect(try usage(client) == "count=2,bytes=5")
        _ = try client.create("/p/a/b", nil)
        #expect(try usage(client) == "count=3,bytes=5")
        _ = try client.setData("/p/a", [1])
        #expect(try usage(client) == "count=3,bytes=3")
        _ = try client.delete("/p/a/b")
        #expect(try usage(client) == "count=2,bytes=3")
        _ = try client.create("/px", [9])
        #expect(try usage(client) == "count=2,bytes=3")
    }

    @Test func `changes its statistics without a version, a zxid or an event`() throws {
        let client = try client()
        let before = try #require(try client.exists("/zookeeper/quota/p/zookeeper_stats", watch: true).stat)
        _ = try client.create("/p/a", [1, 2, 3])
        #expect(client.events().isEmpty)
        var after = try #require(try client.exists("/zookeeper/quota/p/zookeeper_stats").stat)
        after.dataLength = before.dataLength
        #expect(after == before)
    }

    @Test func `refuses more znodes than its hard limit`() throws {
        let client = try client(limits: "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=2")
        #expect(try client.create("/p/a").error == .ok)
        #expect(try client.create("/p/b").error == .quotaExceeded)
        #expect(try client.setData("/p/a", [1, 2, 3]).error == .ok)
        _ = try client.delete("/p/a")
        #expect(try client.create("/p/b").error == .ok)
    }

    @Test func `refuses more bytes than its hard limit, before it looks at the version`() throws {
        let client = try client(limits: "count=-1,bytes=-1=;byteHardLimit=5;countHardLimit=-1")
        #expect(try client.create("/p/a", [1, 2, 3]).error == .ok)
        #expect(try client.create("/p/b", [1]).error == .quotaExceeded)
        #expect(try client.setData("/p/a", [1, 2, 3, 4], version: 99).error == .quotaExceeded)
        #expect(try client.setData("/p/a", [1, 2, 3], version: 99).error == .badVersion)
        #expect(try client.create("/p/b", []).error == .ok)
    }

    @Test func `never refuses for a soft limit`() throws {
        let client = try client(limits: "count=1,bytes=1")
        #expect(try client.create("/p/a", [1, 2, 3]).error == .ok)
    }

    @Test func `no longer counts when its limits go`() throws {
        let client = try client(limits: "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=1")
        #expect(try client.create("/p/a").error == .quotaExceeded)
        _ = try client.delete("/zookeeper/quota/p/zookeeper_limits")
        #expect(try client.create("/p/a").error == .ok)
        #expect(try usage(client) == "count=1,bytes=2")
    }

    @Test func `is counted by the deepest that applies`() throws {
        let client = try client()
        _ = try client.create("/p/deep")
        _ = try client.create("/zookeeper/quota/p/deep")
        _ = try client.create("/zookeeper/quota/p/deep/zookeeper_limits", Array("count=-1,bytes=-1".utf8))
        _ = try client.create("/zookeeper/quota/p/deep/zookeeper_stats", [])
        _ = try client.create("/p/deep/a", [1])
        #expect(try usage(client) == "count=2,bytes=2")
        let deep = try client.getData("/zookeeper/quota/p/deep/zookeeper_stats").data ?? []
        #expect(String(decoding: deep, as: UTF8.self) == "count=2,bytes=1")
    }

    @Test(arguments: ["count=9223372036854775807,bytes=9223372036854775807", "nonsense", ""])
    func `bears whatever a client writes into its statistics`(text: String) throws {
        let client = try client(
            limits: "count=-1,bytes=-1=;byteHardLimit=9223372036854775807;countHardLimit=9223372036854775807")
        _ = try client.setData("/zookeeper/quota/p/zookeeper_stats", Array(text.utf8))
        #expect(try client.create("/p/a", [1, 2, 3]).error != .marshallingError)
        #expect(try client.setData("/p", [1, 2, 3, 4]).error != .marshallingError)
        _ = try client.delete("/p/a")
    }
}
