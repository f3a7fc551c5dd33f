package import NIOCore
package import Vocabulary

/// Broadcast: proposals out, acknowledgements in, commits in order (quorum protocol 4.4, 4.5).
extension Peer {
    /// Takes the next place in the order for `body`, sends it to the log and to those who vote.
    ///
    /// - Returns: The place; nil when this node does not lead, or gives up leading because its epoch has no
    ///   place left (ZOOKEEPER-1277).
    package mutating func propose(_ body: ByteBuffer, at nowMs: Int64) -> Zxid? {
        guard canPropose else { return nil }
        guard lastProposed.counter < UInt32.max else {
            abandon(Abandonment("epoch \(lastProposed.epoch.rawValue) is full"), at: nowMs)
            return nil
        }
        let entry = Entry(lastProposed.next, body)
        lastProposed = entry.zxid
        log(entry, isAcknowledged: true)
        if hasLearners { proposeToLearners(entry, at: nowMs) }
        return entry.zxid
    }

    private var hasLearners: Bool {
        guard case .leading(let leading) = role else { return false }
        return !leading.learners.isEmpty
    }

    private mutating func proposeToLearners(_ entry: Entry, at nowMs: Int64) {
        guard var leading = takeLeading() else { return }
        for index in leading.learners.indices
        where leading.learners[index].phase == .serving && !leading.learners[index].isObserver {
            propose(entry, to: &leading.learners[index], at: nowMs)
        }
        role = .leading(leading)
    }

    /// Ends this reign before its counter does (ZOOKEEPER-1277): the next epoch's begins at 1. To be asked
    /// before a turn in which no more than `countersSpared` places are taken.
    package mutating func stepDownIfFull(at nowMs: Int64) {
        guard lastProposed.counter > UInt32.max - Peer.countersSpared, canPropose else { return }
        abandon(Abandonment("epoch \(lastProposed.epoch.rawValue) is full"), at: nowMs)
        step(.ticked, at: nowMs)
    }

    package static var countersSpared: UInt32 { 1 << 20 }

    private var canPropose: Bool {
        guard case .leading(let leading) = role else { return false }
        return leading.isServing
    }

    private mutating func propose(_ entry: Entry, to learner: inout Learner, at nowMs: Int64) {
        act(.toLearner(learner.link, .proposal(entry)))
        learner.sent = entry.zxid
        if learner.owed == nil { learner.owed = (entry.zxid, nowMs) }
    }

    mutating func acknowledge(
        _ zxid: Zxid, from index: Int, _ leading: inout Leading, at nowMs: Int64
    ) {
        // The acknowledgement of UPTODATE, and late ones.
        guard zxid.counter != 0, zxid > leading.learners[index].acknowledged else { return }
        guard zxid <= lastProposed else {
            return drop(
                leading.learners[index].link, "it acknowledged \(zxid), which was not proposed", &leading)
        }
        leading.learners[index].acknowledged = zxid
        if let owed = leading.learners[index].owed, zxid >= owed.through {
            let sent = leading.learners[index].sent
            leading.learners[index].owed = zxid >= sent ? nil : (sent, nowMs)
        }
        guard leading.learners[index].isVoter else { return }
        leading.broadcast.note(zxid, from: leading.learners[index].peer)
        // Of three acknowledgements two decide; the third tells nothing new.
        if zxid > history.committed { commitDecided(&leading) }
    }

    mutating func commitDecided(_ leading: inout Leading) {
        guard leading.isServing else { return }
        let decided = min(leading.broadcast.decided(by: membership.quorum), history.last)
        guard decided > history.committed else { return }
        if !leading.learners.isEmpty { announce(through: decided, &leading) }
        deliver(through: decided)
    }

    private mutating func announce(through decided: Zxid, _ leading: inout Leading) {
        for entry in history.uncommitted(through: decided) {
            for index in leading.learners.indices where leading.learners[index].phase == .serving {
                let learner = leading.learners[index]
                act(.toLearner(learner.link, learner.isObserver ? .inform(entry) : .commit(entry.zxid)))
                if learner.isObserver { leading.learners[index].sent = entry.zxid }
            }
        }
    }

    /// What was committed and proposed since the learner got its history, behind its UPTODATE.
    mutating func catchUp(_ learner: inout Learner, at nowMs: Int64) {
        for entry in history.entries(after: learner.sent, through: history.committed) {
            if learner.isObserver {
                act(.toLearner(learner.link, .inform(entry)))
                learner.sent = entry.zxid
            } else {
                propose(entry, to: &learner, at: nowMs)
                act(.toLearner(learner.link, .commit(entry.zxid)))
            }
        }
        if learner.isObserver { return }
        for entry in history.entries(after: history.committed, through: history.last) {
            propose(entry, to: &learner, at: nowMs)
        }
    }

    // MARK: Learners that come and go

    mutating func drop(_ link: LinkID, _ reason: String, _ leading: inout Leading) {
        leading.learners.removeAll { $0.link == link }
        act(.drop(link, reason))
    }

    /// A learner that dials again has given up its former link, whatever the network says of it.
    mutating func dropFormer(of peer: PeerID, but link: LinkID, _ leading: inout Leading) {
        for former in leading.learners where former.peer == peer && former.link != link {
            drop(former.link, "the same server has dialled again", &leading)
        }
    }

    // MARK: Time

    mutating func tick(_ leading: inout Leading, at nowMs: Int64) throws(Abandonment) {
        for learner in leading.learners {
            if nowMs >= learner.deadlineMs {
                drop(learner.link, "nothing was heard of it in time", &leading)
            } else if let owed = learner.owed, nowMs >= owed.sinceMs + patience.syncMs {
                drop(learner.link, "it did not acknowledge \(owed.through) in time", &leading)
            }
        }
        if nowMs >= leading.deadlineMs(patience) {
            throw Abandonment("no quorum followed in time")
        }
        guard nowMs >= leading.pingsAtMs else { return }
        leading.pingsAtMs = nowMs + patience.tickMs / 2
        for learner in leading.learners where learner.phase == .serving || learner.phase == .ready {
            act(.toLearner(learner.link, .ping(lastProposed)))
        }
        try requireQuorum(leading)
    }

    /// A leader without a quorum stops: others may have elected another.
    func requireQuorum(_ leading: Leading) throws(Abandonment) {
        guard leading.isServing else { return }
        let isFollowed = membership.quorum.isReached { peer in
            peer == me || leading.learners.contains { $0.peer == peer && $0.isVoter && $0.phase == .serving }
        }
        guard isFollowed else { throw Abandonment("fewer than a quorum follow") }
    }
}
