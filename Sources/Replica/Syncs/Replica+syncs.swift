internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Synchronisations: what they wait for, by way of the leader if that is another, and their answers.
extension Replica {
    /// Answered, in this client's order, once everything proposed so far is applied.
    mutating func synchronise(_ request: RequestFrame, on connection: Connection) {
        guard let body = request.decode(PathRequest.init(decoding:)) else {
            return answerInTurn(.failure(.marshallingError), request, on: connection)
        }
        if isLeading, zab.history.last <= committed.lastZxid, connection.waiting.isEmpty {
            answerSync(request.xid, body.path, arrivalMs: request.arrivalMs, on: connection)
        } else {
            wait(
                .sync(body.path, through: askForSync(body.path, request.xid, of: connection)),
                request, on: connection)
        }
    }

    /// - Returns: How far this node must have come; nil when the leader will say.
    mutating func askForSync(_ path: ZnodePath?, _ xid: Int32, of connection: Connection) -> Zxid? {
        switch service.duty {
        case .lead:
            syncs.wait(.client(connection.id), for: zab.history.last)
            return zab.history.last
        case .follow, .observe:
            syncs.noteQuestion(.client(connection.id))
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

    /// The leader's answers to syncs come in the order of the questions (quorum protocol 4.7).
    mutating func finishSync() {
        switch syncs.takeQuestion() {
        case .client(let id): if let connection = connections[id] { finishSync(of: connection) }
        case .node: if let duty = service.next { serve(duty) }
        case nil: break
        }
    }

    private mutating func finishSync(of connection: Connection) {
        let first = connection.waiting.firstIndex { waiting in
            guard case .sync(_, nil) = waiting.kind else { return false }
            return true
        }
        guard let first, case .sync(let path, _) = connection.waiting[first].kind else { return }
        connection.waiting[first].kind = .sync(path, through: committed.lastZxid)
        drain(connection)
    }

    /// Goes on with those who waited for what is applied now.
    mutating func releaseBarriers() {
        while let waiting = syncs.takeReached(committed.lastZxid) {
            switch waiting {
            case .client(let id): if let connection = connections[id] { drain(connection) }
            case .learner(let link): answerSync(of: link)
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

    /// What a learner asked for is in the tree, and was sent to it before this.
    private mutating func answerSync(of link: LinkID) {
        effects.act(.peer(.toLearner(link, QuorumPacket(.sync, zxid: .zero))))
    }
}
