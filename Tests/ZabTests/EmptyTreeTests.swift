import NIOCore
import Testing
import Vocabulary
import Zab

/// Found by `aviary-sim`: a leader whose tree is empty, whose log is not, and a learner with another tail.
@Suite struct `A leader with an empty tree` {
    private static let ids = [1, 2, 3].map { PeerID(rawValue: $0) }

    @Test func `sends it as of the place before what follows`() {
        let first = Entry(Zxid(rawValue: 0x3_0000_0001), ByteBuffer(string: "first"))
        var peer = Peer(
            Self.ids[2],
            in: Membership(quorum: Quorum(majorityOf: Self.ids), observers: [], version: 0, text: ""),
            timeouts: Timeouts(tickMs: 100, initLimit: 10, syncLimit: 5),
            persistent: PersistentState(
                acceptedEpoch: Epoch(rawValue: 3), currentEpoch: Epoch(rawValue: 3), lastLogged: first.zxid),
            history: History(after: .zero, [first], committed: .zero))
        var effects: [Effect] = []
        func step(_ input: Peer.Input) {
            peer.step(input, at: 300)
            effects += peer.takeEffects()
            let tickets = effects.compactMap { effect -> UInt64? in
                guard case .store(_, let ticket) = effect else { return nil }
                return ticket
            }
            if let last = tickets.last { peer.step(.stored(through: last), at: 300) }
            effects += peer.takeEffects()
        }
        step(.ticked)
        let vote = Vote(leader: Self.ids[2], zxid: first.zxid, epoch: Epoch(rawValue: 3))
        for id in Self.ids.prefix(2) {
            step(.reachable(id, true))
            step(.notified(Notification(state: .looking, vote: vote, round: 1), by: id))
        }
        let link = LinkID(rawValue: 1)
        step(.learnerLinkUp(link))
        step(
            .fromLearner(
                .info(
                    Self.ids[0], acceptedEpoch: Epoch(rawValue: 3), isObserver: false, configurationVersion: 0
                ), link))
        step(
            .fromLearner(
                .acknowledgeEpoch(
                    lastLogged: Zxid(rawValue: 0x2_0000_0007), currentEpoch: Epoch(rawValue: 2)), link))
        let sent = effects.compactMap { effect -> LeaderMessage? in
            guard case .toLearner(link, let message) = effect else { return nil }
            return message
        }
        let label = Zxid(epoch: Epoch(rawValue: 3), counter: 0)
        #expect(sent.dropFirst().prefix(3) == [.snapshot(label), .proposal(first), .commit(first.zxid)])
        #expect(label.isFollowed(by: first.zxid), "or no learner takes it")
    }
}
