import Authentication
import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Znodes

/// What some node did before: `/a` with data, and a session that nobody closed.
private func past() throws -> (log: [Transaction], client: TestClient) {
    let node = TestNode()
    let client = try node.connect(timeoutMs: 40_000)
    _ = try client.create("/a", [1, 2])
    return (node.logged, client)
}

private func reader(_ node: TestNode, timeoutMs: Int32 = 10_000) throws -> TestClient {
    let client = node.open()
    let answer = try #require(try client.connect(timeoutMs: timeoutMs, readOnly: true))
    #expect(answer.isReadOnly == true)
    return client
}

@Suite struct `A member without a leader` {
    @Test(arguments: [(200, 2000), (2000, 2000), (3000, 3000)] as [(Int64, Int64)])
    func `serves reads after two seconds or a tick`(tickMs: Int64, graceMs: Int64) throws {
        let node = TestNode.member { $0.tickMs = tickMs }
        node.advance(ms: graceMs - 1)
        #expect(!node.isReadOnly)
        #expect(try node.open().connect(readOnly: true) == nil)
        node.advance(ms: 1)
        #expect(node.isReadOnly)
        _ = try reader(node)
    }

    @Test func `serves nobody unless it is told to`() throws {
        let node = TestNode.member { $0.isReadOnlyModeEnabled = false }
        node.advance(ms: 60_000)
        let client = node.open()
        #expect(try client.connect(readOnly: true) == nil)
        #expect(client.isClosed)
        #expect(!node.isServing)
    }

    @Test func `by itself is never read-only`() throws {
        let node = TestNode { $0.isReadOnlyModeEnabled = true }
        node.advance(ms: 60_000)
        let client = node.open()
        #expect(try client.connect(readOnly: true)?.isReadOnly == false)
        #expect(try client.create("/w").error == .ok)
    }

    @Test(arguments: [false, nil] as [Bool?])
    func `sends away without a word who did not ask for read-only`(asked: Bool?) throws {
        let client = TestNode.readOnly().open()
        #expect(try client.connect(readOnly: asked) == nil)
        #expect(client.isClosed)
    }

    @Test func `sends away without a word who has seen more than it has`() throws {
        let node = TestNode.readOnly(replaying: try past().log)
        let client = node.open()
        #expect(
            try client.connect(
                lastZxid: Zxid(rawValue: node.replica.tree.lastZxid.rawValue + 1), readOnly: true)
                == nil)
        #expect(client.isClosed)
    }

    @Test func `stops as soon as a leader is elected, and drops its readers`() throws {
        let node = TestNode.readOnly()
        let client = try reader(node)
        node.electServer2(round: 7)
        #expect(client.isClosed)
        #expect(client.replies().isEmpty)
        #expect(!node.isReadOnly)
        #expect(!node.isServing)
        #expect(node.replica.localSessions.count == 0)
    }

    @Test func `waits anew when it loses the next leader`() throws {
        let node = TestNode.readOnly()
        node.follow(in: 1)
        let client = node.open()
        _ = try client.connect(readOnly: true)
        try node.commitForwarded(as: .createSession(timeoutMs: 10_000), at: Zxid(rawValue: 0x1_0000_0001))
        node.loseLeader()
        node.advance(ms: 1999)
        #expect(!node.isReadOnly)
        node.advance(ms: 1)
        #expect(node.isReadOnly)
    }
}

@Suite struct `A read-only client` {
    @Test func `reads, watches and proves who it is`() throws {
        let node = TestNode.readOnly(replaying: try past().log)
        let client = try reader(node)
        let data = try client.getData("/a", watch: true)
        #expect(data.error == .ok)
        #expect(data.zxid == node.replica.tree.lastZxid.rawValue)
        #expect(try client.exists("/b", watch: true).error == .noNode)
        #expect(try client.getChildren("/", watch: true).error == .ok)
        #expect(try client.authenticate("u:p").error == .ok)
        #expect(try client.ask(.ping).xid == -2)
        for code in [OpCode.whoAmI, .getEphemerals, .getAllChildrenNumber, .getACL] {
            #expect(try client.ask(code, about: "/a").error == .ok)
        }
        #expect(try client.addWatch("/a", recursive: true).error == .ok)
        #expect(!client.isClosed)
    }

    @Test func `is heard behind its connect request in the same read`() throws {
        let node = TestNode.readOnly()
        let client = node.open()
        var frames = ByteBuffer()
        frames.writeLengthPrefixed {
            ConnectRequest(
                lastZxidSeen: .zero, timeoutMs: 10_000, session: .none, password: nil, isReadOnly: true
            ).encode(into: &$0)
        }
        frames.writeLengthPrefixed { buffer in
            buffer.writeInteger(Int32(1))
            buffer.writeInteger(OpCode.closeSession.rawValue)
        }
        node.step(.received(client.id, frames))
        #expect(node.take(client.id).map(\.readableBytes) == [37, 16])
        #expect(client.isClosed)
    }

    @Test(arguments: [
        OpCode.sync, .create, .create2, .createTTL, .createContainer, .delete, .setData, .setACL, .multi,
        .reconfig, .deleteContainer,
    ])
    func `is told of every write that this server is read-only`(code: OpCode) throws {
        let log = try past().log
        let node = TestNode.readOnly(replaying: log)
        let client = try reader(node)
        let answer = try client.ask(code)
        #expect(answer.error == .notReadOnly)
        #expect(answer.zxid == node.replica.tree.lastZxid.rawValue)
        #expect(answer.body.readableBytes == 0)
        #expect(!client.isClosed)
        #expect(try client.exists("/a").error == .ok)
        #expect(node.logged.count == log.count)
        #expect(node.forwarded.isEmpty)
    }

