import Testing
import Vocabulary
import Zab

@Suite struct `An election` {
    private static let voters: [Int64] = [1, 2, 3]

    private static func peer(_ number: Int64) -> PeerID { PeerID(rawValue: number) }

    private static func opened(
        by me: Int64 = 1, zxid: Int64 = 5, epoch: Int32 = 1, reachable: Set<Int64> = [2, 3]
    ) -> Election {
        Election(
            of: peer(me),
            in: Membership(
                quorum: Quorum(majorityOf: voters.map(peer)), observers: [peer(4)], version: 0, text: ""),
            persistent: PersistentState(
                acceptedEpoch: Epoch(rawValue: epoch), currentEpoch: Epoch(rawValue: epoch),
                lastLogged: Zxid(rawValue: zxid)),
            round: 1, reachable: Set(reachable.map(peer)), at: 0)
    }

    private static func vote(_ leader: Int64, zxid: Int64 = 5, epoch: Int32 = 1) -> Vote {
        Vote(leader: peer(leader), zxid: Zxid(rawValue: zxid), epoch: Epoch(rawValue: epoch))
    }

    private static func looking(_ vote: Vote, round: Int64 = 1) -> Notification {
        Notification(state: .looking, vote: vote, round: round)
    }

    @Test func `prefers the epoch, then the history, then the number`() {
        #expect(Self.vote(1, zxid: 1, epoch: 2).isBetter(than: Self.vote(3, zxid: 9, epoch: 1)))
        #expect(Self.vote(1, zxid: 6).isBetter(than: Self.vote(3, zxid: 5)))
        #expect(Self.vote(3).isBetter(than: Self.vote(2)))
        #expect(!Self.vote(2).isBetter(than: Self.vote(2)))
    }

    @Test func `is over at once when all who can be reached agree`() {
        var election = Self.opened()
        let isNews1 = election.receive(Self.looking(Self.vote(3)), from: Self.peer(3), at: 0)
        #expect(isNews1)
        #expect(election.proposed == Self.vote(3))
        let outcome2 = election.outcome(at: 1)
        #expect(outcome2 == .undecided)
        let isNews3 = election.receive(Self.looking(Self.vote(3)), from: Self.peer(2), at: 0)
        #expect(!isNews3)
        let outcome4 = election.outcome(at: 2)
        #expect(outcome4 == .decided(Self.vote(3), round: 1))
    }

    @Test func `waits a little for a voter that has not spoken`() {
        var election = Self.opened()
        _ = election.receive(Self.looking(Self.vote(3)), from: Self.peer(3), at: 0)
        let outcome5 = election.outcome(at: 10)
        #expect(outcome5 == .undecided)
        let outcome6 = election.outcome(at: 210)
        #expect(outcome6 == .decided(Self.vote(3), round: 1))
    }

    @Test func `does not wait for one that cannot be reached`() {
        var election = Self.opened(reachable: [3])
        _ = election.receive(Self.looking(Self.vote(3)), from: Self.peer(3), at: 0)
        let outcome7 = election.outcome(at: 10)
        #expect(outcome7 == .decided(Self.vote(3), round: 1))
    }

    @Test func `changes its mind while it waits`() {
        var election = Self.opened()
        _ = election.receive(Self.looking(Self.vote(2)), from: Self.peer(2), at: 0)
        let outcome8 = election.outcome(at: 10)
        #expect(outcome8 == .undecided)
        let isNews9 = election.receive(Self.looking(Self.vote(3, zxid: 7)), from: Self.peer(3), at: 0)
        #expect(isNews9)
        let outcome10 = election.outcome(at: 50)
        #expect(outcome10 == .undecided)
        let outcome11 = election.outcome(at: 250)
        #expect(outcome11 == .decided(Self.vote(3, zxid: 7), round: 1))
    }

    @Test func `takes up a later round and forgets the votes of the former`() {
        var election = Self.opened()
        _ = election.receive(Self.looking(Self.vote(2)), from: Self.peer(2), at: 0)
        let isNews12 = election.receive(Self.looking(Self.vote(1), round: 4), from: Self.peer(3), at: 0)
        #expect(isNews12)
        #expect(election.round == 4)
        #expect(election.proposed == Self.vote(1))
        let isNews13 = election.receive(Self.looking(Self.vote(2), round: 2), from: Self.peer(2), at: 0)
        #expect(!isNews13)
    }

    /// It was told to cut its log in the middle of a round in which others had heard how far that reached.
    @Test func `is begun anew by whoever is wanted for more than he has`() {
        var election = Self.opened(by: 2, zxid: 5)
        let isNews = election.receive(Self.looking(Self.vote(2, zxid: 9)), from: Self.peer(1), at: 0)
        #expect(isNews)
        #expect(election.round == 2)
        #expect(election.proposed == Self.vote(2, zxid: 5))
        let isOld = election.receive(Self.looking(Self.vote(2, zxid: 9)), from: Self.peer(3), at: 0)
        #expect(!isOld)
        #expect(election.proposed == Self.vote(2, zxid: 5))
    }

    @Test func `joins a leader that a quorum follows, whatever their rounds`() {
        var election = Self.opened(zxid: 900)
        let settled = Self.vote(2, zxid: 3, epoch: 1)
        _ = election.receive(
            Notification(state: .following, vote: settled, round: 8), from: Self.peer(3), at: 0)
        let outcome14 = election.outcome(at: 1)
        #expect(outcome14 == .undecided)
        let later = Self.vote(2, zxid: 4, epoch: 1)
        _ = election.receive(Notification(state: .leading, vote: later, round: 9), from: Self.peer(2), at: 0)
        guard case .decided(let vote, _) = election.outcome(at: 2) else {
            Issue.record("a quorum follows server 2")
            return
        }
        #expect(vote.leader == Self.peer(2))
    }

    @Test func `joins nobody who does not say that he leads`() {
        var election = Self.opened()
        let settled = Self.vote(2)
        _ = election.receive(
            Notification(state: .following, vote: settled, round: 8), from: Self.peer(3), at: 0)
        _ = election.receive(
            Notification(state: .following, vote: settled, round: 8), from: Self.peer(2), at: 0)
        let outcome15 = election.outcome(at: 500)
        #expect(outcome15 == .undecided)
    }

    @Test func `counts neither strangers nor votes for them, nor nodes that lost their files`() {
        var election = Self.opened()
        let isNews16 = election.receive(Self.looking(Self.vote(3)), from: Self.peer(4), at: 0)
        #expect(!isNews16)
        let isNews17 = election.receive(Self.looking(Self.vote(9, zxid: 99)), from: Self.peer(3), at: 0)
        #expect(!isNews17)
        let isNews18 = election.receive(Self.looking(Self.vote(3, zxid: -1)), from: Self.peer(3), at: 0)
        #expect(!isNews18)
        let outcome19 = election.outcome(at: 500)
        #expect(outcome19 == .undecided)
    }

    @Test func `repeats itself less and less often`() {
        var election = Self.opened()
        let isNews20 = election.mustRepeat(at: 199)
        #expect(!isNews20)
        let isNews21 = election.mustRepeat(at: 200)
        #expect(isNews21)
        let isNews22 = election.mustRepeat(at: 599)
        #expect(!isNews22)
        let isNews23 = election.mustRepeat(at: 600)
        #expect(isNews23)
    }
}
