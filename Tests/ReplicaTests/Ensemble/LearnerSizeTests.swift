import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Zab
import Znodes

/// What is too long for a learner, and what a learner sends that is too long, at the leader of three.
@Suite struct `A leader of learners with limits` {
    private static let session = SessionID(rawValue: 0x200_0000_0000_0001)
    private static let epoch = Epoch(rawValue: 1)

    private let node: TestNode

    init() throws {
        let before = TestNode()
        let client = try before.connect()
        _ = try client.create("/a")
        _ = try client.setData("/a", [UInt8](repeating: 1, count: 1_000))
        _ = try client.setData("/a", [])
        let ids = [1, 2, 3].map { PeerID(rawValue: $0) }
        node = TestNode(replaying: before.logged) {
            $0.peer = ids[2]
            $0.recordBytesMax = 500
            $0.membership = Membership(
                quorum: Quorum(majorityOf: ids), observers: [], version: 0, text: "version=0")
        }
        let vote = Vote(leader: ids[2], zxid: node.logged.last?.zxid ?? .zero, epoch: .zero)
        for id in ids.prefix(2) {
            node.step(.link(.reachable(id, true)))
            node.step(.link(.notified(Notification(state: .looking, vote: vote, round: 1), by: id)))
        }
    }

    private func say(_ packet: QuorumPacket, on link: UInt64) {
        node.step(.link(.fromLearner(packet, LinkID(rawValue: link))))
    }

    /// - Returns: What is sent to a learner that has everything up to `last`.
    private func follow(_ server: Int64, on link: UInt64, having last: Zxid) -> [QuorumPacket.Kind] {
        node.step(.link(.learnerLinkUp(LinkID(rawValue: link))))
        let messages: [LearnerMessage] = [
            .info(
                PeerID(rawValue: server), acceptedEpoch: .zero, isObserver: false, configurationVersion: 0),
            .acknowledgeEpoch(lastLogged: last, currentEpoch: .zero),
            .acknowledge(Zxid(epoch: Self.epoch, counter: 0)),
        ]
        for message in messages { say(QuorumPacket(message), on: link) }
        return node.linkActions.compactMap { action in
            guard case .toLearner(LinkID(rawValue: link), let packet) = action else { return nil }
            return packet.kind
        }
    }

    @Test func `sends its tree where a transaction between is too long`() {
        let all = node.logged.map(\.zxid)
        #expect(follow(1, on: 1, having: all[3]).contains(.diff))
        #expect(follow(2, on: 2, having: all[2]).contains(.diff), "the long one is behind it")
        #expect(follow(2, on: 3, having: all[1]).contains(.snapshot))
        #expect(follow(2, on: 4, having: all[0]).contains(.snapshot))
    }

    @Test func `answers a request of which only the head came`() throws {
        _ = follow(1, on: 1, having: node.logged.last?.zxid ?? .zero)
        func ask(_ code: OpCode, cutShort: Bool) {
            let request = ForwardedRequest(
                session: Self.session, cxid: 7, type: code.rawValue, body: ByteBuffer(integer: Int32(10_000)))
            var packet = QuorumPacket(.request, zxid: .zero, data: request.encoded)
            packet.isCutShort = cutShort
            say(packet, on: 1)
            if let last = node.logged.last { say(QuorumPacket(LearnerMessage.acknowledge(last.zxid)), on: 1) }
        }
        ask(.createSession, cutShort: false)
        #expect(node.replica.sessions.ids.contains(Self.session))
        ask(.multi, cutShort: true)
        #expect(node.logged.last?.change == .error(code: ErrorCode.marshallingError.rawValue))
        #expect(node.logged.last?.cxid == 7 && node.logged.last?.session == Self.session)
        ask(.closeSession, cutShort: true)
        #expect(node.logged.last?.change == .closeSession(paths: []))
    }
}
