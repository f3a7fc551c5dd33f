import NIOCore
import Testing
import Vocabulary
import Zab

/// What no server should say ends the part that was played with it, and nothing else.
@Suite struct `A peer that hears what cannot be` {
    private static let membership = Membership(
        quorum: Quorum(majorityOf: [1, 2, 3].map { PeerID(rawValue: $0) }), observers: [], version: 0,
        text: "")
    private static let two = PeerID(rawValue: 2)

    private static func peer(_ me: Int64, accepted: Int32 = 1) -> Peer {
        let end = Zxid(rawValue: 0x1_0000_0005)
        var peer = Peer(
            PeerID(rawValue: me), in: membership,
            timeouts: Timeouts(tickMs: 100, initLimit: 10, syncLimit: 5),
            persistent: PersistentState(
                acceptedEpoch: Epoch(rawValue: accepted), currentEpoch: Epoch(rawValue: 1), lastLogged: end),
            history: History(after: end, [], committed: end))
        peer.step(.ticked, at: 0)
        return peer
    }

    /// Server 1 after it was told by the two others that `leader` should lead.
    private static func elected(_ me: Int64, leader: Int64, round: Int64 = 1) -> Peer {
        var peer = peer(me)
        let vote = Vote(
            leader: PeerID(rawValue: leader), zxid: Zxid(rawValue: 0x1_0000_0005), epoch: Epoch(rawValue: 1))
        for other in [1, 2, 3] as [Int64] where other != me {
            peer.step(.reachable(PeerID(rawValue: other), true), at: 0)
            peer.step(
                .notified(
                    Notification(state: .looking, vote: vote, round: round), by: PeerID(rawValue: other)),
                at: 0)
        }
        peer.step(.ticked, at: 300)
        _ = peer.takeEffects()
        return peer
    }

    private static func following() -> Peer {
        var peer = elected(1, leader: 2)
        peer.step(.leaderLinkUp, at: 300)
        return peer
    }

    private static func gaveUp(_ peer: inout Peer) -> Bool {
        peer.takeEffects().contains { effect in
            if case .standBy = effect { true } else { false }
        }
    }

    /// When it looks for a leader, having been served by each for a moment.
    private static func looks(servedForMs: Int64) -> [Int64] {
        var peer = following()
        var now: Int64 = 300
        var pauses: [Int64] = []
        for epoch in 2...12 as ClosedRange<Int32> {
            let end = Zxid(rawValue: 0x1_0000_0005)
            peer.step(.leaderLinkUp, at: now)
            peer.step(.fromLeader(.leaderInfo(Epoch(rawValue: epoch))), at: now)
            store(&peer, at: now)
            peer.step(.fromLeader(.diff(through: end)), at: now)
            peer.step(.fromLeader(.newLeader(Epoch(rawValue: epoch), configuration: "")), at: now)
            store(&peer, at: now)
            peer.step(.fromLeader(.upToDate), at: now)
            now += servedForMs
            peer.step(.leaderLinkDown(), at: now)
            let lostAt = now
            while !peer.takeEffects().contains(where: \.isNotification) {
                now += 1
                peer.step(.ticked, at: now)
            }
            pauses.append(now - lostAt)
            let vote = Vote(leader: two, zxid: end, epoch: Epoch(rawValue: epoch))
            for other in [2, 3] as [Int64] {
                peer.step(
                    .notified(
                        Notification(
                            state: other == 2 ? .leading : .following, vote: vote,
                            round: Int64(epoch) * 100),
                        by: PeerID(rawValue: other)), at: now)
            }
            now += 300
            peer.step(.ticked, at: now)
        }
        return pauses
    }

    private static func store(_ peer: inout Peer, at nowMs: Int64) {
        for effect in peer.takeEffects() {
            if case .store(_, let ticket) = effect { peer.step(.stored(through: ticket), at: nowMs) }
        }
    }

    @Test func `pauses ever longer between leaders that it loses at once, to a bound`() {
        let pauses = Self.looks(servedForMs: 5)
        #expect(pauses == pauses.sorted())
        #expect(pauses[0] <= 1 && pauses[5] > 100 && pauses.last == 1000)
        #expect(Self.looks(servedForMs: 100).allSatisfy { $0 <= 1 }, "after a tick it was no failure")
    }

    @Test func `survives the last round of elections`() {
        var peer = Self.elected(1, leader: 2, round: .max)
        peer.step(.leaderLinkUp, at: 300)
        peer.step(.fromLeader(.upToDate), at: 300)
        #expect(Self.gaveUp(&peer) == true, "it has begun another round")
    }

