import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Zab
import Znodes

/// A client may hold a lock as long as its session lives. A server that cannot know that it does must not let
/// the client believe so.
@Suite struct `A client of a learner` {
    private let node: TestNode
    private let client: TestClient
    private static let timeoutMs: Int32 = 4_000

    init() throws { try self.init { _ in } }

    private init(_ change: (inout ReplicaSettings) -> Void) throws {
        node = TestNode.member(change)
        node.follow(in: 1)
        client = node.open()
        _ = try client.connect(timeoutMs: Self.timeoutMs)
        try node.commitForwarded(
            as: .createSession(timeoutMs: Self.timeoutMs), at: Zxid(rawValue: 0x1_0000_0001))
        _ = client.replies()
    }

    /// Time in which the leader pings as it should, and answers.
    private func pass(ms: Int64) {
        for _ in 0..<(ms / 1_000) {
            node.advance(ms: 1_000)
            node.hear(.ping(.zero))
            let answer = Revalidation.answer(.none, isValid: false)
            node.step(.link(.fromLeader(QuorumPacket(.revalidate, zxid: .zero, data: answer))))
            node.step(.pulsed)
        }
    }

    private func ask() throws -> Bool {
        client.send(.exists) { PathWatchRequest(path: "/", watch: false).encode(into: &$0) }
        return !client.replies().isEmpty
    }

    @Test func `is closed in time when nothing is heard of the leader`() throws {
        pass(ms: 1_000)
        #expect(try ask())
        pass(ms: 2_000)
        // What it said was told the leader at the first ping, 1000 ms ago.
        node.advance(ms: 1_600)
        node.step(.pulsed)
        #expect(!client.isClosed)
        node.advance(ms: 100)
        node.step(.pulsed)
        #expect(client.isClosed)
    }

    @Test func `is closed when the leader is heard, and does not hear`() throws {
        for _ in 0..<4 {
            #expect(try ask())
            node.advance(ms: 1_000)
            node.hear(.ping(.zero))
        }
        #expect(try !ask())
        #expect(client.isClosed)
    }

    @Test func `is not closed for its own silence`() {
        pass(ms: 20_000)
        #expect(!client.isClosed)
    }

    @Test func `is not answered once its session may have ended`() throws {
        node.advance(ms: Int64(Self.timeoutMs))
        #expect(try !ask())
        #expect(client.isClosed)
    }

    @Test func `is answered on by a node that does as Apache's`() throws {
        let suite = try Self { $0.closesOutOfTouch = false }
        suite.node.advance(ms: Int64(Self.timeoutMs))
        suite.node.step(.pulsed)
        #expect(try suite.ask())
    }

    @Test func `is reported to a new leader before its requests are given to it`() throws {
        node.loseLeader()
        client.send(.create) {
            CreateRequest(path: "/w", data: [], acl: .open, flags: 0).encode(into: &$0)
        }
        let before = node.linkActions.count
        node.follow(in: 2)
        node.answerSync()
        let told = node.linkActions.dropFirst(before).compactMap { action -> QuorumPacket? in
            guard case .toLeader(let packet) = action else { return nil }
            return packet.kind == .ping || packet.kind == .request ? packet : nil
        }
        #expect(told.map(\.kind) == [.ping, .request, .request])
        #expect(try TouchedSessions.decode(#require(told.first?.data)).count == 1)
        #expect(node.forwarded.map(\.type).suffix(2) == [OpCode.sync.rawValue, OpCode.create.rawValue])
    }
}
