import Testing
import Vocabulary
import Zab

/// A server that is heard and hears nobody wins each election by the order of votes, and can lead none.
@Suite struct `An election after a leader has failed` {
    private static let membership = Membership(
        quorum: Quorum(majorityOf: [1, 2, 3].map { PeerID(rawValue: $0) }), observers: [], version: 0,
        text: "")

    private static func peer(_ number: Int64) -> PeerID { PeerID(rawValue: number) }

    private static func opened(
        by me: Int64, zxid: Int64 = 5, reachable: Set<Int64>, passingOver failed: Set<Int64> = [3]
    ) -> Election {
        Election(
            of: peer(me), in: membership,
            persistent: PersistentState(
                acceptedEpoch: Epoch(rawValue: 1), currentEpoch: Epoch(rawValue: 1),
                lastLogged: Zxid(rawValue: zxid)),
            round: 1, reachable: Set(reachable.map(peer)), passingOver: Set(failed.map(peer)), forMs: 1_000,
            at: 0)
    }

    private static func vote(_ leader: Int64, zxid: Int64 = 5) -> Vote {
        Vote(leader: peer(leader), zxid: Zxid(rawValue: zxid), epoch: Epoch(rawValue: 1))
    }

    private static func looking(_ vote: Vote, round: Int64 = 1) -> Notification {
        Notification(state: .looking, vote: vote, round: round)
    }

    @Test func `chooses another, though the failed one asks for it`() {
        var election = Self.opened(by: 1, reachable: [2, 3])
        let isNews1 = election.receive(Self.looking(Self.vote(3, zxid: 9)), from: Self.peer(3), at: 1)
        #expect(!isNews1)
        let isNews2 = election.receive(Self.looking(Self.vote(2)), from: Self.peer(2), at: 2)
        #expect(isNews2)
        let outcome = election.outcome(at: 2)
        #expect(outcome == .undecided, "the third may come round")
        let later = election.outcome(at: 202)
        #expect(later == .decided(Self.vote(2), round: 1))
    }

    @Test func `is joined by whom the failed one has not failed, once a quorum wants another`() {
        var election = Self.opened(by: 3, reachable: [1, 2], passingOver: [])
        _ = election.receive(Self.looking(Self.vote(2)), from: Self.peer(1), at: 1)
        #expect(election.proposed == Self.vote(3), "one voter is no quorum")
        let isNews = election.receive(Self.looking(Self.vote(2)), from: Self.peer(2), at: 2)
        #expect(isNews)
        #expect(election.proposed == Self.vote(2))
        let outcome = election.outcome(at: 2)
        #expect(outcome == .decided(Self.vote(2), round: 1))
    }

    @Test func `is not joined by whom its choice lags behind`() {
        var election = Self.opened(by: 3, zxid: 9, reachable: [1, 2], passingOver: [])
        for other: Int64 in [1, 2] {
            _ = election.receive(Self.looking(Self.vote(2)), from: Self.peer(other), at: other)
        }
        #expect(election.proposed == Self.vote(3, zxid: 9))
    }

    @Test func `is left again when the others have found out about a better one`() {
        var election = Self.opened(by: 3, reachable: [1, 2], passingOver: [])
        for other: Int64 in [1, 2] {
            _ = election.receive(Self.looking(Self.vote(2)), from: Self.peer(other), at: other)
        }
        let isNews = election.receive(Self.looking(Self.vote(3)), from: Self.peer(1), at: 3)
        #expect(isNews)
        #expect(election.proposed == Self.vote(3))
    }

    @Test func `takes the failed one where the others are no quorum`() {
        var election = Self.opened(by: 1, reachable: [3])
        let isNews = election.receive(Self.looking(Self.vote(3)), from: Self.peer(3), at: 1)
        #expect(isNews)
        let outcome = election.outcome(at: 1)
        #expect(outcome == .decided(Self.vote(3), round: 1))
    }

    @Test func `turns to the failed one when a link to another breaks`() {
        var election = Self.opened(by: 1, reachable: [2, 3])
        _ = election.receive(Self.looking(Self.vote(3)), from: Self.peer(3), at: 1)
        #expect(election.proposed == Self.vote(1))
        election.linkDown(to: Self.peer(2))
        let hasChanged = election.reconsider(at: 2)
        #expect(hasChanged)
        #expect(election.proposed == Self.vote(3))
    }

