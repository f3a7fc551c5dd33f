internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Writes: checked against everything ahead of them, proposed, answered when applied.
extension Replica {
    mutating func proposeWrite(
        _ request: RequestFrame, _ code: OpCode, on id: ConnectionID, at now: Instant,
        into effects: inout Effects
    ) {
        guard let connection = connections[id] else { return }
        guard code != .reconfig else {
            return proposeReconfig(request, on: id, at: now, into: &effects)
        }
        guard let operation = Operation(request, code) else {
            if code == .multi, request.failure(of: MultiRequest.init(decoding:)) != .unexpectedNull {
                return proposeUnreadable(request, on: id, at: now, into: &effects)
            }
            return wait(.failure(.marshallingError), request, on: id, at: now, into: &effects)
        }
        let requester = Requester(session: connection.session, identities: connection.identities)
        proposeOperation(
            operation, for: requester, cxid: request.xid, type: request.type, origin: id, at: now,
            into: &effects)
        wait(.write(broadcast.lastProposed), request, on: id)
    }

    /// A failed check is proposed too, as an error: it has its place in the order, and learners answer by it.
    mutating func proposeOperation(
        _ operation: Operation, for requester: Requester, cxid: Int32, type: Int32, origin: ConnectionID?,
        at now: Instant, into effects: inout Effects
    ) {
        do throws(ErrorCode) {
            let (change, digest) = try overlay.prepare(
                operation, for: requester, as: broadcast.lastProposed.next, timeMs: now.wallMs, over: tree,
                rules: settings.rules)
            propose(
                change, session: requester.session, cxid: cxid, origin: origin, type: type, digest: digest,
                at: now,
                into: &effects)
        } catch {
            propose(
                .error(code: error.rawValue), session: requester.session, cxid: cxid, origin: origin,
                type: type,
                digest: nil, at: now, into: &effects)
        }
    }

    /// A multi that does not parse takes a place in the order, as in Apache; no other unreadable write does,
    /// and no multi that only lacks an ACL.
    private mutating func proposeUnreadable(
        _ request: RequestFrame, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        guard let session = connections[id]?.session else { return }
        propose(
            .error(code: ErrorCode.marshallingError.rawValue), session: session, cxid: request.xid,
            origin: id,
            type: request.type, digest: nil, at: now, into: &effects)
        wait(.write(broadcast.lastProposed), request, on: id)
    }

    /// Reconfiguration needs an ensemble: refused with the code Apache gives a server that has none.
    private mutating func proposeReconfig(
        _ request: RequestFrame, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        guard request.decode(ReconfigRequest.init(decoding:)) != nil, let session = connections[id]?.session
        else {
            return wait(.failure(.marshallingError), request, on: id, at: now, into: &effects)
        }
        let code = settings.isReconfigEnabled ? ErrorCode.unimplemented : .reconfigDisabled
        propose(
            .error(code: code.rawValue), session: session, cxid: request.xid, origin: id, type: request.type,
            digest: nil, at: now, into: &effects)
        wait(.write(broadcast.lastProposed), request, on: id)
    }

    /// The last request of a session: whatever its client sends behind it is not heard.
    mutating func proposeClose(
        _ request: RequestFrame, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        guard let session = connections[id]?.session else { return }
        close(session, cxid: request.xid, origin: id, at: now, into: &effects)
        wait(.write(broadcast.lastProposed), request, isLast: true, on: id)
        connections.update(id) { $0.phase = .ending }
    }

    mutating func close(
        _ session: SessionID, cxid: Int32, origin: ConnectionID?, at now: Instant, into effects: inout Effects
    ) {
        let (change, digest) = overlay.prepareClose(of: session, as: broadcast.lastProposed.next, over: tree)
        sessions[session]?.isClosing = true
        propose(
            change, session: session, cxid: cxid, origin: origin, type: OpCode.closeSession.rawValue,
            digest: digest, at: now, into: &effects)
    }

    /// Gives a change the next place in the order, and sends it to the log.
    mutating func propose(
        _ change: Change, session: SessionID, cxid: Int32, origin: ConnectionID?, type: Int32,
        digest: UInt64?,
        at now: Instant, into effects: inout Effects
    ) {
        let transaction = Transaction(
            session: session, cxid: cxid, zxid: broadcast.lastProposed.next, timeMs: now.wallMs,
            change: change,
            digest: digest)
        let start = effects.appendedBytes.writerIndex
        effects.append(
            zxid: transaction.zxid, timeMs: now.wallMs, session: session, cxid: cxid, type: change.type,
            path: change.path
        ) { transaction.encode(into: &$0) }
        statistics.noteProposal(bytes: effects.appendedBytes.writerIndex - start)
        broadcast.propose(
            Proposal(transaction: transaction, origin: origin, type: type, arrivalMs: now.monotonicMs),
            as: transaction.zxid)
    }
}
