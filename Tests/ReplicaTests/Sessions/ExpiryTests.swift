import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A session that nobody hears of` {
    @Test(arguments: [4000, 5000, 9999, 10_000] as [Int32], [0, 1, 1999] as [Int64])
    func `ends between its timeout and one tick later`(timeoutMs: Int32, offsetMs: Int64) throws {
        let node = TestNode()
        node.now.monotonicMs += offsetMs
        let client = try node.connect(timeoutMs: timeoutMs)
        node.advance(ms: Int64(timeoutMs))
        #expect(!client.isClosed)
        node.advance(ms: 2000)
        #expect(client.isClosed)
        #expect(node.replica.sessions.count == 0)
    }

    @Test func `ends without a message`() throws {
        let node = TestNode()
        let client = try node.connect(timeoutMs: 4000)
        _ = try client.exists("/e", watch: true)
        node.advance(ms: 7000)
        #expect(client.isClosed)
        #expect(client.replies().isEmpty)
    }

    @Test func `takes all its ephemerals along in one transaction`() throws {
        let node = TestNode()
        let client = try node.connect(timeoutMs: 4000)
        let other = try node.connect(timeoutMs: 40_000)
        _ = try client.create("/b", flags: 1)
        _ = try client.create("/a", flags: 1)
        _ = try other.exists("/a", watch: true)
        _ = try other.getChildren("/", watch: true)
        node.advance(ms: 7000)
        #expect(other.events() == ["deleted /a", "childrenChanged /"])
        #expect(node.logged.last?.change == .closeSession(paths: ["/a", "/b"]))
        #expect(node.replica.tree.ephemeralCount == 0)
        #expect(node.replica.statistics.staleSessionsExpired == 1)
    }

    @Test func `is not ended twice while its end is on the way to the disk`() throws {
        let node = TestNode()
        _ = try node.connect(timeoutMs: 4000)
        node.isDiskFast = false
        for _ in 0..<5 { node.advance(ms: 2000) }
        node.sync()
        #expect(node.logged.count == 2)
    }

    @Test func `is refused when its client comes back`() throws {
        let node = TestNode()
        let client = try node.connect(timeoutMs: 4000)
        node.advance(ms: 7000)
        let back = node.open()
        let answer = try back.connect(session: client.session, password: client.password)
        #expect(answer?.timeoutMs == 0)
        #expect(back.isClosed)
    }
}

@Suite struct `A session that is heard of` {
    @Test(arguments: [OpCode.ping, .exists, .sync, .whoAmI, .getEphemerals])
    func `lives on, whatever its client sends`(code: OpCode) throws {
        let node = TestNode()
        let client = try node.connect(timeoutMs: 4000)
        for _ in 0..<10 {
            node.advance(ms: 3900)
            client.send(code) { PathWatchRequest(path: "/", watch: false).encode(into: &$0) }
        }
        #expect(!client.isClosed)
        #expect(client.replies().count == 10)
    }

    @Test func `is counted anew by the timeout it came back with`() throws {
        let node = TestNode()
        let first = try node.connect(timeoutMs: 4000)
        let second = node.open()
        try second.connect(timeoutMs: 20_000, session: first.session, password: first.password)
        node.advance(ms: 19_000)
        #expect(!second.isClosed)
    }

    @Test func `has its full time after a restart`() throws {
        let node = TestNode()
        let client = try node.connect(timeoutMs: 10_000)
        _ = try client.create("/e", flags: 1)
        var later = node.now
        later.monotonicMs += 3_600_000
        later.wallMs += 3_600_000
        let restarted = TestNode(replaying: node.logged, at: later)
        restarted.advance(ms: 10_000)
        #expect(restarted.has("/e"))
        let back = restarted.open()
        #expect(try back.connect(session: client.session, password: client.password)?.timeoutMs == 10_000)
        restarted.advance(ms: 12_000)
        #expect(!restarted.has("/e"))
    }

    @Test func `has another number than every session of a former life`() throws {
        let node = TestNode()
        let former = try node.connect()
        let restarted = TestNode(replaying: node.logged, at: node.now)
        let fresh = try restarted.connect()
        #expect(fresh.session != former.session)
        #expect(restarted.replica.sessions.count == 2)
    }
}
