internal import Vocabulary

/// Broadcast: proposals out, acknowledgements in, commits in order (quorum protocol 4.4, 4.5).
extension Leading {
    /// Sends what takes the next place in the order to the log and to those who vote.
    mutating func propose(
        _ entry: Entry, _ server: inout ServerState, at nowMs: Int64
    ) throws(StepDown) {
        guard isServing else { return }
        guard server.lastProposed.counter < UInt32.max else { throw Leading.isFull(server) }
        precondition(entry.zxid == server.lastProposed.next, "\(entry.zxid) is not the next place")
        server.lastProposed = entry.zxid
        server.log(entry, isAcknowledged: true)
        for index in learners.indices where learners[index].isServing && !learners[index].isObserver {
            learners[index].propose(entry, &server, at: nowMs)
        }
    }

    mutating func acknowledge(
        _ zxid: Zxid, from index: Int, _ server: inout ServerState, at nowMs: Int64
    ) {
        // The acknowledgement of UPTODATE, and late ones.
        guard zxid.counter != 0, zxid > learners[index].acknowledged else { return }
        guard zxid <= server.lastProposed else {
            return drop(learners[index].link, "it acknowledged \(zxid), which was not proposed", &server)
        }
        learners[index].acknowledge(zxid, at: nowMs)
        guard learners[index].isVoter else { return }
        acknowledgements.record(zxid, from: learners[index].peer)
        // Of three acknowledgements two decide; the third tells nothing new.
        if zxid > server.history.committed { commitDecided(&server) }
    }

    mutating func commitDecided(_ server: inout ServerState) {
        guard isServing else { return }
        let decided = min(acknowledgements.decided(by: server.membership.quorum), server.history.last)
        guard decided > server.history.committed else { return }
        if !learners.isEmpty { announce(through: decided, &server) }
        server.deliver(through: decided)
    }

    private mutating func announce(through decided: Zxid, _ server: inout ServerState) {
        for entry in server.history.uncommitted(through: decided) {
            for index in learners.indices where learners[index].isServing {
                learners[index].commit(entry, &server)
            }
        }
    }

    // MARK: Learners that come and go

    mutating func drop(_ link: LinkID, _ reason: String, _ server: inout ServerState) {
        learners.removeAll { $0.link == link }
        server.emit(.drop(link, reason))
    }

    /// A learner that dials again has given up its former link, whatever the network says of it.
    mutating func dropFormer(of peer: PeerID, but link: LinkID, _ server: inout ServerState) {
        for former in learners where former.peer == peer && former.link != link {
            drop(former.link, "the same server has dialed again", &server)
        }
    }

    // MARK: Time

    mutating func tick(_ server: inout ServerState, at nowMs: Int64) throws(StepDown) {
        if isNearlyFull(server) { throw Leading.isFull(server) }
        try server.requireDisk(at: nowMs)
        for learner in learners {
            guard let absence = learner.absence(server.timeouts, at: nowMs) else { continue }
            drop(learner.link, absence, &server)
        }
        if nowMs >= deadlineMs(server.timeouts) { throw StepDown("no quorum followed in time") }
        guard nowMs >= pingsAtMs else { return }
        pingsAtMs = nowMs + server.timeouts.tickMs / 2
        for learner in learners where learner.isServing || learner.phase == .ready {
            server.emit(.toLearner(learner.link, .ping(server.lastProposed)))
        }
        try requireQuorum(server)
    }

    /// A leader without a quorum stops: others may have elected another.
    private func requireQuorum(_ server: borrowing ServerState) throws(StepDown) {
        guard isServing else { return }
        guard isFollowed(by: server.membership.quorum, server) else {
            throw StepDown("fewer than a quorum follow")
        }
    }

    /// Whether a quorum by `quorum` follows and has the history. Observers do not count, whatever they would
    /// be by another configuration: they acknowledge nothing.
    func isFollowed(by quorum: Quorum, _ server: borrowing ServerState) -> Bool {
        let me = server.me
        return quorum.isReached { peer in
            peer == me || learners.contains { $0.peer == peer && $0.isServing && !$0.isObserver }
        }
    }

    /// The last time at which each of a quorum is known to have followed; nil while none does.
    func quorumHeardMs(_ server: borrowing ServerState, at nowMs: Int64) -> Int64? {
        var following: Set<PeerID> = [server.me]
        if server.membership.quorum.isReached(by: following.contains) { return nowMs }
        let followers = learners.filter { $0.isVoter && $0.isServing }
        for learner in followers.sorted(by: { $0.heardMs > $1.heardMs }) {
            following.insert(learner.peer)
            if server.membership.quorum.isReached(by: following.contains) { return learner.heardMs }
        }
        return nil
    }

    // MARK: An epoch without places

    /// Whether the counter of the epoch that runs is about to end: a reign ends before it does
    /// (ZOOKEEPER-1277).
    func isNearlyFull(_ server: borrowing ServerState) -> Bool {
        isServing && server.lastProposed.counter > UInt32.max - Peer.countersSpared
    }

    private static func isFull(_ server: borrowing ServerState) -> StepDown {
        StepDown("epoch \(server.lastProposed.epoch.rawValue) is full")
    }
}
