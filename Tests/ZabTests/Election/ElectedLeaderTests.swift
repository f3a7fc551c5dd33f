import Testing
import Vocabulary
import Zab

/// An election is over for some before it is for others: what is heard until an epoch is promised.
@Suite final class `A leader that was just elected` {
    private static let ids = (1...5).map { PeerID(rawValue: $0) }
    private static let end = Zxid(rawValue: 0x1_0000_0005)
    private static let epoch = Epoch(rawValue: 1)

    private var peer: Peer
    private var nowMs: Int64 = 0
    private var effects: [Effect] = []

    /// Server 4 of five looks, and can reach all the others.
    init() {
        peer = Peer(
            Self.ids[3],
            in: Membership(quorum: Quorum(majorityOf: Self.ids), observers: [], version: 0, text: ""),
            timeouts: Timeouts(tickMs: 200, initLimit: 10, syncLimit: 5),
            persistent: PersistentState(
                acceptedEpoch: Self.epoch, currentEpoch: Self.epoch, lastLogged: Self.end),
            history: History(after: Self.end, [], committed: Self.end))
        step(.ticked)
        for id in Self.ids where id != Self.ids[3] { step(.reachable(id, true)) }
    }

    private func step(_ input: Peer.Input) {
        peer.step(input, at: nowMs)
        effects += peer.takeEffects()
    }

    private func pass(ms: Int64) {
        nowMs += ms
        step(.ticked)
    }

    private static func vote(for leader: Int) -> Vote {
        Vote(leader: ids[leader - 1], zxid: end, epoch: epoch)
    }

    private func hear(from voter: Int, for leader: Int, round: Int64) {
        let notification = Notification(state: .looking, vote: Self.vote(for: leader), round: round)
        step(.notified(notification, by: Self.ids[voter - 1]))
    }

    private func elect(_ leader: Int, round: Int64, by voters: [Int]) {
        for voter in voters { hear(from: voter, for: leader, round: round) }
        pass(ms: 250)
    }

    private var follows: [PeerID] {
        effects.compactMap { effect in
            guard case .follow(let leader, _) = effect else { return nil }
            return leader
        }
    }

    private var hasStoodBy: Bool { effects.contains { if case .standBy = $0 { true } else { false } } }

    /// Server 5 was elected, was never found, and is remembered for that.
    private func failWithFive() {
        elect(5, round: 1, by: [1, 2, 3, 5])
        pass(ms: 1_100)
        effects = []
        pass(ms: 20)
    }

    @Test func `is given up by its followers when it looks again`() {
        elect(5, round: 1, by: [1, 2, 3, 5])
        #expect(follows == [Self.ids[4]])
        effects = []
        hear(from: 5, for: 5, round: 1)
        #expect(!hasStoodBy, "it has not ended its election yet")
        hear(from: 5, for: 5, round: 2)
        #expect(hasStoodBy)
    }

    @Test func `has failed when it looks for another long after its election`() {
        elect(5, round: 1, by: [1, 2, 3, 5])
        pass(ms: 500)
        hear(from: 5, for: 5, round: 2)
        pass(ms: 20)
        hear(from: 5, for: 5, round: 2)
        effects = []
        elect(4, round: 2, by: [1, 2])
        #expect(effects.contains { if case .acceptLearners(true) = $0 { true } else { false } })
    }

    @Test func `has not failed when others changed their minds at once`() {
        elect(5, round: 1, by: [1, 2, 3, 5])
        hear(from: 5, for: 5, round: 2)
        effects = []
        pass(ms: 20)
        elect(5, round: 2, by: [1, 2, 3, 5])
        #expect(follows == [Self.ids[4]])
    }

    @Test func `does not step back for one that has failed`() {
        failWithFive()
        elect(4, round: 2, by: [1, 2, 3])
        #expect(effects.contains { if case .acceptLearners(true) = $0 { true } else { false } })
        effects = []
        hear(from: 1, for: 5, round: 2)
        #expect(!hasStoodBy)
    }

    @Test func `steps back for a better one that others want`() {
        elect(4, round: 1, by: [1, 2, 3])
        #expect(effects.contains { if case .acceptLearners(true) = $0 { true } else { false } })
        hear(from: 1, for: 5, round: 1)
        #expect(hasStoodBy)
    }
}
