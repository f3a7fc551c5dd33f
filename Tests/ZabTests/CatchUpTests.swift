import NIOCore
import Testing
import Vocabulary
import Zab

/// A server whose disk may have lost what it acknowledged: `PersistentState.mustSynchronize`.
@Suite struct `A peer that may have forgotten` {
    private static func id(_ number: Int64) -> PeerID { PeerID(rawValue: number) }
    private static let epoch = Epoch(rawValue: 1)
    private static let end = Zxid(rawValue: 0x1_0000_0005)
    private static let membership = Membership(
        quorum: Quorum(majorityOf: [1, 2, 3].map(id)), observers: [], version: 0, text: "")

    private static func peer(_ me: Int64 = 1, mustSynchronize: Bool = true) -> Peer {
        var peer = Peer(
            id(me), in: membership, timeouts: Timeouts(tickMs: 100, initLimit: 10, syncLimit: 5),
            persistent: PersistentState(
                acceptedEpoch: epoch, currentEpoch: epoch, lastLogged: end, mustSynchronize: mustSynchronize),
            history: History(after: end, [], committed: end))
        peer.step(.ticked, at: 0)
        for other in [1, 2, 3] as [Int64] where other != me { peer.step(.reachable(id(other), true), at: 0) }
        return peer
    }

    private static func looking(for leader: Int64, zxid: Zxid = end) -> Notification {
        Notification(
            state: .looking, vote: Vote(leader: id(leader), zxid: zxid, epoch: epoch), round: 1)
    }

    private static func settled(_ state: Notification.State, _ leader: Int64) -> Notification {
        Notification(state: state, vote: Vote(leader: id(leader), zxid: end, epoch: epoch), round: 1)
    }

    private static func said(_ peer: inout Peer) -> [Notification] {
        peer.takeEffects().compactMap { effect in
            if case .notify(_, let notification) = effect { notification } else { nil }
        }
    }

    private static func followed(_ peer: inout Peer) -> PeerID? {
        for case .follow(let leader, _) in peer.takeEffects() { return leader }
        return nil
    }

    @Test func `asks, and says only what nobody counts`() {
        var peer = Self.peer()
        peer.step(.notified(Self.looking(for: 3), by: Self.id(3)), at: 1)
        peer.step(.ticked, at: 5_000)
        let said = Self.said(&peer)
        #expect(!said.isEmpty)
        #expect(said.allSatisfy { $0.vote.zxid == Zxid(rawValue: -1) && $0.vote.leader == Self.id(1) })
    }

    @Test func `does not help another to an election`() {
        var marked = Self.peer()
        let words = Self.said(&marked)
        var other = Self.peer(3, mustSynchronize: false)
        for word in words { other.step(.notified(word, by: Self.id(1)), at: 1) }
        other.step(.ticked, at: 1_000)
        #expect(other.isLooking == true)
        var sound = Self.peer(2, mustSynchronize: false)
        for word in Self.said(&sound) { other.step(.notified(word, by: Self.id(2)), at: 1_001) }
        other.step(.notified(Self.looking(for: 3), by: Self.id(2)), at: 1_001)
        other.step(.ticked, at: 2_000)
        #expect(other.isLooking == false, "one more sound voter does")
    }

    @Test func `is not answered for ever by one that looks too`() {
        var marked = Self.peer()
        var other = Self.peer(3, mustSynchronize: false)
        var words = 0
        for _ in 0..<20 {
            for word in Self.said(&marked) { other.step(.notified(word, by: Self.id(1)), at: 1) }
            for word in Self.said(&other) {
                words += 1
                marked.step(.notified(word, by: Self.id(3)), at: 1)
            }
        }
        #expect(words < 20)
    }

    /// Lets the servers talk until nobody has anything to say.
    private static func settle(_ peers: inout [Int64: TestPeer], at nowMs: Int64) {
        for _ in 0..<40 {
            for number in peers.keys.sorted() {
                peers[number]?.peer.step(.ticked, at: nowMs)
                for case .notify(let to, let word) in peers[number]?.peer.takeEffects() ?? [] {
                    peers[to.rawValue]?.peer.step(.notified(word, by: id(number)), at: nowMs)
                }
            }
        }
    }

    @Test func `votes for the best history once it has heard from every other voter`() {
        var marked = Self.empty(1)
        let (behind, ahead) = (Zxid(rawValue: 0x1_0000_0002), Self.end)
        marked.step(.notified(Self.looking(for: 2, zxid: behind), by: Self.id(2)), at: 1)
        #expect(marked.awaited == [Self.id(3)])
        #expect(Self.said(&marked).allSatisfy { $0.vote.zxid == Zxid(rawValue: -1) })
        marked.step(.notified(Self.looking(for: 3, zxid: ahead), by: Self.id(3)), at: 2)
        #expect(marked.awaited == [])
        #expect(Self.said(&marked).last?.vote == Vote(leader: Self.id(3), zxid: ahead, epoch: Self.epoch))
        marked.step(.notified(Self.settled(.leading, 2), by: Self.id(3)), at: 3)
        #expect(marked.awaited == [Self.id(3)], "its word was from before it followed that one")
    }

