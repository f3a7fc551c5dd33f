internal import Vocabulary

/// A leader's part: the chosen one becomes it by a quorum's promise, and stays it while a quorum answers.
///
/// Phases in the paper's order; each is left for the next when a quorum has answered and the disk has too.
struct Leading: ~Copyable {
    enum Phase: Equatable {
        /// Discovery: hears which epochs a quorum has accepted.
        case collectingEpochs
        /// Discovery: the epoch is chosen, and on its way to the leader's own disk.
        case acceptingEpoch(Epoch)
        /// Discovery: LEADERINFO is out; hears who acknowledges it, and how far each history reaches.
        case confirmingEpoch(Epoch)
        /// Synchronization: a quorum has acknowledged the epoch; the leader's current epoch is on its way to
        /// the disk, and learners get the history.
        case synchronization(Epoch)
        /// Broadcast: a quorum has the history, so all of it is committed.
        case broadcast(Epoch)
    }

    var phase = Phase.collectingEpochs
    var learners: [Learner] = []
    /// The end of the history this reign begins with.
    let inherited: Zxid
    /// Servers whose accepted epochs are known, and the newest one heard of; voters only are counted.
    var accepted: Set<PeerID> = []
    var newestAccepted: Epoch
    var promised: Set<PeerID> = []
    var entered: Set<PeerID> = []
    /// Acknowledgements of what was proposed in this reign: what a quorum has of it.
    var acknowledgements = Acknowledgements()
    /// Voters that cannot follow, since they have promised a later epoch, and since when they come in vain.
    var overtakenSinceMs: [PeerID: Int64] = [:]
    /// When it was elected.
    let sinceMs: Int64
    var pingsAtMs: Int64
    /// Since when the epoch is open.
    var servingSinceMs: Int64?

    /// Of one that was elected by others.
    init(inherited: Zxid, newestAccepted: Epoch, sinceMs: Int64, pingsAtMs: Int64) {
        self.inherited = inherited
        self.newestAccepted = newestAccepted
        self.sinceMs = sinceMs
        self.pingsAtMs = pingsAtMs
    }

    /// Of a server that is all there is: `epoch` is open from the start.
    init(alone epoch: Epoch, inherited: Zxid) {
        self.init(inherited: inherited, newestAccepted: epoch, sinceMs: .max, pingsAtMs: .max)
        phase = .broadcast(epoch)
        servingSinceMs = 0
    }

    var epoch: Epoch? {
        switch phase {
        case .collectingEpochs: nil
        case .acceptingEpoch(let epoch), .confirmingEpoch(let epoch), .synchronization(let epoch),
            .broadcast(let epoch):
            epoch
        }
    }

    var isServing: Bool {
        guard case .broadcast = phase else { return false }
        return true
    }

    /// The leader's role in a running epoch; nil before that.
    var servingRole: ServingRole? {
        guard case .broadcast(let epoch) = phase else { return nil }
        return .lead(epoch)
    }

    /// By when the next phase must have come. Whoever is heard and hears nobody knows it in discovery.
    func deadlineMs(_ timeouts: Timeouts) -> Int64 {
        switch phase {
        case .collectingEpochs: sinceMs + timeouts.assemblyMs
        case .acceptingEpoch, .confirmingEpoch: sinceMs + timeouts.discoveryMs
        case .synchronization: sinceMs + timeouts.initMs
        case .broadcast: .max
        }
    }

    /// Lets learners dial, and is the first to accept an epoch.
    mutating func begin(_ server: inout ServerState) {
        server.emit(.acceptLearners(true))
        accepted.insert(server.me)
        collectEpoch(server.persistent.acceptedEpoch, from: server.me, &server)
    }

    mutating func handle(
        _ input: Peer.Input, _ server: inout ServerState, at nowMs: Int64
    ) throws(StepDown) {
        switch input {
        case .ticked: try tick(&server, at: nowMs)
        case .proposed(let entry): try propose(entry, &server, at: nowMs)
        case .stored: releaseAcknowledgements(&server, at: nowMs)
        case .fromLearner(let message, let link): try receive(message, on: link, &server, at: nowMs)
        case .learnerLinkUp(let link):
            learners.append(Learner(link: link, deadlineMs: nowMs + server.timeouts.initMs))
        case .learnerLinkDown(let link): learners.removeAll { $0.link == link }
        case .notified(let notification, let peer):
            server.answer(notification, from: peer, as: .leading)
            try doubt(notification, from: peer, server, at: nowMs)
        case .reachable, .leaderLinkUp, .leaderLinkDown, .fromLeader: return
        }
    }

