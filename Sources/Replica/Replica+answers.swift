internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Znodes

/// Answers to writes, to `sync`, and to whatever failed.
extension Replica {
    /// Writes the answer to an applied write, from what the tree said it did (`spares.applied`).
    mutating func answerWrite(
        _ transaction: Transaction, _ request: WaitingRequest, on connection: Connection
    ) {
        let zxid = transaction.zxid
        if case .multi = transaction.change {
            return answerMulti(request.xid, zxid: zxid, on: connection)
        }
        guard let first = spares.applied.first, request.type != OpCode.closeSession.rawValue else {
            return effects.answer(connection) { $0.writeReply(xid: request.xid, zxid: zxid, error: .ok) }
        }
        switch (first.kind, first.stat) {
        case (.failed(let code), _):
            effects.answer(connection) { $0.writeReply(xid: request.xid, zxid: zxid, code: code) }
        case (.created(.create), _):
            effects.answer(connection) {
                $0.writeReply(xid: request.xid, zxid: zxid, path: first.path, stat: nil)
            }
        case (.created, let stat):
            effects.answer(connection) {
                $0.writeReply(xid: request.xid, zxid: zxid, path: first.path, stat: stat)
            }
        case (.dataChanged, let stat?), (.aclChanged, let stat?):
            effects.answer(connection) { $0.writeReply(xid: request.xid, zxid: zxid, stat: stat) }
        default:
            effects.answer(connection) { $0.writeReply(xid: request.xid, zxid: zxid, error: .ok) }
        }
    }

    private mutating func answerMulti(_ xid: Int32, zxid: Zxid, on connection: Connection) {
        let results = spares.applied.map(MultiResult.init)
        effects.answer(connection) { buffer in
            buffer.writeReplyFrame(xid: xid, zxid: zxid, error: .ok) {
                MultiResult.encode(results, into: &$0)
            }
        }
    }

    mutating func answerSync(
        _ xid: Int32, _ path: ZnodePath?, arrivalMs: Int64, on connection: Connection
    ) {
        let zxid = committed.lastZxid
        effects.answer(connection) { buffer in
            buffer.writeReplyFrame(xid: xid, zxid: zxid, error: .ok) { $0.writeJutePath(path) }
        }
        note(xid: xid, type: OpCode.sync.rawValue, arrivalMs: arrivalMs, on: connection)
    }

    // MARK: Failures

    mutating func answerFailure(
        _ request: WaitingRequest, _ code: ErrorCode, zxid: Zxid, on connection: Connection
    ) {
        effects.answer(connection) { $0.writeReply(xid: request.xid, zxid: zxid, error: code) }
        note(request, on: connection, isUpdate: false)
        if request.isLast { end(connection) }
    }

    /// An opcode that no client may send: said so, then closed, so that its caller gets an error and does not
    /// try for ever.
    mutating func refuseUnknown(_ request: RequestFrame, on connection: Connection) -> DueAnswer {
        complain("a client sent an unknown opcode; closed", of: connection, "opcode \(request.type)")
        return DueAnswer(kind: .fixed(zxid: Zxid(rawValue: -1), .unimplemented), isLast: true)
    }

    /// Says what a client did wrong, in words that are the same for all who do it.
    mutating func complain(_ kind: String, of connection: Connection, _ detail: String = "") {
        let session = connection.session == .none ? "no session" : "session \(connection.session)"
        effects.act(
            .complain(
                kind, from: connection.address, detail: detail.isEmpty ? session : "\(detail), \(session)"))
    }
}

extension MultiResult {
    fileprivate init(_ applied: Applied) {
        switch (applied.kind, applied.stat) {
        case (.created(.create), _): self = .create(path: applied.path)
        case (.created, let stat?): self = .create2(path: applied.path, stat: stat)
        case (.dataChanged, let stat?): self = .setData(stat)
        case (.deleted, _): self = .delete
        case (.failed(let code), _): self = .failed(code: code)
        default: self = .check
        }
    }
}
