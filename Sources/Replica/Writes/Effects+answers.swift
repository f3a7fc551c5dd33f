internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Znodes

/// Answers to writes, from what the tree said that they did.
extension Effects {
    mutating func answer(
        _ request: WaitingRequest, with transaction: Transaction, _ applied: [Applied],
        on connection: Connection
    ) {
        let zxid = transaction.zxid
        if case .multi = transaction.change {
            return answerMulti(request.xid, zxid: zxid, applied, on: connection)
        }
        guard let first = applied.first, request.type != OpCode.closeSession.rawValue else {
            return answer(connection) { $0.writeReply(xid: request.xid, zxid: zxid, error: .ok) }
        }
        switch (first.kind, first.stat) {
        case (.failed(let code), _):
            answer(connection) { $0.writeReply(xid: request.xid, zxid: zxid, code: code) }
        case (.created(.create), _):
            answer(connection) {
                $0.writeReply(xid: request.xid, zxid: zxid, path: first.path, stat: nil)
            }
        case (.created, let stat):
            answer(connection) {
                $0.writeReply(xid: request.xid, zxid: zxid, path: first.path, stat: stat)
            }
        case (.dataChanged, let stat?), (.aclChanged, let stat?):
            answer(connection) { $0.writeReply(xid: request.xid, zxid: zxid, stat: stat) }
        default:
            answer(connection) { $0.writeReply(xid: request.xid, zxid: zxid, error: .ok) }
        }
    }

    private mutating func answerMulti(
        _ xid: Int32, zxid: Zxid, _ applied: [Applied], on connection: Connection
    ) {
        let results = applied.map(MultiResult.init)
        answer(connection) { buffer in
            buffer.writeReplyFrame(xid: xid, zxid: zxid, error: .ok) {
                MultiResult.encode(results, into: &$0)
            }
        }
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