    @Test func `has a session that no transaction made, and that none ends`() throws {
        let log = try past().log
        let node = TestNode.readOnly(replaying: log)
        let client = try reader(node)
        #expect(client.password == SessionPassword.of(client.session))
        #expect(client.session.rawValue >> 56 == 1)
        #expect(node.replica.sessions.count == 1)
        #expect(node.replica.localSessions.count == 1)
        let answer = try client.ask(.closeSession)
        #expect(answer.error == .ok)
        #expect(answer.zxid == node.replica.tree.lastZxid.rawValue)
        #expect(client.isClosed)
        #expect(node.replica.localSessions.count == 0)
        #expect(node.logged.count == log.count)
    }

    @Test func `takes up its session on the same server`() throws {
        let node = TestNode.readOnly()
        let first = try reader(node)
        let second = node.open()
        let answer = try second.connect(
            timeoutMs: 20_000, session: first.session, password: first.password, readOnly: true)
        #expect(answer?.session == first.session)
        #expect(answer?.timeoutMs == 20_000)
        #expect(answer?.isReadOnly == true)
        #expect(first.isClosed)
        node.step(.closed(first.id))
        #expect(try second.exists("/").error == .ok)
        #expect(node.replica.localSessions.count == 1)
    }

    @Test func `is refused a session that this server does not know, and one with a wrong password`() throws {
        let node = TestNode.readOnly()
        let known = try reader(node)
        let unknown = SessionID(rawValue: 0x200_0000_0000_0001)
        for (session, password) in [
            (unknown, SessionPassword.of(unknown)), (known.session, [UInt8](repeating: 9, count: 16)),
        ] {
            let client = node.open()
            let answer = try client.connect(session: session, password: password, readOnly: true)
            #expect(answer?.timeoutMs == 0 && answer?.session == SessionID.none)
            #expect(answer?.isReadOnly == true)
            #expect(client.isClosed)
        }
        #expect(!known.isClosed)
    }

    @Test func `with a session of the ensemble is sent away without a word`() throws {
        let (log, former) = try past()
        let node = TestNode.readOnly(replaying: log)
        let client = node.open()
        #expect(try client.connect(session: former.session, password: former.password, readOnly: true) == nil)
        #expect(client.isClosed)
        #expect(node.replica.sessions.count == 1)
    }

    @Test func `is gone when it was not heard of for its timeout`() throws {
        let node = TestNode.readOnly()
        let silent = try reader(node, timeoutMs: 4000)
        let alive = try reader(node, timeoutMs: 4000)
        for _ in 0..<3 {
            node.advance(ms: 2000)
            _ = try alive.ask(.ping)
        }
        #expect(silent.isClosed)
        #expect(!alive.isClosed)
        #expect(node.replica.localSessions.count == 1)
        #expect(node.replica.statistics.staleSessionsExpired == 1)
    }

    @Test func `can come back to its session while its connection is gone`() throws {
        let node = TestNode.readOnly()
        let client = try reader(node)
        node.step(.closed(client.id))
        let back = node.open()
        #expect(
            try back.connect(session: client.session, password: client.password, readOnly: true)?.session
                == client.session)
    }

    @Test func `waits for its schemes like everybody else`() throws {
        let node = TestNode.readOnly { $0.authenticator.requiredSchemes = ["digest"] }
        let client = try reader(node)
        #expect(try client.create("/a").error == .sessionClosedRequireAuth)
    }
}

@Suite struct `A client that was here before read-only mode` {
    /// A follower with one client whose session the leader made.
    private func followerWithClient(timeoutMs: Int32) throws -> (TestNode, TestClient, SessionID) {
        let node = TestNode.member()
        node.follow(in: 1)
        let client = node.open()
        _ = try client.connect(timeoutMs: timeoutMs, readOnly: true)
        try node.commitForwarded(as: .createSession(timeoutMs: timeoutMs), at: Zxid(rawValue: 0x1_0000_0001))
        #expect(node.take(client.id).count == 1)
        let session = try #require(node.forwarded.last?.session)
        return (node, client, session)
    }

    @Test func `stays, and its request waits for the next leader`() throws {
        let (node, client, _) = try followerWithClient(timeoutMs: 40_000)
        node.loseLeader()
        node.advance(ms: 2000)
        #expect(node.isReadOnly)
        client.send(.create) {
            CreateRequest(path: "/w", data: [], acl: .open, flags: 0).encode(into: &$0)
        }
        let other = try reader(node)
        #expect(try other.exists("/").error == .ok)
        #expect(client.replies().isEmpty)
        node.follow(in: 2)
        node.answerSync()
        #expect(other.isClosed)
        #expect(!client.isClosed)
        try node.commitForwarded(
            as: .create(
                Creation(
                    kind: .create, path: "/w", data: [], acl: .open, isEphemeral: false, parentCversion: 1)),
            at: Zxid(rawValue: 0x2_0000_0001))
        #expect(client.replies().map(\.error) == [.ok])
        #expect(node.has("/w"))
    }

    @Test func `is closed when its timeout passes without a leader`() throws {
        let (node, client, _) = try followerWithClient(timeoutMs: 6000)
        node.loseLeader()
        node.advance(ms: 6000)
        #expect(!client.isClosed)
        let reader = try reader(node, timeoutMs: 40_000)
        node.advance(ms: 1)
        #expect(client.isClosed)
        #expect(!reader.isClosed)
    }

    @Test func `cannot take its session along, and keeps its connection`() throws {
        let (node, client, session) = try followerWithClient(timeoutMs: 40_000)
        node.loseLeader()
        node.advance(ms: 2000)
        let second = node.open()
        #expect(
            try second.connect(session: session, password: SessionPassword.of(session), readOnly: true) == nil
        )
        #expect(second.isClosed)
        #expect(!client.isClosed)
    }
}
