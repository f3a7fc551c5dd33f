import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

@Suite struct `A client that comes back` {
    @Test func `has its session again, with the timeout it now asks for`() throws {
        let node = TestNode()
        let first = try node.connect(timeoutMs: 10_000)
        node.step(.closed(first.id))
        let second = node.open()
        let answer = try second.connect(
            timeoutMs: 20_000, session: first.session, password: first.password)
        #expect(answer?.session == first.session)
        #expect(answer?.password == first.password)
        #expect(answer?.timeoutMs == 20_000)
        #expect(node.logged.count == 1)
    }

    @Test func `ends its older connection, whose late requests do nothing`() throws {
        let node = TestNode()
        let first = try node.connect()
        let second = node.open()
        try second.connect(session: first.session, password: first.password)
        #expect(first.isClosed)
        first.send(.create) { CreateRequest(path: "/late", data: [], acl: .open, flags: 0).encode(into: &$0) }
        #expect(first.replies().isEmpty)
        #expect(!node.has("/late"))
        #expect(try second.exists("/").error == .ok)
    }

    @Test func `keeps its session when the older connection ends afterwards`() throws {
        let node = TestNode()
        let first = try node.connect()
        let second = node.open()
        try second.connect(session: first.session, password: first.password)
        node.step(.closed(first.id))
        second.send(.closeSession)
        #expect(second.isClosed)
        #expect(node.replica.sessions.count == 0)
    }

    @Test func `is refused with zeros, and the living connection stays, when the password is wrong`() throws {
        let node = TestNode()
        let owner = try node.connect()
        let thief = node.open()
        let answer = try #require(
            try thief.connect(session: owner.session, password: [UInt8](repeating: 9, count: 16)))
        #expect(answer.timeoutMs == 0 && answer.session == .none)
        #expect(answer.password == [UInt8](repeating: 0, count: 16))
        #expect(thief.isClosed)
        #expect(!owner.isClosed)
        #expect(try owner.exists("/").error == .ok)
    }

    @Test(arguments: [-1, 5, 0x7777] as [Int64])
    func `is refused where nobody knows the session`(session: Int64) throws {
        let client = TestNode().open()
        let id = SessionID(rawValue: session)
        let answer = try client.connect(session: id, password: SessionPassword.of(id), readOnly: nil)
        #expect(answer?.session == SessionID.none)
        #expect(answer?.timeoutMs == 0)
        #expect(client.isClosed)
    }

    @Test func `is refused a session that was closed`() throws {
        let node = TestNode()
        let first = try node.connect()
        first.send(.closeSession)
        let second = node.open()
        #expect(try second.connect(session: first.session, password: first.password)?.timeoutMs == 0)
    }

    @Test func `has neither the watches nor the identities of before`() throws {
        let node = TestNode()
        let first = try node.connect()
        _ = try first.authenticate("u:p")
        _ = try first.create("/secret", [1], acl: .creator)
        _ = try first.exists("/a", watch: true)
        node.step(.closed(first.id))
        let second = node.open()
        try second.connect(session: first.session, password: first.password)
        #expect(try second.getData("/secret").error == .noAuth)
        _ = try second.create("/a")
        #expect(second.events().isEmpty)
        #expect(node.replica.watches.isEmpty)
    }
}
