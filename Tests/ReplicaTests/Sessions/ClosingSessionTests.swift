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
}
