internal import NIOCore
internal import Vocabulary
internal import Wire

/// Answers to requests whose turn has come: to all but writes, which their commits answer.
extension CommittedState {
    mutating func answer(
        _ request: WaitingRequest, on connection: Connection, at now: Instant,
        counting statistics: inout Statistics, into effects: inout Effects
    ) {
        switch request.kind {
        case .write:
            preconditionFailure("a write is answered by its commit")
        case .read(let frame, let identities):
            return answerRead(
                RequestFrame(waiting: request, frame: frame), as: identities, on: connection, at: now,
                counting: &statistics, into: &effects)
        case .sync(let path, _):
            return answerSync(
                request.xid, path, arrivalMs: request.arrivalMs, on: connection, at: now,
                counting: &statistics, into: &effects)
        case .failure(let code):
            effects.answer(connection) { $0.writeReply(xid: request.xid, zxid: lastZxid, error: code) }
        case .fixed(let zxid, let code):
            effects.answer(connection) { $0.writeReply(xid: request.xid, zxid: zxid, error: code) }
        case .token(let code, let token):
            effects.answer(connection) { buffer in
                buffer.writeReplyFrame(xid: request.xid, zxid: .zero, error: code) {
                    $0.writeJuteBytes(token)
                }
            }
        }
        statistics.recordAnswer(
            to: request, isUpdate: false, on: connection, applied: lastZxid, at: now)
        if request.isLast { effects.close(connection) }
    }

    mutating func answerSync(
        _ xid: Int32, _ path: ZnodePath?, arrivalMs: Int64, on connection: Connection, at now: Instant,
        counting statistics: inout Statistics, into effects: inout Effects
    ) {
        effects.answer(connection) { buffer in
            buffer.writeReplyFrame(xid: xid, zxid: lastZxid, error: .ok) { $0.writeJutePath(path) }
        }
        statistics.recordAnswer(
            xid: xid, type: OpCode.sync.rawValue, arrivalMs: arrivalMs, on: connection, applied: lastZxid,
            at: now)
    }
}
