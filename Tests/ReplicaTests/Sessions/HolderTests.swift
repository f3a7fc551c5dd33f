import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Zab
import Znodes

/// Which server speaks for a session, as the leader of three sees it.
@Suite struct `A session of a learner's client` {
    private static let session = SessionID(rawValue: 0x200_0000_0000_0001)
    private static let epoch = Epoch(rawValue: 1)

    private let node: TestNode

    init() {
        self.init(admitsJoiners: false)
    }

    private init(admitsJoiners: Bool) {
        let ids = [1, 2, 3].map { PeerID(rawValue: $0) }
        node = TestNode {
            $0.peer = ids[2]
            $0.membership = Membership(
                quorum: Quorum(majorityOf: ids), observers: [], version: 0, text: "version=0",
                admitsJoiners: admitsJoiners)
        }
        let vote = Vote(leader: ids[2], zxid: .zero, epoch: .zero)
        for id in ids.prefix(2) {
            node.step(.link(.reachable(id, true)))
            node.step(.link(.notified(Notification(state: .looking, vote: vote, round: 1), by: id)))
        }
        follow(1, on: 1)
        follow(2, on: 2)
        ask(.createSession, on: 2) { $0.writeInteger(Int32(10_000)) }
        acknowledgeAll(on: 1)
    }

    @Test func `stays with its server when that dials again`() {
        #expect(error(ofDeleteOn: 2) == .noNode)
        follow(2, on: 3)
        #expect(error(ofDeleteOn: 3) == .noNode)
    }

    @Test func `is not to be spoken for by another`() {
        #expect(error(ofDeleteOn: 2) == .noNode)
        #expect(error(ofDeleteOn: 1) == .sessionMoved)
    }

    /// One of Apache's learners lists a session in its next ping as soon as it has applied its creation.
    @Test func `is its own server's, though another says that it has heard of it`() {
        let heard: [(session: SessionID, timeoutMs: Int32)] = [(Self.session, 10_000)]
        say(QuorumPacket(.ping, zxid: .zero, data: TouchedSessions.encode(heard)), on: 1)
        #expect(error(ofDeleteOn: 2) == .noNode)
        #expect(error(ofDeleteOn: 1) == .sessionMoved)
    }

    @Test func `goes with its client`() {
        #expect(error(ofDeleteOn: 2) == .noNode)
        say(
            QuorumPacket(
                .revalidate, zxid: .zero, data: Revalidation.question(Self.session, timeoutMs: 10_000)),
            on: 1)
        #expect(error(ofDeleteOn: 1) == .noNode)
        follow(2, on: 3)
        #expect(error(ofDeleteOn: 3) == .sessionMoved)
    }

    /// A server that only wants to join has nobody's trust: what it says of its client's name is not enough
    /// to write where clients may not.
    @Test func `is no super user by the word of a server that is not listed`() {
        let suite = Self(admitsJoiners: true)
        let joiner = SessionID(rawValue: 0x900_0000_0000_0001)
        suite.follow(9, on: 9)
        suite.ask(.createSession, on: 9, by: joiner) { $0.writeInteger(Int32(10_000)) }
        suite.ask(.create, on: 2) {
            $0.writeJuteText("/locked")
            $0.writeJuteBytes([])
            $0.writeMultipleIntegers(Int32(1), Permissions.all.rawValue)
            $0.writeJuteText("digest")
            $0.writeJuteText("somebody:else")
            $0.writeInteger(Int32(0))
        }
        suite.acknowledgeAll(on: 1)
        #expect(suite.error(ofSuperWriteOn: 9, by: joiner) == .noAuth)
        #expect(suite.error(ofSuperWriteOn: 2, by: Self.session) == nil)
    }

    // MARK: What learners say

    private func say(_ packet: QuorumPacket, on link: UInt64) {
        node.step(.link(.fromLearner(packet, LinkID(rawValue: link))))
    }

    /// A server dials the leader and gets its history.
    private func follow(_ server: Int64, on link: UInt64) {
        node.step(.link(.learnerLinkUp(LinkID(rawValue: link))))
        let messages: [LearnerMessage] = [
            .info(
                PeerID(rawValue: server), acceptedEpoch: .zero, isObserver: false, configurationVersion: 0),
            .acknowledgeEpoch(lastLogged: node.logged.last?.zxid ?? .zero, currentEpoch: .zero),
            .acknowledge(Zxid(epoch: Self.epoch, counter: 0)),
        ]
        for message in messages { say(QuorumPacket(message), on: link) }
    }

    private func ask(
        _ code: OpCode, on link: UInt64, by session: SessionID = Self.session,
        as identities: [QuorumPacket.Identity]? = nil, _ write: (inout ByteBuffer) -> Void
    ) {
        var body = ByteBuffer()
        write(&body)
        let request = ForwardedRequest(
            session: session, cxid: Int32(node.logged.count), type: code.rawValue, body: body)
        say(QuorumPacket(.request, zxid: .zero, data: request.encoded, identities: identities), on: link)
    }

    private func acknowledgeAll(on link: UInt64) {
        guard let last = node.logged.last else { return }
        say(QuorumPacket(LearnerMessage.acknowledge(last.zxid)), on: link)
    }

    /// Deletes what is not there; the error says who was believed.
    private func error(ofDeleteOn link: UInt64) -> ErrorCode? {
        ask(.delete, on: link) {
            $0.writeJuteText("/nothing")
            $0.writeInteger(Int32(-1))
        }
        acknowledgeAll(on: 1)
        return lastError
    }

    /// Writes what only a super user may.
    private func error(ofSuperWriteOn link: UInt64, by session: SessionID) -> ErrorCode? {
        ask(.setData, on: link, by: session, as: [.init(scheme: "super", id: "")]) {
            $0.writeJuteText("/locked")
            $0.writeJuteBytes([1])
            $0.writeInteger(Int32(-1))
        }
        acknowledgeAll(on: 1)
        return lastError
    }

    private var lastError: ErrorCode? {
        guard case .error(code: let code) = node.logged.last?.change else { return nil }
        return ErrorCode(rawValue: code)
    }
}
