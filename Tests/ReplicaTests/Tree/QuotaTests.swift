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

    /// What the server says to these once the disk goes on.
    private func answers(_ client: TestClient, _ ask: (TestClient) -> Void) -> [ErrorCode?] {
        client.node.isDiskFast = false
        ask(client)
        client.node.sync()
        client.node.isDiskFast = true
        return client.replies().map(\.error)
    }

    private static let fiveZnodes = "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=5"
    private static let fiveBytes = "count=-1,bytes=-1=;byteHardLimit=5;countHardLimit=-1"

    @Test func `counts the znodes that are under way`() throws {
        let client = try client(limits: Self.fiveZnodes)
        let codes = answers(client) { client in
            for name in 0..<40 {
                client.send(.create) {
                    CreateRequest(path: ZnodePath("/p/\(name)"), data: [], acl: .open, flags: 0)
                        .encode(into: &$0)
                }
            }
        }
        #expect(codes == Array(repeating: .ok, count: 4) + Array(repeating: .quotaExceeded, count: 36))
        #expect(try usage(client) == "count=5,bytes=2")
    }

    @Test func `counts the bytes that are under way, written and written over`() throws {
        let client = try client(limits: Self.fiveBytes)
        let codes = answers(client) { client in
            for (path, count) in [("/p", 4), ("/p", 1), ("/p/a", 3), ("/p/b", 2), ("/p/c", 1), ("/p/d", 1)] {
                let data = [UInt8](repeating: 7, count: count)
                let path = ZnodePath(path)
                if path == "/p" {
                    client.send(.setData) {
                        SetDataRequest(path: path, data: data, version: -1).encode(into: &$0)
                    }
                } else {
                    client.send(.create) {
                        CreateRequest(path: path, data: data, acl: .open, flags: 0).encode(into: &$0)
                    }
                }
            }
        }
        #expect(codes == [.ok, .ok, .ok, .quotaExceeded, .ok, .quotaExceeded])
        #expect(try usage(client) == "count=3,bytes=5")
    }

    @Test func `counts what stands before in a multi`() throws {
        let client = try client(limits: Self.fiveZnodes)
        let reply = try client.multi(
            .create("/p/a"), .create("/p/b"), .create("/p/c"), .create("/p/d"), .create("/p/e"))
        #expect(try reply.multiCodes == [0, 0, 0, 0, ErrorCode.quotaExceeded.rawValue])
        #expect(try usage(client) == "count=1,bytes=2")
        let bytes = try self.client(limits: Self.fiveBytes)
        let second = try bytes.multi(.set("/p", [1, 2, 3]), .set("/p", [1, 2, 3, 4, 5, 6]))
        #expect(try second.multiCodes.last == ErrorCode.quotaExceeded.rawValue)
        #expect(try bytes.multi(.set("/p", [1, 2, 3, 4]), .set("/p", [1])).error == .ok)
        #expect(try usage(bytes) == "count=1,bytes=1")
    }

    @Test func `takes a multi that fails back as a whole`() throws {
        let client = try client(limits: Self.fiveZnodes)
        let codes = answers(client) { client in
            client.send(.multi) { buffer in
                MultiRequest(writes: [
                    .create("/p/a"), .create("/p/b"), .create("/p/c"), .create("/p/d"), .delete("/none"),
                ]).encode(into: &buffer)
            }
            for name in ["a", "b", "c", "d", "e"] {
                client.send(.create) {
                    CreateRequest(path: ZnodePath("/p/\(name)"), data: [], acl: .open, flags: 0)
                        .encode(into: &$0)
                }
            }
        }
        #expect(codes == [.ok, .ok, .ok, .ok, .ok, .quotaExceeded])
    }

    @Test func `gives room for what is about to go, by its client or with a session`() throws {
        let client = try client(limits: Self.fiveZnodes)
        let other = try client.node.connect(timeoutMs: 40_000)
        _ = try client.create("/p/a")
        _ = try other.create("/p/e1", flags: 1)
        _ = try other.create("/p/e2", flags: 1)
        _ = try other.create("/p/b")
        #expect(try client.create("/p/c").error == .quotaExceeded)
        let codes = answers(client) { client in
            client.send(.delete) { VersionedPathRequest(path: "/p/a", version: -1).encode(into: &$0) }
            other.send(.closeSession)
            for name in ["c", "d", "e", "f"] {
                client.send(.create) {
                    CreateRequest(path: ZnodePath("/p/\(name)"), data: [], acl: .open, flags: 0)
                        .encode(into: &$0)
                }
            }
        }
        #expect(codes == [.ok, .ok, .ok, .ok, .quotaExceeded])
        #expect(try usage(client) == "count=5,bytes=2")
    }

    @Test func `holds by a limit as soon as that is proposed`() throws {
        let client = try client(limits: Self.fiveZnodes)
        let raised = Array("count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=2".utf8)
        let codes = answers(client) { client in
            client.send(.setData) {
                SetDataRequest(path: "/zookeeper/quota/p/zookeeper_limits", data: raised, version: -1)
                    .encode(into: &$0)
            }
            for name in ["a", "b"] {
                client.send(.create) {
                    CreateRequest(path: ZnodePath("/p/\(name)"), data: [], acl: .open, flags: 0)
                        .encode(into: &$0)
                }
            }
        }
        #expect(codes == [.ok, .ok, .quotaExceeded])
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