    /// Turns its learners away.
    consuming func stepDown(
        _ why: StepDown, _ server: inout ServerState, at nowMs: Int64
    ) -> Resting {
        server.emit(.acceptLearners(false))
        for learner in learners { server.emit(.drop(learner.link, why.reason)) }
        return server.rest(after: server.me, servingSinceMs: servingSinceMs, because: why, at: nowMs)
    }

    // MARK: What the disk answered

    private mutating func releaseAcknowledgements(_ server: inout ServerState, at nowMs: Int64) {
        while let acknowledgement = server.disk.next() { release(acknowledgement, &server, at: nowMs) }
        commitDecided(&server)
    }

    private mutating func release(
        _ acknowledgement: PendingAcknowledgement, _ server: inout ServerState, at nowMs: Int64
    ) {
        switch acknowledgement {
        case .announceEpoch: beginProving(&server)
        case .countMyselfForEpoch:
            entered.insert(server.me)
            open(&server, at: nowMs)
        case .acknowledge(let zxid): acknowledgements.record(zxid, from: server.me)
        case .acknowledgeEpoch, .acknowledgeNewLeader:
            preconditionFailure("a learner's acknowledgements are withdrawn when it leads")
        }
    }

    // MARK: What the others say

    private mutating func receive(
        _ message: LearnerMessage, on link: LinkID, _ server: inout ServerState, at nowMs: Int64
    ) throws(StepDown) {
        guard let index = learners.firstIndex(where: { $0.link == link }) else { return }
        learners[index].extendDeadline(server.timeouts, at: nowMs)
        switch (message, learners[index].phase) {
        case (.info(let peer, let accepted, let isObserver, let version), .connected):
            if let objection = Leading.objection(to: peer, accepted: accepted, version: version, server) {
                return drop(link, objection, &server)
            }
            let isVoter = server.membership.isVoter(peer) && !isObserver
            learners[index].introduce(as: peer, isVoter: isVoter, isObserver: isObserver)
            dropFormer(of: peer, but: link, &server)
            try yield(to: peer, accepted: accepted, server, at: nowMs)
            collectEpoch(accepted, from: peer, &server)
        case (.acknowledgeEpoch(let lastLogged, let currentEpoch), .informed):
            learners[index].promise(lastLogged: lastLogged)
            prove(learners[index], in: currentEpoch, &server)
        case (.acknowledge(let zxid), .synchronizing):
            // Some releases acknowledge proposals before NEWLEADER (quorum protocol 3.8).
            guard zxid.counter == 0 else { return }
            guard zxid.epoch == epoch else {
                return drop(link, "it acknowledged epoch \(zxid.epoch.rawValue)", &server)
            }
            learners[index].enter()
            if learners[index].isVoter { entered.insert(learners[index].peer) }
            open(&server, at: nowMs)
        case (.acknowledge(let zxid), .ready), (.acknowledge(let zxid), .serving):
            acknowledge(zxid, from: index, &server, at: nowMs)
        case (.alive, .ready), (.alive, .serving), (.alive, .synchronizing): return
        default: drop(link, "it said something out of turn", &server)
        }
    }

    /// A leader that was elected by an election that the others have not ended yet need not wait until its
    /// time is up: before an epoch is promised, an election may be taken back at no cost. A voter that asks
    /// for one who has failed is not listened to.
    private func doubt(
        _ notification: Notification, from peer: PeerID, _ server: borrowing ServerState, at nowMs: Int64
    ) throws(StepDown) {
        guard server.membership.isVoter(peer), notification.state != .observing else { return }
        guard phase == .collectingEpochs, notification.vote.leader != server.me,
            !server.failedLeaders.remembers(notification.vote.leader, at: nowMs)
        else { return }
        guard notification.state != .looking || notification.vote.isBetter(than: server.vote) else { return }
        throw StepDown(
            "server \(peer.rawValue) wants server \(notification.vote.leader.rawValue) to lead",
            isFailure: false)
    }

    /// A voter that has promised a later epoch, to a leader that came to nothing, can follow again only when
    /// there is a later one. Apache's leader leaves it out until somebody restarts a server (quorum protocol,
    /// trap 51); this one makes room, once the voter has come in vain for long enough to be no passing
    /// stranger.
    private mutating func yield(
        to peer: PeerID, accepted: Epoch, _ server: borrowing ServerState, at nowMs: Int64
    ) throws(StepDown) {
        guard case .broadcast(let epoch) = phase, server.membership.isVoter(peer), accepted > epoch else {
            overtakenSinceMs[peer] = nil
            return
        }
        let since = overtakenSinceMs[peer, default: nowMs]
        overtakenSinceMs[peer] = since
        guard nowMs - since >= server.timeouts.initMs else { return }
        throw StepDown(
            "server \(peer.rawValue) has promised epoch \(accepted.rawValue), and cannot follow in "
                + "\(epoch.rawValue)")
    }
}
