internal import DequeModule
internal import Vocabulary

/// The state of a server whichever role it plays: who it is, its history, its disk, its votes, and what it
/// wants done.
///
/// The state outlives the roles. Each function of a role is passed it, and changes it in place.
struct ServerState: ~Copyable {
    let me: PeerID
    let membership: Membership
    let timeouts: Timeouts
    /// The state that is on the disk, or on its way there.
    var persistent: PersistentState
    var history: History
    /// The last place this server gave away as a leader.
    var lastProposed: Zxid
    var disk = DurabilityQueue()
    private var effects = UniqueDeque<Effect>()
    /// The vote that others who look are told while this server follows or leads.
    var vote: Vote
    /// Whether its history counts for the leader that it chose last, though it must synchronize.
    var vouches = false
    /// The round of the last election that it took part in.
    var round: Int64 = 0
    /// Servers to which an election link is up.
    private(set) var reachable: Set<PeerID> = []
    /// Observers that look for a leader. Nobody needs their votes, so they are told when there is one.
    private var observersLooking: Set<PeerID> = []
    /// Roles that were given up, one after the other, before their epoch ran, or as soon as it did.
    var failures = 0
    var failedLeaders = FailedLeaders()

    init(
        _ me: PeerID, in membership: Membership, timeouts: Timeouts, persistent: PersistentState,
        history: History
    ) {
        self.me = me
        self.membership = membership
        self.timeouts = timeouts
        self.persistent = persistent
        self.history = history
        self.lastProposed = persistent.lastLogged
        self.vote = Vote(leader: me, zxid: persistent.lastLogged, epoch: persistent.currentEpoch)
    }

    /// Takes in what is the same for every role.
    mutating func record(_ input: Peer.Input) {
        switch input {
        case .stored(let ticket): disk.answer(through: ticket)
        case .notified(let notification, let peer):
            if notification.state == .looking, !membership.isVoter(peer) { observersLooking.insert(peer) }
        case .reachable(let peer, true): reachable.insert(peer)
        case .reachable(let peer, false):
            reachable.remove(peer)
            observersLooking.remove(peer)
        case .ticked, .proposed: return
        case .leaderLinkUp, .leaderLinkDown, .fromLeader, .learnerLinkUp, .learnerLinkDown, .fromLearner:
            return
        }
    }

    // MARK: What it wants done

    var hasEffects: Bool { !effects.isEmpty }

    mutating func takeEffects(into taken: inout UniqueDeque<Effect>) {
        taken.removeAll()
        swap(&taken, &effects)
    }

    mutating func emit(_ effect: Effect) { effects.append(effect) }

    mutating func store(_ write: DiskWrite, then acknowledgement: PendingAcknowledgement?) {
        emit(.store(write, ticket: disk.issue(acknowledgement)))
    }

    mutating func log(_ entry: Entry, isAcknowledged: Bool) {
        history.append(entry)
        persistent.lastLogged = entry.zxid
        let acknowledgement = isAcknowledged ? PendingAcknowledgement.acknowledge(entry.zxid) : nil
        emit(.store(.append(entry), ticket: disk.issue(acknowledgement, bytes: entry.weight)))
    }

    mutating func deliver(through zxid: Zxid) {
        history.commit(through: zxid) { effects.append(.deliver($0)) }
    }

    /// Turns away a learner that has dialed a server that does not lead.
    mutating func refuse(_ link: LinkID) { emit(.drop(link, "this server does not lead")) }

    // MARK: What it tells of its vote

    /// Tells every voter what this server says while it looks.
    mutating func announce(_ notification: Notification, dialing: Bool) {
        for voter in membership.quorum.voters where voter != me {
            if dialing, !reachable.contains(voter) { emit(.seek(voter)) }
            emit(.notify(voter, notification))
        }
    }

    /// Tells a server that looks, or has no vote, which leader there is.
    mutating func answer(
        _ notification: Notification, from peer: PeerID, as state: Notification.State
    ) {
        guard notification.state == .looking || !membership.isVoter(peer) else { return }
        emit(.notify(peer, settled(as: state)))
    }

    mutating func tellLookingObservers(as state: Notification.State) {
        let notification = settled(as: state)
        for observer in observersLooking.sorted() { emit(.notify(observer, notification)) }
        observersLooking = []
    }

    private func settled(as state: Notification.State) -> Notification {
        Notification(state: state, vote: vote, round: round, configuration: membership.text)
    }

    /// From now on everybody who follows reports the epoch that runs (quorum protocol 2.6).
    mutating func settle(in epoch: Epoch) {
        vote = Vote(leader: vote.leader, zxid: vote.zxid, epoch: epoch)
        failedLeaders.forgive(vote.leader)
    }
}