    @Test func `takes the failed one again when no other was found in time`() {
        var election = Self.opened(by: 1, reachable: [2, 3])
        _ = election.receive(Self.looking(Self.vote(3)), from: Self.peer(3), at: 1)
        let isEarly = election.reconsider(at: 999)
        #expect(!isEarly)
        let hasChanged = election.reconsider(at: 1_000)
        #expect(hasChanged)
        #expect(election.proposed == Self.vote(3))
    }

    @Test func `passes the failed one over anew in a later round`() {
        var election = Self.opened(by: 1, reachable: [2, 3])
        _ = election.reconsider(at: 1_000)
        _ = election.receive(Self.looking(Self.vote(3), round: 2), from: Self.peer(3), at: 1_500)
        #expect(election.round == 2)
        #expect(election.proposed == Self.vote(1))
    }

    @Test func `has the failed one stand back, and vote for one that has as much`() {
        var election = Self.opened(by: 3, reachable: [1, 2])
        #expect(!Self.membership.isVoter(election.announcement.vote.leader), "it proposes nobody")
        let isNews = election.receive(Self.looking(Self.vote(1)), from: Self.peer(1), at: 1)
        #expect(isNews)
        #expect(election.proposed == Self.vote(1))
    }

    @Test func `never votes for one that has less`() {
        var election = Self.opened(by: 3, zxid: 6, reachable: [1, 2])
        _ = election.receive(Self.looking(Self.vote(2)), from: Self.peer(1), at: 1)
        _ = election.receive(Self.looking(Self.vote(2)), from: Self.peer(2), at: 1)
        let outcome = election.outcome(at: 500)
        #expect(outcome == .undecided, "what it has may be committed")
        let hasChanged = election.reconsider(at: 1_000)
        #expect(hasChanged)
        #expect(election.proposed == Self.vote(3, zxid: 6))
    }

    @Test func `decides nothing when all propose nobody`() {
        var election = Self.opened(by: 3, reachable: [1, 2])
        let nobody = election.announcement
        for other in [1, 2] as [Int64] { _ = election.receive(nobody, from: Self.peer(other), at: 1) }
        let outcome = election.outcome(at: 500)
        #expect(outcome == .undecided)
    }

    @Test func `joins the failed one where a quorum follows it`() {
        var election = Self.opened(by: 1, reachable: [2, 3])
        let settled = Self.vote(3)
        _ = election.receive(
            Notification(state: .following, vote: settled, round: 8), from: Self.peer(2), at: 1)
        _ = election.receive(
            Notification(state: .leading, vote: settled, round: 8), from: Self.peer(3), at: 1)
        let outcome = election.outcome(at: 1)
        #expect(outcome == .decided(settled, round: 8))
    }
}

/// What a server makes of a leader that has failed, itself among them.
@Suite struct `A server whose leader has failed`: ~Copyable {
    private static let end = Zxid(rawValue: 0x1_0000_0005)
    private static let timeouts = Timeouts(tickMs: 200, initLimit: 10, syncLimit: 5)

    private var peer: Peer
    private var effects: [Effect] = []
    private let me: Int64

    /// After servers 1 and 2 of three wanted server 3.
    private init(_ me: Int64, timeouts: Timeouts = Self.timeouts) {
        self.me = me
        peer = Peer(
            PeerID(rawValue: me),
            in: Membership(
                quorum: Quorum(majorityOf: [1, 2, 3].map { PeerID(rawValue: $0) }), observers: [], version: 0,
                text: ""),
            timeouts: timeouts,
            persistent: PersistentState(
                acceptedEpoch: Epoch(rawValue: 1), currentEpoch: Epoch(rawValue: 1), lastLogged: Self.end),
            history: History(after: Self.end, [], committed: Self.end))
        step(.ticked, at: 0)
        for other in [1, 2, 3] as [Int64] where other != me {
            step(.reachable(PeerID(rawValue: other), true), at: 0)
            hear(voteFor: 3, from: other, at: 0)
        }
        step(.ticked, at: 300)
        effects = []
    }