    @Test func `elects nobody that lacks what another voter has said it has`() {
        var marked = Self.empty(1)
        marked.step(.notified(Self.looking(for: 3), by: Self.id(3)), at: 1)
        let behind = Self.looking(for: 2, zxid: Zxid(rawValue: 0x1_0000_0002))
        marked.step(.notified(behind, by: Self.id(2)), at: 1)
        // The better one is gone, and the other opens a round without it.
        marked.step(.reachable(Self.id(3), false), at: 2)
        let later = Notification(state: .looking, vote: behind.vote, round: 9)
        marked.step(.notified(later, by: Self.id(2)), at: 3)
        marked.step(.ticked, at: 1_000)
        #expect(marked.isLooking == true)
        #expect(!Self.said(&marked).contains { $0.vote == behind.vote })
    }

    @Test func `does not take the word of one that has forgotten a history`() {
        var marked = Self.empty(1)
        marked.step(.notified(Self.looking(for: 2), by: Self.id(2)), at: 1)
        let forgotten = Vote(leader: Self.id(3), zxid: Zxid(rawValue: -1), epoch: Epoch(rawValue: -1))
        marked.step(
            .notified(Notification(state: .looking, vote: forgotten, round: 1), by: Self.id(3)), at: 1)
        #expect(marked.awaited == [Self.id(3)])
    }

    @Test func `begins a new ensemble when all are there and have nothing`() {
        var peers = [1: TestPeer(Self.empty(1)), 2: TestPeer(Self.empty(2))] as [Int64: TestPeer]
        for nowMs in [0, 300, 2_000] as [Int64] { Self.settle(&peers, at: nowMs) }
        #expect(peers.values.allSatisfy { $0.peer.isLooking })
        peers[3] = TestPeer(Self.empty(3))
        for nowMs in [2_001, 2_300, 2_600] as [Int64] { Self.settle(&peers, at: nowMs) }
        #expect(peers.values.allSatisfy { !$0.peer.isLooking })
    }

    private static func empty(_ me: Int64) -> Peer {
        var peer = Peer(
            id(me), in: membership, timeouts: Timeouts(tickMs: 1_000, initLimit: 10, syncLimit: 5),
            persistent: PersistentState(
                acceptedEpoch: .zero, currentEpoch: .zero, lastLogged: .zero, mustSynchronize: true),
            history: History(after: .zero, [], committed: .zero))
        peer.step(.ticked, at: 0)
        for other in [1, 2, 3] as [Int64] where other != me { peer.step(.reachable(id(other), true), at: 0) }
        return peer
    }

    private final class TestPeer {
        var peer: Peer
        init(_ peer: consuming Peer) { self.peer = peer }
    }

    @Test func `follows whom the others elected, and is not led by itself`() {
        var peer = Self.peer()
        for state in [Notification.State.following, .leading] {
            peer.step(.notified(Self.settled(state, 1), by: Self.id(2)), at: 1)
            peer.step(.notified(Self.settled(state, 1), by: Self.id(3)), at: 1)
        }
        peer.step(.ticked, at: 1_000)
        #expect(peer.isLooking == true, "it was their leader until it died")
        peer.step(.notified(Self.settled(.leading, 3), by: Self.id(3)), at: 1_001)
        peer.step(.notified(Self.settled(.following, 3), by: Self.id(2)), at: 1_001)
        #expect(Self.followed(&peer) == Self.id(3))
    }

    @Test func `proves no history to a leader, and votes again once it has its`() {
        var peer = Self.peer()
        peer.step(.notified(Self.settled(.leading, 3), by: Self.id(3)), at: 1)
        peer.step(.notified(Self.settled(.following, 3), by: Self.id(2)), at: 1)
        peer.step(.leaderLinkUp, at: 2)
        peer.step(.fromLeader(.leaderInfo(Epoch(rawValue: 2))), at: 3)
        var tickets = Self.tickets(&peer)
        peer.step(.stored(through: tickets.last ?? 0), at: 4)
        var proofs: [Epoch?] = []
        for case .toLeader(.acknowledgeEpoch(_, let proven)) in peer.takeEffects() { proofs.append(proven) }
        #expect(proofs == [nil])
        #expect(peer.persistent.mustSynchronize)
        peer.step(.fromLeader(.diff(through: Self.end)), at: 5)
        peer.step(.fromLeader(.newLeader(Epoch(rawValue: 2), configuration: "")), at: 6)
        tickets = Self.tickets(&peer)
        #expect(!peer.persistent.mustSynchronize)
        peer.step(.leaderLinkDown(), at: 7)
        #expect(Self.said(&peer) == [], "not before the disk has it")
        peer.step(.stored(through: tickets.last ?? 0), at: 8)
        #expect(Self.said(&peer).allSatisfy { $0.vote.zxid == Self.end })
        #expect(peer.isLooking == true)
    }

