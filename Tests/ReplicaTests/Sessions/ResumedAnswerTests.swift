import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Zab
import Znodes

/// Clients that count their requests from 1 on each connection, with a write of the former one under way.
@Suite struct `A client that counts from 1 again` {
    @Test func `is not answered with what its former connection asked for`() throws {
        let node = TestNode()
        let first = try node.connect()
        _ = try first.create("/counted", [0])
        node.isDiskFast = false
        first.send(.create, xid: 1) { $0.writeCreate("/a") }
        node.step(.closed(first.id))
        let second = try resume(first)
        second.send(.create, xid: 1) { $0.writeCreate("/b") }
        node.sync()
        #expect(node.has("/a"))
        #expect(second.replies().map(\.text) == ["/b"])
    }

    @Test func `is told that its condition failed, and not that another's write went well`() throws {
        let node = TestNode()
        let first = try node.connect()
        _ = try first.create("/counted", [0])
        node.isDiskFast = false
        first.send(.setData, xid: 1) { $0.writeSet("/counted", version: 0) }
        let second = try resume(first)
        second.send(.setData, xid: 1) { $0.writeSet("/counted", version: 0) }
        node.sync()
        #expect(second.replies().map(\.error) == [.badVersion])
        #expect(first.replies().isEmpty)
    }

    @Test func `has its own answers when it comes back once more`() throws {
        let node = TestNode()
        let first = try node.connect()
        node.isDiskFast = false
        first.send(.create, xid: 1) { $0.writeCreate("/s-", flags: 2) }
        let second = try resume(first)
        second.send(.create, xid: 1) { $0.writeCreate("/s-", flags: 2) }
        let third = try resume(first)
        third.send(.create, xid: 1) { $0.writeCreate("/s-", flags: 2) }
        node.sync()
        #expect(third.replies().map(\.text) == ["/s-0000000002"])
        #expect(second.replies().isEmpty)
    }

    @Test func `sees its number in its answers, whatever the log calls the request`() throws {
        let node = TestNode()
        let first = try node.connect()
        _ = try first.create("/a")
        let second = try resume(first)
        second.send(.delete, xid: 7) { VersionedPathRequest(path: "/a", version: -1).encode(into: &$0) }
        #expect(second.replies().map(\.xid) == [7])
        #expect(node.logged.map(\.cxid).last.map { $0 < 0 } == true)
    }

    @Test func `is not answered when its session runs out, though its request is number 0`() throws {
        let node = TestNode()
        let client = try node.connect(timeoutMs: 4_000)
        node.isDiskFast = false
        node.advance(ms: 3_000)
        client.send(.create, xid: 0) { $0.writeCreate("/a") }
        node.replica.step(.ticked, at: node.now, into: &node.effects)
        node.advance(ms: 60_000)
        node.sync()
        #expect(client.replies().map(\.text) == ["/a"])
    }

    private func resume(_ client: TestClient) throws -> TestClient {
        let next = client.node.open()
        #expect(try next.connect(session: client.session, password: client.password)?.timeoutMs != 0)
        return next
    }
}

/// The same where a session moves between servers: what came by way of another server is no answer here.
@Suite struct `A client that moves to a follower` {
    private let node: TestNode
    private let session = SessionID(rawValue: 0x300_0000_0000_0001)
    private let client: TestClient

    /// Its session has been at server 3, where a write of it is still under way: number 1.
    init() throws {
        node = TestNode.member()
        node.follow(in: 2)
        client = node.open()
        try hear(.createSession(timeoutMs: 10_000), cxid: 0, counter: 1)
        try client.connect(session: session, password: SessionPassword.of(session))
        node.step(
            .link(
                .fromLeader(
                    QuorumPacket(
                        .revalidate, zxid: .zero, data: Revalidation.answer(session, isValid: true)))))
        _ = node.take(client.id)
        client.send(.create, xid: 1) { $0.writeCreate("/b") }
    }

    @Test func `is not answered with what another server sent for it`() throws {
        try hear(creation(of: "/a"), cxid: 1, counter: 2)
        #expect(client.replies().isEmpty)
        try node.commitForwarded(as: creation(of: "/b"), at: place(3))
        #expect(client.replies().map(\.text) == ["/b"])
    }

    @Test func `stays when a late request of its former connection is refused`() throws {
        try hear(.error(code: ErrorCode.sessionMoved.rawValue), cxid: 1, counter: 2)
        #expect(!client.isClosed)
        try node.commitForwarded(as: creation(of: "/b"), at: place(3))
        #expect(client.replies().map(\.text) == ["/b"])
    }

    @Test func `is answered from the next leader's history, and only with what is its own`() throws {
        let request = try #require(node.forwarded.last)
        node.loseLeader()
        node.electServer2(round: 900)
        node.step(.link(.leaderLinkUp))
        node.hear(.leaderInfo(Epoch(rawValue: 3)))
        node.hear(.diff(through: place(3)))
        for (counter, cxid, path) in [(2, 1, "/a"), (3, request.cxid, "/b")] as [(Int32, Int32, ZnodePath)] {
            try hear(creation(of: path), cxid: cxid, counter: counter)
        }
        node.hear(.newLeader(Epoch(rawValue: 3), configuration: ""))
        node.hear(.upToDate)
        #expect(client.replies().map(\.text) == ["/b"])
    }

    /// It may have moved on since, and the leader believes whoever speaks for it first.
    @Test func `is not spoken for by what has waited here for the next leader`() throws {
        node.loseLeader()
        client.send(.ping)
        node.electServer2(round: 900)
        node.step(.link(.leaderLinkUp))
        node.hear(.leaderInfo(Epoch(rawValue: 3)))
        node.hear(.diff(through: place(1)))
        node.hear(.newLeader(Epoch(rawValue: 3), configuration: ""))
        node.hear(.upToDate)
        node.step(.link(.fromLeader(QuorumPacket(.sync, zxid: .zero))))
        #expect(try heardOf() == [])
        client.send(.ping)
        #expect(try heardOf() == [session])
    }

    /// The sessions that the leader is told of when it asks.
    private func heardOf() throws -> [SessionID] {
        let before = node.linkActions.count
        node.hear(.ping(node.replica.tree.lastZxid))
        return try node.linkActions.dropFirst(before).flatMap { action -> [SessionID] in
            guard case .toLeader(let packet) = action, packet.kind == .ping, let data = packet.data else {
                return []
            }
            return try TouchedSessions.decode(data).map(\.session)
        }
    }

    private func place(_ counter: Int32) -> Zxid { Zxid(rawValue: 2 << 32 | Int64(counter)) }

    private func creation(of path: ZnodePath) -> Change {
        .create(
            Creation(
                kind: .create, path: path, data: [], acl: .open, isEphemeral: false, parentCversion: 1))
    }

    private func hear(_ change: Change, cxid: Int32, counter: Int32) throws {
        let transaction = Transaction(
            session: session, cxid: cxid, zxid: place(counter), timeMs: node.now.wallMs, change: change)
        var bytes = ByteBuffer()
        transaction.encode(into: &bytes)
        node.hear(.proposal(Entry(place(counter), bytes)))
        node.hear(.commit(place(counter)))
    }
}

extension ByteBuffer {
    fileprivate mutating func writeCreate(_ path: ZnodePath, flags: Int32 = 0) {
        CreateRequest(path: path, data: [], acl: .open, flags: flags).encode(into: &self)
    }

    fileprivate mutating func writeSet(_ path: ZnodePath, version: Int32) {
        SetDataRequest(path: path, data: [1], version: version).encode(into: &self)
    }
}
