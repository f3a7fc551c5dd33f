internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Commits: what a quorum has on disk enters the tree, in order; then events, then answers, then the reads
/// that waited behind them.
extension Replica {
    mutating func commit(_ transaction: Transaction) {
        let asker = asker(of: transaction)
        if let asker { drainBeforeWrite(asker) }
        let closed = transaction.change.endsSession ? speaker(of: transaction.session) : nil
        let isAnotherTree = committed.apply(transaction, at: now, into: &applied)
        overlay.drop(through: transaction.zxid)
        statistics.commits += 1
        if isAnotherTree { warnOfAnotherTree(at: transaction.zxid) }
        fireWatches(by: transaction.zxid)
        if let asker { answer(transaction, on: asker) }
        if let closed, closed !== asker { end(closed) }
    }

    private mutating func warnOfAnotherTree(at zxid: Zxid) {
        effects.act(
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
    private func asker(of transaction: Transaction) -> Connection? {
        guard let connection = speaker(of: transaction.session) else { return nil }
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
        let head = takeFirst(of: connection)
        if case .error(ErrorCode.sessionMoved.rawValue) = transaction.change {
            return end(connection)
        }
        answerWrite(transaction, head, on: connection)
        note(head, on: connection, isUpdate: true)
        if head.isLast { return end(connection) }
        drain(connection)
    }

    /// Answers what waited behind a write, up to the next one that is still under way or until there is no
    /// room.
    mutating func drain(_ connection: Connection) {
        while let head = connection.waiting.first, isDue(head) {
            if isCrowded(connection) { return }
            answerFirst(of: connection)
        }
        takeUpHeld(connection)
    }

    /// Answers the reads that a client sent before its next write, room or not: that write is about to be
    /// applied, and they must not see it. There are at most `waitingReadsMax`.
    ///
    /// So is a synchronisation, whatever the leader says of it: a later write of the same client has come.
    private mutating func drainBeforeWrite(_ connection: Connection) {
        while let head = connection.waiting.first, !head.isWrite {
            answerFirst(of: connection)
        }
    }

    /// Whether a request waits for nothing but its turn.
    private func isDue(_ request: WaitingRequest) -> Bool {
        switch request.kind {
        case .write: false
        case .sync(_, let zxid): zxid.map { $0 <= committed.lastZxid } ?? false
        case .read, .failure, .fixed, .noToken: true
        }
    }

    private mutating func answerFirst(of connection: Connection) {
        let head = takeFirst(of: connection)
        switch head.kind {
        case .write:
            preconditionFailure("a write is answered by its commit")
        case .sync(let path, _):
            answerSync(head.xid, path, arrivalMs: head.arrivalMs, on: connection)
        case .read(let frame, let identities):
            connection.waitingReads -= 1
            let request = RequestFrame(waiting: head, frame: frame)
            answerRead(request, as: identities, on: connection)
        case .failure(let code):
            answerFailure(head, code, zxid: committed.lastZxid, on: connection)
        case .fixed(let zxid, let code):
            answerFailure(head, code, zxid: zxid, on: connection)
        case .noToken:
            effects.answer(connection) { buffer in
                buffer.writeReplyFrame(xid: head.xid, zxid: .zero, error: .ok) { $0.writeJuteBytes(nil) }
            }
            note(head, on: connection, isUpdate: false)
        }
    }

    /// Whether the client has so much to take already that its next requests must wait: a few bytes of
    /// requests can ask for gigabytes of answers.
    mutating func isCrowded(_ connection: Connection) -> Bool {
        if connection.isCrowded { return true }
        guard effects.outboxBytes(of: connection) > Replica.outboxBytesMax else { return false }
        connection.isCrowded = true
        effects.act(.awaitRoom(connection.id))
        pauseReading(connection)
        return true
    }

    /// There is room again: first what waited longest, then what came since.
    mutating func proceed(_ connection: Connection) {
        guard connection.isCrowded else { return }
        connection.isCrowded = false
        drain(connection)
    }

    /// Takes in what came while the client could not be answered, and reads on once nothing waits.
    mutating func takeUpHeld(_ connection: Connection) {
        guard connection.phase != .connecting, !connection.isFull else { return }
        let held = connection.held
        connection.held = ByteBuffer()
        if held.readableBytes > 0 { receive(held, on: connection) }
        guard !connection.isFull, connection.waiting.isEmpty || connection.isNext else { return }
        readOn(connection)
    }

    /// Above the limit, a connection that has something under way is not read until it is answered; one that
    /// has nothing may always ask one thing (client protocol 13.1).
    mutating func applyBackpressure(to connection: Connection) {
        guard zab.outstandingCount > settings.outstandingRequestsMax, !connection.waiting.isEmpty else {
            return
        }
        pauseReading(connection)
    }

    /// Counts an answer just written.
    mutating func note(_ request: WaitingRequest, on connection: Connection, isUpdate: Bool) {
        note(
            xid: request.xid, type: request.type, arrivalMs: request.arrivalMs, on: connection,
            isUpdate: isUpdate)
    }

    mutating func note(
        xid: Int32, type: Int32, arrivalMs: Int64, on connection: Connection, isUpdate: Bool = false
    ) {
        let tookMs = now.monotonicMs - arrivalMs
        statistics.sent += 1
        statistics.latency.add(tookMs)
        if isUpdate { statistics.updateLatency.add(tookMs) } else { statistics.readLatency.add(tookMs) }
        connection.statistics.sent += 1
        connection.statistics.latency.add(tookMs)
        connection.statistics.lastOperation = type
        connection.statistics.lastCxid = Int64(xid)
        connection.statistics.lastZxid = committed.lastZxid.rawValue
        connection.statistics.lastResponseMs = now.monotonicMs
    }

    mutating func count(receivedOn connection: Connection) {
        statistics.received += 1
        connection.statistics.received += 1
    }
}

extension Change {
    fileprivate var endsSession: Bool {
        guard case .closeSession = self else { return false }
        return true
    }
}
