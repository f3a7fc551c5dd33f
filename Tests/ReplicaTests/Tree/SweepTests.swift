import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `Very many containers and TTL znodes` {
    @Test(arguments: [10, 9000])
    func `are looked through a piece at a time, and the outlived go`(count: Int) throws {
        let node = TestNode { $0.sweepPerMinuteMax = 1_000_000 }
        let client = try node.connect(timeoutMs: 40_000)
        for index in 0..<count { _ = try client.createTTL(ZnodePath("/t\(index)"), ttlMs: 1000) }
        _ = try client.createTTL("/stays", ttlMs: 10_000_000)
        let turns = node.turns
        node.advance(ms: 30_000)
        client.send(.ping)
        node.advance(ms: 31_000)
        client.send(.ping)
        #expect(node.turns - turns == count / 4096)
        node.advance(ms: 2000)
        #expect(!node.has("/t0") && !node.has(ZnodePath("/t\(count - 1)")) && node.has("/stays"))
        #expect(node.replica.tree.sweepablePlaces.count == 1)
    }
}

@Suite struct `An empty container` {
    @Test func `goes at the next sweep, and its watchers are told`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/c", code: .createContainer)
        _ = try client.create("/c/a")
        _ = try client.delete("/c/a")
        _ = try client.exists("/c", watch: true)
        _ = client.replies()
        for _ in 0..<10 {
            node.advance(ms: 6100)
            client.send(.ping)
        }
        #expect(!node.has("/c"))
        #expect(client.events() == ["deleted /c"])
        #expect(node.logged.last?.change == .delete(path: "/c", isSweep: true))
    }

    @Test func `stays while it has children or never had one`() throws {
        let node = TestNode()
        let client = try node.connect()
        _ = try client.create("/new", code: .createContainer)
        _ = try client.create("/full", code: .createContainer)
        _ = try client.create("/full/a")
        for _ in 0..<5 { node.advance(ms: 61_000) }
        #expect(node.has("/new") && node.has("/full"))
    }

    @Test func `that never had a child goes where the operator says so`() throws {
        let node = TestNode { $0.containerNeverUsedMs = 100_000 }
        _ = try node.connect().create("/new", code: .createContainer)
        node.advance(ms: 61_000)
        #expect(node.has("/new"))
        node.advance(ms: 61_000)
        #expect(!node.has("/new"))
    }

    @Test func `stays if a child came while its end was on its way`() throws {
        let node = TestNode()
        let client = try node.connect(timeoutMs: 40_000)
        _ = try client.create("/c", code: .createContainer)
        _ = try client.create("/c/a")
        _ = try client.delete("/c/a")
        for _ in 0..<2 {
            node.advance(ms: 30_000)
            client.send(.ping)
        }
        _ = client.replies()
        node.isDiskFast = false
        client.send(.create) { CreateRequest(path: "/c/b", data: [], acl: .open, flags: 0).encode(into: &$0) }
        node.advance(ms: 2000)
        node.sync()
        let wasCreated = client.replies().first?.error == .ok
        #expect(node.has("/c") == wasCreated)
        #expect(node.replica.digestMismatches == 0)
    }

    @Test func `goes no faster than the rate allows`() throws {
        let node = TestNode { $0.sweepPerMinuteMax = 60 }
        let client = try node.connect()
        for index in 0..<30 {
            _ = try client.create(ZnodePath("/c\(index)"), code: .createContainer)
            _ = try client.create(ZnodePath("/c\(index)/a"))
            _ = try client.delete(ZnodePath("/c\(index)/a"))
        }
        node.advance(ms: 60_000)
        var before = node.replica.tree.znodes.count
        for _ in 0..<10 {
            node.advance(ms: 1000)
            #expect(before - node.replica.tree.znodes.count <= 1)
            before = node.replica.tree.znodes.count
        }
        for _ in 0..<40 { node.advance(ms: 1000) }
        #expect(node.replica.tree.znodes.count == 4)
    }
}

@Suite struct `A znode whose time is over` {
    /// Ticks for two sweeps, and says what became of `/t`.
    private func survives(_ node: TestNode, _ setUp: (TestClient) throws -> Void) throws -> Bool {
        try setUp(try node.connect())
        for _ in 0..<2 { node.advance(ms: 61_000) }
        return node.has("/t")
    }

    @Test func `goes`() throws {
        #expect(try !survives(TestNode()) { _ = try $0.createTTL("/t", ttlMs: 1000) })
    }

    @Test func `is not one that has time left`() throws {
        #expect(try survives(TestNode()) { _ = try $0.createTTL("/t", ttlMs: 3_600_000) })
    }

    @Test func `stays while it has children`() throws {
        #expect(
            try survives(TestNode()) {
                _ = try $0.createTTL("/t", ttlMs: 1000)
                _ = try $0.create("/t/a")
            })
    }

    @Test func `has its time anew when it is written, not when a child comes`() throws {
        let node = TestNode()
        let client = try node.connect()
        for path in ["/t", "/u"] as [ZnodePath] { _ = try client.createTTL(path, ttlMs: 61_000) }
        node.advance(ms: 10_000)
        _ = try client.setData("/t", [1])
        _ = try client.create("/u/a")
        _ = try client.delete("/u/a")
        node.advance(ms: 52_000)
        #expect(node.has("/t") && !node.has("/u"))
    }
}
