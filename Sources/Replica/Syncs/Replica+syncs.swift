internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Synchronizations that clients ask for: what they wait for, by way of the leader if that is another.
extension Replica {
    /// Answered, in this client's order, once everything proposed so far is applied.
    ///
    /// - Returns: nil for one that is answered already, or not yet.
    mutating func synchronize(_ request: RequestFrame, on connection: Connection) -> DueAnswer? {
        guard let body = request.decode(PathRequest.init(decoding:)) else {
            return DueAnswer(kind: .failure(.marshallingError))
        }
        if isLeading, zab.history.last <= committed.lastZxid, connection.waiting.isEmpty {
            committed.answerSync(
                request.xid, body.path, arrivalMs: request.arrivalMs, on: connection, at: now,
                counting: &statistics, into: &effects)
        } else {
            clients.enqueue(
                .sync(body.path, through: askForSync(body.path, request.xid, of: connection)),
                request, on: connection)
        }
        return nil
    }

    /// - Returns: How far this node must have come; nil when the leader will say.
    mutating func askForSync(_ path: ZnodePath?, _ xid: Int32, of connection: Connection) -> Zxid? {
        switch service.servingRole {
        case .lead:
            syncs.wait(.client(connection.id), for: zab.history.last)
            return zab.history.last
        case .follow, .observe:
            syncs.recordQuestion(.client(connection.id))
            requestSync(path, xid: xid, of: connection)
            return nil
        case nil:
            return nil
        }
    }

    /// Asks the leader, in the name of a client.
    mutating func requestSync(_ path: ZnodePath?, xid: Int32, of connection: Connection) {
        var body = ByteBuffer()
        body.writeJutePath(path)
        forward(
            ForwardedRequest(session: connection.session, cxid: xid, type: OpCode.sync.rawValue, body: body),
            as: connection.identities)
    }
}
