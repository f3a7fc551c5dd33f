internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Starting: the node's own log, one transaction after the other, then serving.
extension Replica {
    mutating func replay(_ transaction: Transaction, at now: Instant) {
        precondition(!isServing, "the log is replayed before anybody is served")
        applied.removeAll(keepingCapacity: true)
        applyToSessions(transaction, at: now)
        tree.apply(transaction, into: &applied)
        noteDigest(of: transaction)
    }

    /// A log of a quorum of one is committed history: whatever is on this disk may be served.
    mutating func start(at now: Instant) {
        broadcast = Broadcast(quorum: broadcast.quorum, after: tree.lastZxid)
        sessions.touchAll(at: now)
        sweep.begin(at: now)
        isServing = true
    }

    mutating func applyToSessions(_ transaction: Transaction, at now: Instant) {
        switch transaction.change {
        case .createSession(let timeoutMs): sessions.add(transaction.session, timeoutMs: timeoutMs, at: now)
        case .closeSession: sessions.remove(transaction.session)
        default: break
        }
    }

    mutating func noteDigest(of transaction: Transaction) {
        digestHistory.note(transaction.zxid, digest: tree.digest)
        if let digest = transaction.digest, digest != tree.digest { statistics.digestMismatches += 1 }
    }
}
