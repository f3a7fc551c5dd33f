import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A session that is closing` {
    @Test func `gets no ephemeral of a request that came behind its expiry`() throws {
        let node = TestNode()
        let client = try node.connect(timeoutMs: 4000)
        node.isDiskFast = false
        node.advance(ms: 10_000)
        client.send(.create) { CreateRequest(path: "/e", data: [], acl: .open, flags: 1).encode(into: &$0) }
        node.sync()
        #expect(client.isClosed)
        #expect(!node.has("/e"))
        #expect(node.replica.tree.ephemeralCount == 0)
    }

    @Test func `is refused to a client that comes back to it`() throws {
        let node = TestNode()
        let client = try node.connect(timeoutMs: 4000)
        node.isDiskFast = false
        node.advance(ms: 10_000)
        let late = node.open()
        let answer = try late.connect(session: client.session, password: client.password)
        #expect(answer?.session == SessionID.none)
        #expect(answer?.timeoutMs == 0)
        #expect(late.isClosed)
    }

    @Test func `ends once though its client hung up before it began`() throws {
        let node = TestNode()
        node.isDiskFast = false
        let client = node.open()
        try client.connect(timeoutMs: 4000)
        node.step(.closed(client.id))
        node.sync()
        #expect(node.replica.sessions.count == 1)
        for _ in 0..<10 { node.advance(ms: 2000) }
        node.sync()
        #expect(node.logged.count { if case .closeSession = $0.change { true } else { false } } == 1)
        #expect(node.replica.sessions.count == 0)
    }

    @Test func `is looked at once a timeout, though a former one of its number was removed`() {
        var sessions = SessionTable(tickMs: 2000, server: PeerID(rawValue: 1), wallMs: 0)
        var now = Instant(monotonicMs: 0, wallMs: 0)
        let id = sessions.makeID()
        for _ in 0..<2 {
            sessions.remove(id)
            sessions.add(id, timeoutMs: 4000, isCommitted: true, at: now)
        }
        sessions.beginClosing(id)
        let timeouts = 5
        for _ in 0..<timeouts {
            now.monotonicMs += 6000
            var visits = 100
            while sessions.takeExpired(at: now, visits: &visits) != nil {}
        }
        #expect(sessions.visited <= timeouts + 1, "the former one's turn came once")
    }
}
