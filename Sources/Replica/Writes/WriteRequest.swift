internal import Vocabulary
internal import Wire
internal import Znodes

/// A change that a client asks for.
enum WriteRequest {
    case operation(Operation)
    case closeSession
    case createSession(timeoutMs: Int32)
    case reconfig(ReconfigRequest)
    /// A multi that does not parse takes a place in the order, as in Apache; no other unreadable write does,
    /// and no multi that only lacks an ACL.
    case unreadableMulti

    var isUnreadable: Bool {
        guard case .unreadableMulti = self else { return false }
        return true
    }

    /// - Returns: nil for what does not parse and takes no place in the order.
    init?(_ request: RequestFrame, _ code: OpCode) {
        switch code {
        case .closeSession: self = .closeSession
        case .reconfig:
            guard let record = request.decode(ReconfigRequest.init(decoding:)) else { return nil }
            self = .reconfig(record)
        default:
            if let operation = Operation(request, code) {
                self = .operation(operation)
            } else if code == .multi, request.failure(of: MultiRequest.init(decoding:)) != .unexpectedNull {
                self = .unreadableMulti
            } else {
                return nil
            }
        }
    }
}
