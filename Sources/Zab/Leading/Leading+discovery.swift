internal import Vocabulary

/// Discovery and synchronization: one phase after the other, up to an open epoch (quorum protocol 3.3, steps
/// 1 to 12).
extension Leading {
    // MARK: Discovery

    /// A quorum's accepted epochs decide the new one: greater than any of them.
    mutating func collectEpoch(_ epoch: Epoch, from peer: PeerID, _ server: inout ServerState) {
        guard case .collectingEpochs = phase else { return inform(&server) }
        newestAccepted = max(newestAccepted, epoch)
        if server.membership.isVoter(peer) { accepted.insert(peer) }
        guard accepted.contains(server.me), isQuorum(accepted, server) else { return }
        let chosen = Epoch(rawValue: newestAccepted.rawValue + 1)
        phase = .acceptingEpoch(chosen)
        server.persistent.acceptedEpoch = chosen
        server.store(.acceptEpoch(chosen), then: .announceEpoch)
    }

    /// The leader's own promise is on its disk.
    mutating func beginProving(_ server: inout ServerState) {
        guard case .acceptingEpoch(let epoch) = phase else { return }
        phase = .confirmingEpoch(epoch)
        promised.insert(server.me)
        inform(&server)
        enterWhenPromised(&server)
    }

    /// LEADERINFO to all who wait for it, once the leader's own promise is kept.
    private mutating func inform(_ server: inout ServerState) {
        switch phase {
        case .collectingEpochs, .acceptingEpoch: return
        case .confirmingEpoch(let epoch), .synchronization(let epoch), .broadcast(let epoch):
            for index in learners.indices where learners[index].phase == .introduced {
                learners[index].inform(of: epoch, &server)
            }
        }
    }

    /// A learner's history must not be ahead of the leader's: it could hold what was committed and is not
    /// here. Where it is not, the learner's promise counts.
    mutating func prove(_ learner: Learner, in currentEpoch: Epoch?, _ server: inout ServerState) {
        guard case .confirmingEpoch = phase else { return synchronize(&server) }
        guard let currentEpoch else { return }
        let isAhead =
            currentEpoch > server.persistent.currentEpoch
            || currentEpoch == server.persistent.currentEpoch && learner.lastLogged > inherited
        if isAhead { return drop(learner.link, "its history is ahead of the leader's", &server) }
        if learner.isVoter, learner.lastLogged >= .zero { promised.insert(learner.peer) }
        enterWhenPromised(&server)
    }

    private mutating func enterWhenPromised(_ server: inout ServerState) {
        guard case .confirmingEpoch(let epoch) = phase, isQuorum(promised, server) else { return }
        phase = .synchronization(epoch)
        server.persistent.currentEpoch = epoch
        // Of one that was elected without a memory nobody has more; the disk forgets it with the same write.
        server.persistent.mustSynchronize = false
        server.store(.enterEpoch(epoch), then: .countMyselfForEpoch)
        synchronize(&server)
    }

    // MARK: Synchronization

    /// Sends the history to every learner that has promised and has not got it.
    private mutating func synchronize(_ server: inout ServerState) {
        let epoch: Epoch
        let end: Zxid
        switch phase {
        case .collectingEpochs, .acceptingEpoch, .confirmingEpoch: return
        case .synchronization(let running): (epoch, end) = (running, inherited)
        case .broadcast(let running): (epoch, end) = (running, server.history.committed)
        }
        for index in learners.indices where learners[index].phase == .promised {
            acknowledgements.forget(learners[index].peer)
            learners[index].synchronize(through: end, in: epoch, &server)
        }
    }

    /// Opens the epoch when a quorum has the history; brings up to date who is ready.
    mutating func open(_ server: inout ServerState, at nowMs: Int64) {
        if case .synchronization(let epoch) = phase {
            guard isQuorum(entered, server) else { return }
            phase = .broadcast(epoch)
            servingSinceMs = nowMs
            server.settle(in: epoch)
            server.deliver(through: inherited)
            server.lastProposed = Zxid(epoch: epoch, counter: 0)
            server.emit(.serve(.lead(epoch)))
        }
        guard isServing else { return }
        let ready = learners.filter { $0.phase == .ready }
        for index in learners.indices
        where learners[index].phase == .ready && learners[index].canCatchUp(from: server.history) {
            learners[index].catchUp(&server, at: nowMs)
        }
        for learner in ready where !learner.canCatchUp(from: server.history) {
            drop(learner.link, "too much was committed while it took the history", &server)
        }
    }

    private func isQuorum(_ peers: Set<PeerID>, _ server: borrowing ServerState) -> Bool {
        server.membership.quorum.isReached { peers.contains($0) }
    }
}
