internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Starting: the node's own log, one transaction after the other, then the others.
extension Replica {
    mutating func replay(_ transaction: Transaction, _ bytes: ByteBuffer, isCommitted: Bool) {
        precondition(!isServing, "the log is replayed before anybody is served")
        let entry = Entry(transaction.zxid, bytes)
        // What the snapshot has is committed, and remembered only for learners that are behind.
        if transaction.zxid <= committed.lastZxid { return recovered.replay(entry, isCommitted: true) }
        recovered.replay(entry, isCommitted: isCommitted)
        guard isCommitted else { return ahead.add(transaction) }
        committed.apply(transaction, at: now, into: &applied)
    }

    mutating func start(_ acceptedEpoch: Epoch, _ currentEpoch: Epoch, _ mustSynchronize: Bool) {
        let history = recovered
        recovered = History(after: .zero, [], committed: .zero)
        leaderlessSinceMs = now.monotonicMs
        if let membership = settings.membership {
            zab = Peer(
                settings.peer, in: membership, patience: settings.patience,
                standing: Standing(
                    acceptedEpoch: acceptedEpoch, currentEpoch: currentEpoch, lastLogged: history.last,
                    mustSynchronize: mustSynchronize),
                history: history)
            zab.step(.ticked, at: now.monotonicMs)
        } else {
            zab = Peer(
                alone: settings.peer, patience: settings.patience, epoch: history.last.epoch, history: history
            )
        }
    }
}
