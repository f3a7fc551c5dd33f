package import Vocabulary

/// Zab as one server runs it: looks for a leader, follows one, or leads; pure, stepped by one owner.
///
/// Everything that happens comes in through `step`, everything to be done comes out of `takeEffects`, in
/// order. It knows no clock, socket or disk. What stands at a place in the history is bytes; nothing here
/// looks into them.
///
/// What protects the data, and where it is: a promise waits for the disk in `DiskQueue`; a learner ahead of
/// its leader ends that leader in `prove`; what is committed is never cut in `History.truncate`; an epoch
/// opens when a quorum holds the history before it, in `open`.
package struct Peer {
    package let me: PeerID
    package let membership: Membership
    let patience: Patience
    /// What is on the disk or ordered to be.
    package internal(set) var standing: Standing
    package internal(set) var history: History
    /// The last place this leader gave away.
    package internal(set) var lastProposed: Zxid
    var role: Role
    var disk = DiskQueue()
    private var effects: [Effect] = []
    /// The vote that others who look are told while this node follows or leads.
    var vote: Vote
    private var round: Int64 = 0
    private var reachable: Set<PeerID> = []
    /// Observers that look for a leader. Nobody needs their votes, so they are told when there is one.
    private var observersLooking: Set<PeerID> = []
    /// Roles that were given up, one after the other, before their epoch ran, or as soon as it did.
    var failures = 0
    var failedLeaders = FailedLeaders()
    /// The end of the pause before the next election, in monotonic milliseconds.
    var restsUntilMs: Int64 = .min
    /// The pause is for what only an operator can mend. It ends early when a voter looks for a leader.
    var isRestLong = false
    static let longRestMsMax: Int64 = 60_000

    enum Role {
        /// Waits for the disk, so that its vote is true, and after failures a little longer; then looks for a
        /// leader.
        ///
        /// Also what stands here while a part is worked on: it is taken out first, so that it is changed in
        /// place.
        case resting
        case looking(Election)
        case following(Following)
        case leading(Leading)
    }

    /// What happened to a peer.
    package enum Input {
        /// Time passed, or the process starts.
        case ticked
        case notified(Notification, by: PeerID)
        /// Whether an election link to a voter is up.
        case reachable(PeerID, Bool)
        case leaderLinkUp
        /// With a reason when it was what the leader said.
        case leaderLinkDown(String? = nil)
        case fromLeader(LeaderMessage)
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
        history: History
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

    /// A server that is all there is: it leads from the start, in the epoch that it finds, and what is on its
    /// disk is committed.
    package init(alone me: PeerID, patience: Patience, epoch: Epoch, history: History) {
        let standing = Standing(acceptedEpoch: epoch, currentEpoch: epoch, lastLogged: history.last)
        self.init(me, in: Membership(of: me), patience: patience, standing: standing, history: history)
        var leading = Leading(
            inherited: history.last, newestAccepted: epoch, sinceMs: .max, pingsAtMs: .max)
        leading.phase = .serving(epoch)
        leading.servingSinceMs = 0
        role = .leading(leading)
        deliver(through: history.last)
        act(.serve(.lead(epoch)))
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

    package var hasEffects: Bool { !effects.isEmpty }

    package mutating func takeEffects() -> [Effect] {
        var taken: [Effect] = []
        takeEffects(into: &taken)
        return taken
    }

    /// The same, in exchange for an array whose storage is used again.
    package mutating func takeEffects(into taken: inout [Effect]) {
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &effects)
    }

    private mutating func handle(_ input: Input, at nowMs: Int64) throws(Abandonment) {
        switch input {
        case .ticked: try tick(at: nowMs)
        case .notified(let notification, let peer):
            hear(notification, from: peer, at: nowMs)
            try doubt(notification, from: peer)
        case .reachable(let peer, let isUp): note(peer, isReachable: isUp, at: nowMs)
        case .stored(let ticket): keepPromises(through: ticket, at: nowMs)
        case .leaderLinkUp:
            guard var following = takeFollowing() else { return }
            introduce(&following, at: nowMs)
            role = .following(following)
        case .leaderLinkDown(let reason):
            if let reason, case .following = role { throw Abandonment(reason) }
            guard var following = takeFollowing() else { return }
            defer { role = .following(following) }
            try dialAgain(&following)
        case .fromLeader(let message):
            guard var following = takeFollowing() else { return }
            defer { role = .following(following) }
            try receiveFromLeader(message, &following, at: nowMs)
        case .learnerLinkUp(let link):
            guard var leading = takeLeading() else { return act(.drop(link, "this server does not lead")) }
            leading.learners.append(Learner(link: link, deadlineMs: nowMs + patience.initMs))
            role = .leading(leading)
        case .learnerLinkDown(let link):
            guard var leading = takeLeading() else { return }
            leading.learners.removeAll { $0.link == link }
            role = .leading(leading)
        case .fromLearner(let message, let link):
            guard var leading = takeLeading() else { return }
            defer { role = .leading(leading) }
            try receiveFromLearner(message, on: link, &leading, at: nowMs)
        }
    }

    private mutating func tick(at nowMs: Int64) throws(Abandonment) {
        switch role {
        case .resting: return
        case .looking(var election):
            let hasChanged = election.reconsider(at: nowMs)
            let mustRepeat = election.mustRepeat(at: nowMs)
            if hasChanged || mustRepeat { announce(election.announcement, dialling: mustRepeat) }
            role = .looking(election)
        case .following(let following):
            if nowMs >= following.deadlineMs { throw Abandonment("nothing came from the leader in time") }
        case .leading:
            try requireDisk(at: nowMs)
            guard var leading = takeLeading() else { return }
            defer { role = .leading(leading) }
            try tick(&leading, at: nowMs)
        }
    }

    private mutating func keepPromises(through ticket: UInt64, at nowMs: Int64) {
        disk.answer(through: ticket)
        if var leading = takeLeading() {
            while let promise = disk.next() { keep(promise, &leading, at: nowMs) }
            commitDecided(&leading)
            role = .leading(leading)
        } else if var following = takeFollowing() {
            while let promise = disk.next() { keep(promise, &following) }
            role = .following(following)
        }
    }

    // MARK: The part it plays

    mutating func takeLeading() -> Leading? {
        guard case .leading(let leading) = role else { return nil }
        role = .resting
        return leading
    }

    private mutating func takeFollowing() -> Following? {
        guard case .following(let following) = role else { return nil }
        role = .resting
        return following
    }

    // MARK: Election

    /// Begins an election once the disk holds all that the vote will claim.
    private mutating func look(at nowMs: Int64) {
        guard case .resting = role, disk.isQuiet, nowMs >= restsUntilMs else { return }
        // A round is what anybody said it was; rounds are compared, not counted.
        round = round == .max ? 1 : round + 1
        let election = Election(
            of: me, in: membership, standing: standing, round: round, reachable: reachable,
            passingOver: failedLeaders.remembered(at: nowMs), forMs: patience.passingOverMs, at: nowMs)
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
        if let answer = settledAnswer {
            for observer in observersLooking.sorted() { act(.notify(observer, answer)) }
            observersLooking = []
        }
    }

    private mutating func lead(at nowMs: Int64) {
        var leading = Leading(
            inherited: history.last, newestAccepted: standing.acceptedEpoch, sinceMs: nowMs,
            pingsAtMs: nowMs + patience.tickMs / 2)
        act(.acceptLearners(true))
        leading.accepted.insert(me)
        hear(me, accepted: standing.acceptedEpoch, &leading)
        role = .leading(leading)
    }

    private mutating func follow(_ leader: PeerID, at nowMs: Int64) {
        role = .following(
            Following(
                leader: leader, isObserver: !membership.isVoter(me),
                deadlineMs: nowMs + patience.gatheringMs))
        act(.follow(leader, afterMs: 0))
    }

    /// The link broke, or never came up. Before the leader has said anything that is no reason to give it up.
    private mutating func dialAgain(_ following: inout Following) throws(Abandonment) {
        guard following.phase == .connecting || following.phase == .introduced else {
            throw Abandonment("the link to the leader broke")
        }
        guard following.failedAttempts < Following.attemptsMax else {
            throw Abandonment("server \(following.leader.rawValue) was elected and does not lead")
        }
        act(
            .follow(
                following.leader, afterMs: Following.firstRetryMs << Int64(following.failedAttempts)))
        following.failedAttempts += 1
        following.phase = .connecting
    }

    private mutating func announce(_ notification: Notification, dialling: Bool) {
        for voter in membership.quorum.voters where voter != me {
            if dialling, !reachable.contains(voter) { act(.seek(voter)) }
            act(.notify(voter, notification))
        }
    }

    /// What a node does with any notification (quorum protocol 2.5).
    private mutating func hear(_ notification: Notification, from peer: PeerID, at nowMs: Int64) {
        if notification.state == .looking, !membership.isVoter(peer) { observersLooking.insert(peer) }
        switch role {
        case .looking(var election):
            guard membership.isVoter(peer) else {
                if notification.state == .looking { act(.notify(peer, election.announcement)) }
                return
            }
            let isBehind = notification.state == .looking && notification.round < election.round
            // It may not have heard this node's vote, sent while it followed a leader that is gone.
            let isNew = notification.state == .looking && !election.hasHeard(peer)
            let hasChanged = election.receive(notification, from: peer, at: nowMs)
            role = .looking(election)
            round = election.round
            // Nobody waits for the word of who does not vote; and two who answer one another never end.
            if isBehind || isNew, membership.isVoter(me), !standing.mustSynchronize {
                act(.notify(peer, election.announcement))
            }
            if hasChanged { announce(election.announcement, dialling: false) }
        case .resting, .following, .leading:
            if isRestLong, notification.state == .looking, membership.isVoter(peer) { restsUntilMs = .min }
            guard notification.state == .looking || !membership.isVoter(peer), let answer = settledAnswer
            else {
                return
            }
            act(.notify(peer, answer))
        }
    }

    /// Whoever was elected by an election that the others have not ended yet need not wait until its time is
    /// up: before an epoch is promised, an election may be taken back at no cost.
    private func doubt(_ notification: Notification, from peer: PeerID) throws(Abandonment) {
        guard membership.isVoter(peer), notification.state != .observing else { return }
        switch role {
        case .leading(let leading):
            guard leading.phase == .gathering, notification.vote.leader != me else { return }
            guard notification.state != .looking || notification.vote.isBetter(than: vote) else { return }
            throw Abandonment(
                "server \(peer.rawValue) wants server \(notification.vote.leader.rawValue) to lead",
                isFailure: false)
        case .following(let following):
            guard following.phase == .connecting || following.phase == .introduced else { return }
            guard peer == following.leader, notification.vote.leader != peer else { return }
            throw Abandonment(
                "server \(peer.rawValue) was elected and wants another to lead", isFailure: false)
        case .resting, .looking: return
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

    private mutating func note(_ peer: PeerID, isReachable: Bool, at nowMs: Int64) {
        if isReachable {
            reachable.insert(peer)
        } else {
            reachable.remove(peer)
            observersLooking.remove(peer)
        }
        guard case .looking(var election) = role else { return }
        if isReachable { election.linkUp(to: peer) } else { election.linkDown(to: peer) }
        let hasChanged = election.reconsider(at: nowMs)
        role = .looking(election)
        if hasChanged {
            announce(election.announcement, dialling: false)
        } else if isReachable {
            act(.notify(peer, election.announcement))
        }
    }

    // MARK: What the parts share

    mutating func act(_ effect: Effect) { effects.append(effect) }

    mutating func order(_ order: DiskOrder, then promise: Promise?) {
        act(.store(order, ticket: disk.issue(promise)))
    }

    mutating func log(_ entry: Entry, isAcknowledged: Bool) {
        history.append(entry)
        standing.lastLogged = entry.zxid
        act(
            .store(
                .append(entry),
                ticket: disk.issue(isAcknowledged ? .acknowledge(entry.zxid) : nil, bytes: entry.weight)))
    }

    mutating func deliver(through zxid: Zxid) {
        history.commit(through: zxid) { effects.append(.deliver($0)) }
    }

    /// From now on everybody who follows reports the epoch that runs (quorum protocol 2.6).
    mutating func settle(in epoch: Epoch) {
        vote = Vote(leader: vote.leader, zxid: vote.zxid, epoch: epoch)
        failedLeaders.forgive(vote.leader)
    }
}
