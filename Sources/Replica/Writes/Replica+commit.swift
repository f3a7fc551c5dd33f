internal import DequeModule
internal import Vocabulary
internal import Znodes

/// Commits: what a quorum has on disk enters the tree, in order; then events, then answers, then the reads
/// that waited behind them.
extension Replica {
    mutating func commit(_ transaction: Transaction) {
        var writer = writer(of: transaction)
        if let connection = writer, endIfOutOfTouch(connection) { writer = nil }
        if let writer { answerBeforeWrite(writer) }
        let closed = transaction.change.endsSession ? connectionSpeaking(for: transaction.session) : nil
        let prepared = overlay.drop(through: transaction.zxid)
        let isAnotherTree = committed.apply(transaction, as: prepared, at: now)
        statistics.commits += 1
        statistics.quorum.recordCommit(transaction.zxid, at: now)
        if isAnotherTree { warnOfAnotherTree(at: transaction.zxid) }
        for event in committed.fireWatches() {
            clients.deliver(
                event, at: transaction.zxid, access: settings.rules.access,
                largeAudience: settings.largeAudience, counting: &statistics, into: &effects)
        }
        if let writer { answer(transaction, on: writer) }
        if let closed, closed !== writer { effects.close(closed) }
    }

    private mutating func warnOfAnotherTree(at zxid: Zxid) {
        effects.perform(
            .warn(
                "since \(zxid) the tree here is not the one that its leader had: compare what `hash` answers "
                    + "on every server; if one stands alone and all other voters are up, stop that one, "
                    + "move its folder aside and start it with an empty one, so that it copies the tree "
                    + "from its leader"
            ))
    }

    /// The connection of this node whose oldest unanswered write this is: what it sent came into the order as
    /// it was sent, whoever leads (quorum protocol 4.6).
    ///
    /// Writes of an earlier connection of the session, or of another server that speaks or spoke for it,
    /// have other numbers (`ResumedCxids`). The end of a session that ran out has number 0 and is no answer.
    private func writer(of transaction: Transaction) -> Connection? {
        guard let connection = connectionSpeaking(for: transaction.session) else { return nil }
        if connection.phase == .connecting {
            guard case .createSession = transaction.change else { return nil }
            return connection
        }
        guard let first = connection.waiting.first(where: { $0.isWrite }), first.cxid == transaction.cxid,
            first.isLast || !transaction.change.endsSession
        else { return nil }
        return connection
    }

    private mutating func answer(_ transaction: Transaction, on connection: Connection) {
        if connection.phase == .connecting { return welcome(connection) }
        let head = clients.takeFirst(of: connection)
        if case .error(ErrorCode.sessionMoved.rawValue) = transaction.change {
            return effects.close(connection)
        }
        effects.answer(head, with: transaction, committed.applied, on: connection)
        statistics.recordAnswer(
            to: head, isUpdate: true, on: connection, applied: committed.lastZxid, at: now)
        if head.isLast { return effects.close(connection) }
        answerDue(connection)
    }
}

extension Change {
    fileprivate var endsSession: Bool {
        guard case .closeSession = self else { return false }
        return true
    }
}
