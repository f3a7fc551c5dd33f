package import Vocabulary

/// Fast leader election, as one looking node runs it (quorum protocol 2.6).
///
/// A node votes for itself, hears the others' votes, changes to the best it heard of, and is done when a
/// quorum wants the same; or it finds that others have a leader already and joins them. It only suggests:
/// whether the chosen one may lead is settled in discovery, which protects what was committed whatever an
/// election says.
///
/// Apache waits 200 ms for better votes once a quorum agrees. Here that wait ends early when every voter that
/// can be reached has voted the same, so that a leader's death costs milliseconds.
///
/// A server that has failed as a leader lately is passed over at first, this one too: no vote is cast for it
/// as long as the others may do without it. That is as if it were not there, so it costs no safety, and
/// nobody votes for a history that is behind its own; and it ends by itself, so that it costs liveness only
/// that time. Those that it has not failed hear of it as votes of a quorum for somebody else, and join them.
package struct Election {
    /// Milliseconds to wait for better votes once a quorum agrees.
    static let settlingMs: Int64 = 200
    static let firstRetryMs: Int64 = 200
    /// Apache goes up to a minute, and a server whose links were cut comes back so much later.
    static let retryMsMax: Int64 = 1_000

    package enum Outcome: Equatable, Sendable {
        case undecided
        /// Lead or follow `vote.leader`.
        case decided(Vote, round: Int64)
    }

    fileprivate struct Ballot {
        let vote: Vote
        let round: Int64
        let state: Notification.State
        let isOldFormat: Bool
    }

    private let me: PeerID
    private let membership: Membership
    /// The vote for oneself; an observer has none, nor has a server that must synchronize first, unless
    /// everybody else was heard.
    private var candidacy: Vote?
    /// The vote of a voter that has none to give: peers of any kind answer it and do not count it (quorum
    /// protocol 1.4). Nil where it can vouch for its history.
    private let abstention: Vote?
    /// The history of a voter that must synchronize, as a vote for itself that it may not give by itself.
    private let unproven: Vote?
    /// The histories of the others, where this voter must synchronize.
    private var testimony: Testimony
    package private(set) var round: Int64
    package private(set) var proposed: Vote
    private var received: [PeerID: Ballot] = [:]
    private var settled: [PeerID: Ballot] = [:]
    /// Voters that have looked in this round, whatever they propose.
    private var heard: Set<PeerID> = []
    /// Voters to which an election link is up.
    private var reachable: Set<PeerID>
    private let failed: Set<PeerID>
    private let passingOverMs: Int64
    /// Until then the failed ones are passed over; nil afterwards.
    private var passesOverUntilMs: Int64?
    private var decidesAtMs: Int64?
    private var retriesAtMs: Int64
    private var retryMs = Election.firstRetryMs

    /// Opens round `round`; `announcement` is to be sent to every voter.
    ///
    /// - Parameters:
    ///   - failed: Voters that have failed as leaders.
    ///   - passingOverMs: Milliseconds of each round in which they are passed over.
    package init(
        of me: PeerID, in membership: Membership, persistent: PersistentState, round: Int64,
        reachable: Set<PeerID>,
        passingOver failed: Set<PeerID> = [], forMs passingOverMs: Int64 = 0, at nowMs: Int64
    ) {
        self.me = me
        self.membership = membership
        self.round = round
        self.reachable = reachable
        self.retriesAtMs = nowMs + Election.firstRetryMs
        let own = Vote(leader: me, zxid: persistent.lastLogged, epoch: persistent.currentEpoch)
        let isVoter = membership.isVoter(me)
        candidacy = isVoter && !persistent.mustSynchronize ? own : nil
        unproven = isVoter && persistent.mustSynchronize ? own : nil
        abstention = unproven.map { .abstention(of: me, isEmpty: $0.zxid == .zero && $0.epoch == .zero) }
        testimony = Testimony(of: membership.quorum.voters.filter { $0 != me })
        self.failed = failed
        self.passingOverMs = passingOverMs
        proposed = .nobody
        beginRound(at: nowMs)
        choose(at: nowMs)
    }

    private mutating func beginRound(at nowMs: Int64) {
        received.removeAll()
        heard.removeAll()
        proposed = .nobody
        passesOverUntilMs = failed.isEmpty ? nil : nowMs + passingOverMs
    }

    /// The notification that everybody is sent now. A server that passes itself over proposes nobody, as an
    /// observer does: it is answered, and not counted.
    package var announcement: Notification {
        Notification(
            state: .looking, vote: isAbstaining ? abstention ?? .nobody : proposed, round: round,
            configuration: membership.text)
    }

    /// Whether this voter has no vote to give.
    var isAbstaining: Bool { unproven != nil && candidacy == nil }

    /// The voters that one which must synchronize waits for.
    var awaited: [PeerID] { isAbstaining ? testimony.missing : [] }

    /// Whether this server's history counts for the leader that `vote` names.
    func vouches(for vote: Vote) -> Bool {
        unproven == nil || candidacy != nil && vote == proposed && testimony.isMet(by: vote)
    }

    package mutating func linkUp(to peer: PeerID) { reachable.insert(peer) }
    package mutating func linkDown(to peer: PeerID) { reachable.remove(peer) }

    /// Looks at the votes again, since a link has changed or time has passed.
    ///
    /// - Returns: Whether the announcement has changed and must be sent to all.
    package mutating func reconsider(at nowMs: Int64) -> Bool {
        guard !failed.isEmpty else { return false }
        let before = proposed
        choose(at: nowMs)
        return proposed != before
    }

    // MARK: Whom to propose

    /// The best of the candidates heard of, this node among them; or whom a quorum of the others wants.
    private mutating func choose(at nowMs: Int64) {
        if let end = passesOverUntilMs, nowMs >= end { passesOverUntilMs = nil }
        if !isEligible(proposed) { proposed = .nobody }
        if let candidacy, isEligible(candidacy), candidacy.isBetter(than: proposed) { proposed = candidacy }
        for voter in membership.quorum.voters {
            guard let ballot = received[voter], voter != me, ballot.state == .looking,
                ballot.vote.isBetter(than: proposed), isEligible(ballot.vote)
            else { continue }
            proposed = ballot.vote
        }
        if let vote = wantedByOthers { proposed = vote }
        if candidacy != nil {
            received[me] = Ballot(vote: proposed, round: round, state: .looking, isOldFormat: false)
        }
    }

    /// The vote of a quorum of the others in this round: they decide with or without this server, and pass
    /// over a better one that has failed them and not this server.
    private var wantedByOthers: Vote? {
        for voter in membership.quorum.voters where voter != me {
            guard let vote = received[voter]?.vote, vote != proposed, isEligible(vote) else { continue }
            let isQuorum = membership.quorum.isReached { other in
                other != me && received[other].map { $0.state == .looking && $0.vote == vote } ?? false
            }
            if isQuorum { return vote }
        }
        return nil
    }

    private func isEligible(_ vote: Vote) -> Bool {
        guard membership.isVoter(vote.leader), !isPassedOver(vote.leader) else { return false }
        if unproven != nil, candidacy != nil, !testimony.isMet(by: vote) { return false }
        if vote.leader == me { return vote == candidacy }
        guard membership.quorum.mayLead(vote.leader) else { return false }
        return candidacy.map { !$0.isAhead(of: vote) } ?? true
    }

    /// Whether votes for `peer` are not looked at for now: only while those that have not failed, and can be
    /// reached, are a quorum.
    private func isPassedOver(_ peer: PeerID) -> Bool {
        guard passesOverUntilMs != nil, failed.contains(peer) else { return false }
        return membership.quorum.isReached { voter in
            !failed.contains(voter) && (voter == me || reachable.contains(voter))
        }
    }

    // MARK: What the others say

    /// Takes in what a voter says.
    ///
    /// - Returns: Whether the announcement has changed and must be sent to all.
    package mutating func receive(
        _ notification: Notification, from peer: PeerID, at nowMs: Int64
    ) -> Bool {
        let hasTurned = weigh(notification, from: peer)
        let hasChanged = take(notification, from: peer, at: nowMs)
        if hasTurned { choose(at: nowMs) }
        return hasChanged || hasTurned
    }

    /// Lets a server that must synchronize vote as soon as all others have been heard, and as long as that
    /// holds.
    ///
    /// - Returns: Whether this server has begun to vote, or ceased.
    private mutating func weigh(_ notification: Notification, from peer: PeerID) -> Bool {
        guard let unproven, membership.isVoter(peer) else { return false }
        testimony.hear(notification, from: peer, in: round, for: proposed)
        let isHeard = testimony.missing.isEmpty
        guard isHeard != (candidacy != nil) else { return false }
        candidacy = isHeard ? unproven : nil
        if !isHeard { received[me] = nil }
        return true
    }

    private mutating func take(
        _ notification: Notification, from peer: PeerID, at nowMs: Int64
    ) -> Bool {
        if notification.state == .looking, notification.round == round { heard.insert(peer) }
        guard membership.isVoter(peer), membership.isVoter(notification.vote.leader) else { return false }
        let ballot = Ballot(
            vote: notification.vote, round: notification.round, state: notification.state,
            isOldFormat: notification.isOldFormat)
        switch notification.state {
        case .looking: return receiveLooking(ballot, from: peer, at: nowMs)
        case .observing: return false
        case .following, .leading:
            if notification.round == round { received[peer] = ballot }
            settled[peer] = ballot
            return false
        }
    }

    private mutating func receiveLooking(_ ballot: Ballot, from peer: PeerID, at nowMs: Int64) -> Bool {
        // A node that has lost its files takes no part (quorum protocol 1.4).
        guard ballot.vote.zxid >= .zero, (candidacy?.zxid ?? .zero) >= .zero, ballot.round >= round else {
            return false
        }
        let before = (proposed, round)
        if ballot.round > round {
            round = ballot.round
            beginRound(at: nowMs)
            heard.insert(peer)
        }
        received[peer] = ballot
        if isStaleClaim(ballot.vote), round < .max {
            round += 1
            beginRound(at: nowMs)
        }
        choose(at: nowMs)
        return (proposed, round) != before
    }

    /// Whether somebody wants this node for a history that it had when the round began, and was told to cut
    /// since. Another round is the only way to take such a vote back.
    private func isStaleClaim(_ vote: Vote) -> Bool {
        vote.leader == me && (candidacy.map { vote.isAhead(of: $0) } ?? false)
    }

    /// Whether `peer` has looked in this round; of a server that abstains, whatever the round.
    func hasHeard(_ peer: PeerID) -> Bool {
        isAbstaining ? testimony.hasHeard(peer) : heard.contains(peer)
    }

    /// The outcome of the votes so far. Asked after every input; time is one.
    package mutating func outcome(at nowMs: Int64) -> Outcome {
        if let joined = establishedLeader() { return joined }
        let agreeing = received.filter { $0.value.state != .looking || $0.value.round == round }
            .filter { $0.value.vote == proposed }
        guard proposed != .nobody, membership.quorum.isReached(by: { agreeing[$0] != nil }) else {
            decidesAtMs = nil
            return .undecided
        }
        let isWholeHeard = membership.quorum.voters.allSatisfy { voter in
            voter == me || !reachable.contains(voter) || agreeing[voter] != nil
        }
        let decides = decidesAtMs ?? nowMs + Election.settlingMs
        decidesAtMs = decides
        guard isWholeHeard || nowMs >= decides else { return .undecided }
        return .decided(proposed, round: round)
    }

    /// A leader whom a quorum follows and who says so itself: joined, whatever this node would have chosen.
    private func establishedLeader() -> Outcome? {
        for (ballots, mustMatchRound) in [(received, true), (settled, false)] {
            for voter in membership.quorum.voters {
                guard let ballot = ballots[voter], ballot.state == .leading || ballot.state == .following
                else {
                    continue
                }
                let isQuorum = membership.quorum.isReached { peer in
                    ballots[peer].map { $0.agrees(with: ballot) } ?? false
                }
                guard isQuorum else { continue }
                let leader = ballot.vote.leader
                if leader == me {
                    // Others may not have noticed yet that their leader died, and came back with less.
                    if candidacy == nil || unproven != nil { continue }
                    if mustMatchRound || ballot.round == round {
                        return .decided(ballot.vote, round: ballot.round)
                    }
                } else if ballots[leader]?.state == .leading {
                    return .decided(ballot.vote, round: ballot.round)
                }
            }
        }
        return nil
    }

    /// Whether the announcement should be sent again because it may have been lost; asks less and less often.
    package mutating func mustRepeat(at nowMs: Int64) -> Bool {
        guard nowMs >= retriesAtMs else { return false }
        retryMs = min(retryMs * 2, Election.retryMsMax)
        retriesAtMs = nowMs + retryMs
        return true
    }
}

extension Election.Ballot {
    /// Whether two settled servers follow the same leader. Their zxids and rounds may differ: they joined at
    /// different times (ZOOKEEPER-1732, 1805).
    fileprivate func agrees(with other: Self) -> Bool {
        guard vote.leader == other.vote.leader else { return false }
        if state == .looking || other.state == .looking {
            return vote == other.vote && round == other.round
        }
        return isOldFormat != other.isOldFormat || vote.epoch == other.vote.epoch
    }
}

extension Vote {
    /// An observer's: it proposes nobody (Apache: the least number in each field).
    static let nobody = Vote(
        leader: PeerID(rawValue: .min), zxid: Zxid(rawValue: .min), epoch: Epoch(rawValue: .min))
}