    private mutating func step(_ input: Peer.Input, at nowMs: Int64) {
        peer.step(input, at: nowMs)
        effects += peer.takeEffects()
    }

    private mutating func hear(voteFor leader: Int64, from other: Int64, round: Int64 = 1, at nowMs: Int64) {
        let vote = Vote(leader: PeerID(rawValue: leader), zxid: Self.end, epoch: Epoch(rawValue: 1))
        let notification = Notification(state: .looking, vote: vote, round: round)
        step(.notified(notification, by: PeerID(rawValue: other)), at: nowMs)
    }

    /// Whom it proposed, message by message.
    private var proposed: [Int64] {
        effects.compactMap { effect in
            guard case .notify(_, let notification) = effect, notification.state == .looking else {
                return nil
            }
            return notification.vote.leader.rawValue
        }
    }

    @Test static func `votes for another, whatever the failed one says`() {
        var server = Self(1)
        server.step(.leaderLinkUp, at: 300)
        server.step(.ticked, at: 300 + timeouts.discoveryMs)
        #expect(server.peer.isLooking == true, "LEADERINFO never came")
        server.hear(voteFor: 3, from: 3, round: 2, at: 2_400)
        #expect(Set(server.proposed) == [1])
        server.hear(voteFor: 2, from: 2, round: 2, at: 2_400)
        server.step(.ticked, at: 2_700)
        #expect(server.effects.contains(.follow(PeerID(rawValue: 2), afterMs: 0)))
    }

    @Test static func `elects it again where failures are not remembered`() {
        var server = Self(1, timeouts: Timeouts(tickMs: 200, initLimit: 10, syncLimit: 5, failureLimit: 0))
        server.step(.leaderLinkUp, at: 300)
        server.step(.ticked, at: 300 + timeouts.discoveryMs)
        server.hear(voteFor: 3, from: 3, round: 2, at: 2_400)
        server.hear(voteFor: 3, from: 2, round: 2, at: 2_400)
        #expect(server.effects.contains(.follow(PeerID(rawValue: 3), afterMs: 0)))
    }

    @Test static func `stands back when it was that leader`() {
        var server = Self(3)
        server.step(.ticked, at: 300 + timeouts.assemblyMs)
        #expect(server.peer.isLooking == true, "nobody came")
        #expect(!server.proposed.isEmpty)
        #expect(!server.proposed.contains(3))
        server.step(.ticked, at: 300 + timeouts.assemblyMs + timeouts.passingOverMs)
        #expect(server.proposed.last == 3, "nobody else came either")
    }

    @Test static func `gives a leader that nobody dials up within a few ticks`() {
        var server = Self(3)
        let (before, after) = (timeouts.assemblyMs - 1, timeouts.assemblyMs)
        server.step(.ticked, at: before)
        #expect(server.peer.isLooking == false)
        server.step(.ticked, at: after)
        #expect(server.peer.isLooking == true)
        #expect(timeouts.assemblyMs <= 5 * timeouts.tickMs)
    }

    @Test static func `answers another that stands back once in a round`() {
        var server = Self(3)
        server.step(.ticked, at: 300 + timeouts.assemblyMs)
        server.effects = []
        let nobody = Vote(
            leader: PeerID(rawValue: .min), zxid: Zxid(rawValue: .min), epoch: Epoch(rawValue: .min))
        for _ in 0..<3 {
            server.step(
                .notified(
                    Notification(state: .looking, vote: nobody, round: 2), by: PeerID(rawValue: 2)),
                at: 1_400)
        }
        #expect(server.proposed.count == 1, "two that stand back must not answer one another for ever")
    }

    @Test static func `does not hold it against a leader that the others had not agreed yet`() {
        var server = Self(3)
        server.hear(voteFor: 3, from: 2, round: 1, at: 300)
        let better = Vote(
            leader: PeerID(rawValue: 2), zxid: Zxid(rawValue: 0x1_0000_0006), epoch: Epoch(rawValue: 1))
        server.step(
            .notified(
                Notification(state: .looking, vote: better, round: 1), by: PeerID(rawValue: 2)), at: 310)
        #expect(server.peer.isLooking == true)
        #expect(server.proposed.contains(3), "it stands as before")
    }
}
