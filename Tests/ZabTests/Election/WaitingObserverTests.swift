import Testing
import Vocabulary
import Zab

/// An observer that asked who leads while nobody did hears it when somebody does, not when it asks again.
@Suite struct `An observer without a leader` {
    private static let numbers = [1, 2, 3].map { PeerID(rawValue: $0) }
    private static let observer = PeerID(rawValue: 9)
    private static let membership = Membership(
        quorum: Quorum(majorityOf: Set(numbers)), observers: [observer], version: 0, text: "")
    private static let end = Zxid(rawValue: 0x1_0000_0005)

    private static func looking() -> Peer {
        let epoch = Epoch(rawValue: 1)
        var peer = Peer(
            numbers[0], in: membership, timeouts: Timeouts(tickMs: 100, initLimit: 10, syncLimit: 5),
            persistent: PersistentState(acceptedEpoch: epoch, currentEpoch: epoch, lastLogged: end),
            history: History(after: end, [], committed: end))
        peer.step(.ticked, at: 0)
        peer.step(.reachable(observer, true), at: 0)
        _ = peer.takeEffects()
        return peer
    }

    private static func ask(_ peer: inout Peer) {
        let nobody = Vote(leader: PeerID(rawValue: .min), zxid: end, epoch: Epoch(rawValue: 1))
        peer.step(.notified(Notification(state: .looking, vote: nobody, round: 1), by: observer), at: 1)
    }

    /// Both others want server 3.
    private static func elect(_ peer: inout Peer) {
        let vote = Vote(leader: numbers[2], zxid: end, epoch: Epoch(rawValue: 1))
        for voter in numbers[1...] {
            peer.step(.notified(Notification(state: .looking, vote: vote, round: 1), by: voter), at: 2)
        }
    }

    private static func toldObserver(_ peer: inout Peer) -> [Notification.State] {
        peer.takeEffects().compactMap { effect in
            guard case .notify(observer, let answer) = effect else { return nil }
            return answer.state
        }
    }

    @Test func `is told once there is a leader`() {
        var peer = Self.looking()
        Self.ask(&peer)
        #expect(Self.toldObserver(&peer) == [.looking])
        Self.elect(&peer)
        #expect(Self.toldObserver(&peer) == [.following])
        Self.elect(&peer)
        #expect(Self.toldObserver(&peer).isEmpty, "told once")
    }

    @Test func `is told nothing when it has gone, or has not asked`() {
        var peer = Self.looking()
        Self.elect(&peer)
        #expect(Self.toldObserver(&peer).isEmpty)

        peer = Self.looking()
        Self.ask(&peer)
        peer.step(.reachable(Self.observer, false), at: 1)
        _ = peer.takeEffects()
        Self.elect(&peer)
        #expect(Self.toldObserver(&peer).isEmpty)
    }

    @Test func `is not answered when it observes: two who answer one another never end`() {
        var peer = Self.looking()
        let vote = Vote(leader: Self.numbers[0], zxid: Self.end, epoch: Epoch(rawValue: 1))
        peer.step(
            .notified(Notification(state: .observing, vote: vote, round: 1), by: Self.observer), at: 1)
        #expect(Self.toldObserver(&peer).isEmpty)
    }
}
