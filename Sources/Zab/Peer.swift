package import Vocabulary

/// Zab as one server runs it: looks for a leader, follows one, or leads; pure, stepped by one owner.
///
/// Everything that happens comes in through `step`, everything to be done comes out of `takeEffects`, in order. It
/// knows no clock, socket or disk. `Body` is what stands at a place in the history; nothing here looks into it.
///
/// What protects the data, and where it is: a promise waits for the disk in `DiskQueue`; a learner ahead of its
/// leader ends that leader in `prove`; what is committed is never cut in `History.truncate`; an epoch opens when a
/// quorum holds the history before it, in `open`.
package struct Peer<Body> {
    package let me: PeerID
    package let membership: Membership
    let patience: Patience
    /// What is on the disk or ordered to be.
    package internal(set) var standing: Standing
    package internal(set) var history: History<Body>
    /// The last place this leader gave away.
    package internal(set) var lastProposed: Zxid
    var role: Role
    private var disk = DiskQueue()
    private var effects: [Effect<Body>] = []
    /// The vote that others who look are told while this node follows or leads.
    private var vote: Vote
    private var round: Int64 = 0
    private var reachable: Set<PeerID> = []

    enum Role {
        /// Waits for the disk, so that its vote is true, then looks for a leader.
        case resting
        case looking(Election)
        case following(Following<Body>)
        case leading(Leading<Body>)
    }

    /// What happened to a peer.
    package enum Input {
        /// Time passed, or the process starts.
        case ticked
        case notified(Notification, by: PeerID)
        /// Whether an election link to a voter is up.
        case reachable(PeerID, Bool)
        case leaderLinkUp
        case leaderLinkDown
        case fromLeader(LeaderMessage<Body>)
        case learnerLinkUp(LinkID)
        case learnerLinkDown(LinkID)
        case fromLearner(LearnerMessage, LinkID)
        /// The disk has done everything up to this ticket.
        case stored(through: UInt64)
    }

    /// - Parameters:
    ///   - standing: As recovered from the disk.
    ///   - history: The end of the log as recovered; its last entry is `standing.lastLogged`.
    package init(
        _ me: PeerID, in membership: Membership, patience: Patience, standing: Standing,
        history: History<Body>
    ) {
        precondition(history.last == standing.lastLogged, "the history ends where the log ends")
        self.me = me
        self.membership = membership
        self.patience = patience
        self.standing = standing
        self.history = history
        self.lastProposed = standing.lastLogged
        self.role = .resting
        self.vote = Vote(leader: me, zxid: standing.lastLogged, epoch: standing.currentEpoch)
    }

    /// Takes in one thing that happened; what follows from it is in `takeEffects`.
    ///
    /// - Parameter nowMs: Monotonic milliseconds.
    package mutating func step(_ input: Input, at nowMs: Int64) {
        do throws(Abandonment) {
            try handle(input, at: nowMs)
        } catch {
            abandon(error, at: nowMs)
        }
        look(at: nowMs)
        decide(at: nowMs)
    }

    package mutating func takeEffects() -> [Effect<Body>] {
        defer { effects.removeAll(keepingCapacity: true) }
        return effects
    }

    private mutating func handle(_ input: Input, at nowMs: Int64) throws(Abandonment) {
        switch input {
        case .ticked: try tick(at: nowMs)
        case .notified(let notification, let peer): hear(notification, from: peer)
        case .reachable(let peer, let isUp): note(peer, isReachable: isUp)
        case .stored(let ticket): keepPromises(through: ticket, at: nowMs)
        case .leaderLinkUp:
            guard case .following(var following) = role else { return }
            introduce(&following)
            role = .following(following)
        case .leaderLinkDown:
            guard case .following(let following) = role else { return }
            if following.phase != .connecting { throw Abandonment("the link to the leader broke") }
            act(.follow(following.leader))
        case .fromLeader(let message):
            guard case .following(var following) = role else { return }
            defer { if case .following = role { role = .following(following) } }
            try receiveFromLeader(message, &following, at: nowMs)
        case .learnerLinkUp(let link):
            guard case .leading(var leading) = role else {
                return act(.drop(link, "this server does not lead"))
            }
            leading.learners.append(Learner(link: link, deadlineMs: nowMs + patience.initMs))
            role = .leading(leading)
        case .learnerLinkDown(let link):
            guard case .leading(var leading) = role else { return }
            leading.learners.removeAll { $0.link == link }
            role = .leading(leading)
        case .fromLearner(let message, let link):
            guard case .leading(var leading) = role else { return }
            defer { if case .leading = role { role = .leading(leading) } }
            try receiveFromLearner(message, on: link, &leading, at: nowMs)
        }
    }

    private mutating func tick(at nowMs: Int64) throws(Abandonment) {
        switch role {
        case .resting: return
        case .looking(var election):
            if election.mustRepeat(at: nowMs) { announce(election.announcement, dialling: true) }
            role = .looking(election)
        case .following(let following):
            if nowMs >= following.deadlineMs { throw Abandonment("nothing came from the leader in time") }
        case .leading(var leading):
            defer { if case .leading = role { role = .leading(leading) } }
            try tick(&leading, at: nowMs)
        }
    }

    private mutating func keepPromises(through ticket: UInt64, at nowMs: Int64) {
        for promise in disk.answer(through: ticket) {
            switch role {
            case .resting, .looking: return
            case .following(var following):
                keep(promise, &following)
                role = .following(following)
            case .leading(var leading):
                keep(promise, &leading, at: nowMs)
                role = .leading(leading)
            }
        }
    }

    // MARK: Election

    /// Begins an election once the disk holds all that the vote will claim.
    private mutating func look(at nowMs: Int64) {
        guard case .resting = role, disk.isQuiet else { return }
        round += 1
        let election = Election(
            of: me, in: membership, standing: standing, round: round, reachable: reachable, at: nowMs)
        role = .looking(election)
        announce(election.announcement, dialling: true)
    }

    private mutating func decide(at nowMs: Int64) {
        guard case .looking(var election) = role else { return }
        let outcome = election.outcome(at: nowMs)
        role = .looking(election)
        guard case .decided(let chosen, let round) = outcome else { return }
        self.round = round
        vote = chosen
        if chosen.leader == me { lead(at: nowMs) } else { follow(chosen.leader, at: nowMs) }
    }

    private mutating func lead(at nowMs: Int64) {
        var leading = Leading<Body>(
            inherited: history.last, newestAccepted: standing.acceptedEpoch,
            broadcast: Acknowledgements(), deadlineMs: nowMs + patience.initMs,
            pingsAtMs: nowMs + patience.tickMs / 2)
        leading.accepted.insert(me)
        hear(me, accepted: standing.acceptedEpoch, &leading)
        role = .leading(leading)
    }

    private mutating func follow(_ leader: PeerID, at nowMs: Int64) {
        role = .following(
            Following(
                leader: leader, isObserver: !membership.isVoter(me), deadlineMs: nowMs + patience.initMs))
        act(.follow(leader))
    }

    /// Leaves the part it plays, keeps what the disk was ordered to do, and looks again.
    mutating func abandon(_ why: Abandonment, at nowMs: Int64) {
        disk.withdrawPromises()
        switch role {
        case .resting, .looking: return
        case .following: act(.unfollow)
        case .leading(let leading): for learner in leading.learners { act(.drop(learner.link, why.reason)) }
        }
        role = .resting
        vote = Vote(leader: me, zxid: standing.lastLogged, epoch: standing.currentEpoch)
        act(.standBy(why.reason))
    }

    private mutating func announce(_ notification: Notification, dialling: Bool) {
        for voter in membership.quorum.voters where voter != me {
            if dialling, !reachable.contains(voter) { act(.seek(voter)) }
            act(.notify(voter, notification))
        }
    }

    /// What a node does with any notification (quorum protocol 2.5).
    private mutating func hear(_ notification: Notification, from peer: PeerID) {
        switch role {
        case .looking(var election):
            guard membership.isVoter(peer) else { return act(.notify(peer, election.announcement)) }
            let isBehind = notification.state == .looking && notification.round < election.round
            // It may not have heard this node's vote, sent while it followed a leader that is gone.
            let isNew = notification.state == .looking && !election.hasHeard(peer)
            let hasChanged = election.receive(notification, from: peer)
            role = .looking(election)
            round = election.round
            if isBehind || isNew { act(.notify(peer, election.announcement)) }
            if hasChanged { announce(election.announcement, dialling: false) }
        case .resting, .following, .leading:
            guard notification.state == .looking || !membership.isVoter(peer), let answer = settledAnswer
            else {
                return
            }
            act(.notify(peer, answer))
        }
    }

    private var settledAnswer: Notification? {
        let state: Notification.State
        switch role {
        case .resting, .looking: return nil
        case .leading: state = .leading
        case .following(let following): state = following.isObserver ? .observing : .following
        }
        return Notification(state: state, vote: vote, round: round, configuration: membership.text)
    }

    private mutating func note(_ peer: PeerID, isReachable: Bool) {
        if isReachable { reachable.insert(peer) } else { reachable.remove(peer) }
        guard case .looking(var election) = role else { return }
        if isReachable { election.linkUp(to: peer) } else { election.linkDown(to: peer) }
        role = .looking(election)
        if isReachable { act(.notify(peer, election.announcement)) }
    }

    // MARK: What the parts share

    mutating func act(_ effect: Effect<Body>) { effects.append(effect) }

    mutating func order(_ order: DiskOrder<Body>, then promise: Promise?) {
        act(.store(order, ticket: disk.issue(promise)))
    }

    mutating func log(_ entry: Entry<Body>, isAcknowledged: Bool) {
        history.append(entry)
        standing.lastLogged = entry.zxid
        order(.append(entry), then: isAcknowledged ? .acknowledge(entry.zxid) : nil)
    }

    mutating func deliver(through zxid: Zxid) {
        history.commit(through: zxid) { effects.append(.deliver($0)) }
    }

    /// From now on everybody who follows reports the epoch that runs (quorum protocol 2.6).
    mutating func settle(in epoch: Epoch) {
        vote = Vote(leader: vote.leader, zxid: vote.zxid, epoch: epoch)
    }

    // MARK: For those who look

    /// When `step(.ticked)` may have something to do.
    package var wakesAtMs: Int64 {
        switch role {
        case .resting: .max
        case .looking(let election): election.wakesAtMs
        case .following(let following): following.deadlineMs
        case .leading(let leading): min(leading.pingsAtMs, leading.isServing ? .max : leading.deadlineMs)
        }
    }

    /// What it does in a running epoch; nil while there is none.
    package var duty: Duty? {
        switch role {
        case .resting, .looking: return nil
        case .following(let following):
            guard case .serving(let epoch) = following.phase else { return nil }
            return following.isObserver ? .observe(following.leader, epoch) : .follow(following.leader, epoch)
        case .leading(let leading):
            guard case .serving(let epoch) = leading.phase else { return nil }
            return .lead(epoch)
        }
    }
}