    @Test func `drops a learner that has accepted the last epoch`() {
        var peer = Self.elected(3, leader: 3)
        let link = LinkID(rawValue: 1)
        peer.step(.learnerLinkUp(link), at: 300)
        peer.step(
            .fromLearner(
                .info(Self.two, acceptedEpoch: .last, isObserver: false, configurationVersion: 0), link),
            at: 300)
        let effects = peer.takeEffects()
        #expect(
            effects.contains { effect in
                if case .drop(link, _) = effect { true } else { false }
            })
    }

    @Test func `drops a learner that says to be itself`() {
        var peer = Self.elected(3, leader: 3)
        let link = LinkID(rawValue: 1)
        peer.step(.learnerLinkUp(link), at: 300)
        peer.step(
            .fromLearner(
                .info(peer.me, acceptedEpoch: .zero, isObserver: false, configurationVersion: 0), link),
            at: 300)
        let effects = peer.takeEffects()
        #expect(effects.contains(.drop(link, "it says to be this server")))
    }

    /// Nobody proves who he is there: who is not even listed gets no tree.
    @Test(arguments: [false, true], [4, 0, -1, .max] as [Int64])
    func `drops a learner that no configuration lists`(isObserver: Bool, number: Int64) {
        var peer = Self.elected(3, leader: 3)
        let link = LinkID(rawValue: 1)
        peer.step(.learnerLinkUp(link), at: 300)
        peer.step(
            .fromLearner(
                .info(
                    PeerID(rawValue: number), acceptedEpoch: .zero, isObserver: isObserver,
                    configurationVersion: 0), link),
            at: 300)
        let reasons = peer.takeEffects().compactMap { effect -> String? in
            if case .drop(link, let reason) = effect { reason } else { nil }
        }
        #expect(reasons.count == 1)
        #expect(
            reasons.first?.contains("server \(number), which the configuration here does not list") == true)
    }

    @Test func `follows nobody into the last epoch`() {
        var peer = Self.following()
        peer.step(.fromLeader(.leaderInfo(.last)), at: 300)
        #expect(Self.gaveUp(&peer) == true)
        #expect(peer.persistent.acceptedEpoch == Epoch(rawValue: 1))
    }

    @Test(arguments: [0, -1, 0x7_0000_0001] as [Int64])
    func `takes no tree from a place that cannot be`(_ zxid: Int64) {
        var peer = Self.following()
        peer.step(.fromLeader(.leaderInfo(Epoch(rawValue: 2))), at: 300)
        peer.step(.fromLeader(.snapshot(Zxid(rawValue: zxid))), at: 300)
        #expect(Self.gaveUp(&peer) == true)
    }

    @Test func `takes no proposal of an epoch that was not opened`() {
        var peer = Self.following()
        peer.step(.fromLeader(.leaderInfo(Epoch(rawValue: 2))), at: 300)
        peer.step(.fromLeader(.diff(through: .zero)), at: 300)
        peer.step(
            .fromLeader(.proposal(Entry(Zxid(epoch: Epoch(rawValue: 3), counter: 1), ByteBuffer()))), at: 300)
        #expect(Self.gaveUp(&peer) == true)
    }

    /// One of Apache's leaders labels the tree when it sends it, and says twice what it has applied since it
    /// decided to.
    @Test func `passes over what a leader sends behind a tree that holds it`() {
        var peer = Self.following()
        peer.step(.fromLeader(.leaderInfo(Epoch(rawValue: 2))), at: 300)
        let entries = (1...6).map { Entry(Zxid(epoch: Epoch(rawValue: 2), counter: $0), ByteBuffer()) }
        peer.step(.fromLeader(.snapshot(entries[3].zxid)), at: 300)
        for entry in entries[1...] {
            peer.step(.fromLeader(.proposal(entry)), at: 300)
            peer.step(.fromLeader(.commit(entry.zxid)), at: 300)
        }
        _ = peer.takeEffects()
        peer.step(.fromLeader(.newLeader(Epoch(rawValue: 2), configuration: "")), at: 300)
        let writes = peer.takeEffects().compactMap { effect -> DiskWrite? in
            guard case .store(let write, _) = effect else { return nil }
            return write
        }
        #expect(
            writes == [
                .install(snapshot: entries[3].zxid, Array(entries[4...])), .enterEpoch(Epoch(rawValue: 2)),
            ])
    }
}

/// ZOOKEEPER-1277.
@Suite struct `An epoch that is full` {
    @Test func `is followed by the next, from its first place on`() throws {
        let end = Zxid(rawValue: Int64(UInt32.max - Peer.countersSpared + 1))
        var peer = Peer(
            alone: PeerID(rawValue: 1), timeouts: Timeouts(tickMs: 100, initLimit: 10, syncLimit: 5),
            epoch: .zero,
            history: History(after: end, [], committed: end))
        _ = peer.takeEffects()
        peer.stepDownIfFull(at: 0)
        var servingRoles: [ServingRole] = []
        for _ in 0..<5 {
            for effect in peer.takeEffects() {
                if case .store(_, let ticket) = effect { peer.step(.stored(through: ticket), at: 0) }
                if case .serve(let servingRole) = effect { servingRoles.append(servingRole) }
            }
        }
        #expect(servingRoles == [.lead(Epoch(rawValue: 1))])
        let isProposed = peer.propose(
            ByteBuffer(), as: Zxid(epoch: Epoch(rawValue: 1), counter: 1), at: 0)
        #expect(isProposed)
    }
}

extension Effect {
    fileprivate var isNotification: Bool {
        guard case .notify = self else { return false }
        return true
    }
}
