internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire

/// Requests that wait for their turn among those of their client: each client is answered in its order.
extension Replica {
    mutating func wait(
        _ kind: WaitingRequest.Kind, _ request: RequestFrame, cxid: Int32 = 0, isLast: Bool = false,
        on connection: Connection
    ) {
        connection.waiting.append(
            WaitingRequest(
                kind: kind, xid: request.xid, cxid: cxid, type: request.type,
                arrivalMs: request.arrivalMs, bytes: Int32(request.range.count), isLast: isLast))
        connection.keptBytes += request.range.count
        intake.add(request.range.count)
    }

    /// Answers when the request's turn comes, which may be now.
    mutating func answerInTurn(
        _ kind: WaitingRequest.Kind, _ request: RequestFrame, isLast: Bool = false, on connection: Connection
    ) {
        wait(kind, request, isLast: isLast, on: connection)
        drain(connection)
    }

    /// Takes out the oldest request that waits.
    mutating func takeFirst(of connection: Connection) -> WaitingRequest {
        let first = connection.waiting.removeFirst()
        connection.keptBytes -= Int(first.bytes)
        intake.remove(Int(first.bytes))
        return first
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
    mutating func drainBeforeWrite(_ connection: Connection) {
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
}