    @Test func `counts for no leader that gathers a quorum`() {
        for (proven, isServed) in [(nil as Epoch?, false), (Self.epoch, true)] {
            var leader = Self.peer(3, mustSynchronize: false)
            for other in [1, 2] as [Int64] {
                leader.step(.notified(Self.looking(for: 3), by: Self.id(other)), at: 1)
            }
            let link = LinkID(rawValue: 1)
            leader.step(.learnerLinkUp(link), at: 2)
            leader.step(
                .fromLearner(
                    .info(Self.id(1), acceptedEpoch: Self.epoch, isObserver: false, configurationVersion: 0),
                    link), at: 3)
            leader.step(.stored(through: Self.tickets(&leader).last ?? 0), at: 4)
            leader.step(
                .fromLearner(.acknowledgeEpoch(lastLogged: Self.end, currentEpoch: proven), link), at: 5)
            let hasSynchronized = leader.takeEffects().contains { effect in
                if case .toLearner(link, .newLeader) = effect { true } else { false }
            }
            #expect(hasSynchronized == isServed)
        }
    }

    private static func tickets(_ peer: inout Peer) -> [UInt64] {
        peer.takeEffects().compactMap { effect in
            if case .store(_, let ticket) = effect { ticket } else { nil }
        }
    }
}

/// A history that has parted from the leader's is not mended by trying again.
@Suite struct `A peer that cannot take back what its leader asks it to` {
    private static let epoch = Epoch(rawValue: 1)
    private static let end = Zxid(rawValue: 0x1_0000_0005)

    /// Fails once more.
    ///
    /// - Returns: What it said of it.
    private static func fail(_ peer: inout Peer, at nowMs: Int64) -> String? {
        let two = PeerID(rawValue: 2)
        for (state, server) in [(Notification.State.leading, two), (.following, PeerID(rawValue: 3))] {
            let vote = Vote(leader: two, zxid: end, epoch: epoch)
            peer.step(.notified(Notification(state: state, vote: vote, round: 1), by: server), at: nowMs)
        }
        peer.step(.leaderLinkUp, at: nowMs)
        peer.step(.fromLeader(.leaderInfo(epoch)), at: nowMs)
        peer.step(.fromLeader(.truncate(after: Zxid(rawValue: 0x1_0000_0003))), at: nowMs)
        for case .standBy(let reason) in peer.takeEffects() { return reason }
        return nil
    }

    private static func peer() -> Peer {
        var peer = Peer(
            PeerID(rawValue: 1),
            in: Membership(
                quorum: Quorum(majorityOf: [1, 2, 3].map { PeerID(rawValue: $0) }), observers: [], version: 0,
                text: ""),
            timeouts: Timeouts(tickMs: 100, initLimit: 10, syncLimit: 5),
            persistent: PersistentState(acceptedEpoch: epoch, currentEpoch: epoch, lastLogged: end),
            history: History(after: end, [], committed: end))
        peer.step(.ticked, at: 0)
        return peer
    }

    @Test func `says what that means and what to do, and tries ever more slowly`() {
        var peer = Self.peer()
        var times: [Int64] = []
        for nowMs in stride(from: 0 as Int64, to: 600_000, by: 20) {
            peer.step(.ticked, at: nowMs)
            guard peer.isLooking, let sentence = Self.fail(&peer, at: nowMs) else { continue }
            times.append(nowMs)
            #expect(sentence.contains("the two histories have parted"))
            #expect(sentence.contains("all other voters are up"))
        }
        #expect((10...20).contains(times.count), "in ten minutes: \(times)")
        #expect(times.suffix(2).reduce(0) { $1 - $0 } >= 60_000)
    }

    @Test func `is there at once when another voter looks for a leader`() {
        var peer = Self.peer()
        for nowMs in stride(from: 0 as Int64, to: 100_000, by: 20) {
            peer.step(.ticked, at: nowMs)
            if peer.isLooking { _ = Self.fail(&peer, at: nowMs) }
        }
        #expect(peer.isLooking == false)
        let vote = Vote(leader: PeerID(rawValue: 3), zxid: Self.end, epoch: Self.epoch)
        peer.step(
            .notified(Notification(state: .looking, vote: vote, round: 2), by: PeerID(rawValue: 3)),
            at: 100_001)
        peer.step(.ticked, at: 100_002)
        #expect(peer.isLooking == true)
    }
}
