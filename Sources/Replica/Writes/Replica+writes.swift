internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Writes of this node's clients: proposed here or sent to the leader, answered when applied.
extension Replica {
    /// - Returns: The answer to what takes no place in the order; nil for what waits for its own.
    mutating func handleWrite(
        _ request: RequestFrame, _ code: OpCode, on connection: Connection
    ) -> DueAnswer? {
        guard let write = WriteRequest(request, code) else {
            return DueAnswer(kind: .failure(.marshallingError))
        }
        if !isLeading,
            write.isUnreadable || !write.fits(settings.recordBytesMax, for: connection.identities)
        {
            // One of Apache's leaders would answer a multi that does not parse with a zxid that is taken
            // (quorum protocol 4.2), and would propose what its followers do not take.
            return DueAnswer(kind: .failure(.marshallingError))
        }
        let isLast = code == .closeSession
        let cxid = clients.cxid(of: request, on: connection)
        if settings.membership == nil {
            submit(write, request, cxid: cxid, of: connection)
            clients.enqueue(.write(nil), request, cxid: cxid, isLast: isLast, on: connection)
        } else {
            let frame = request.copy()
            submit(write, request.moved(to: frame), cxid: cxid, of: connection)
            clients.enqueue(.write(frame), request, cxid: cxid, isLast: isLast, on: connection)
        }
        if isLast { connection.phase = .ending }
        return nil
    }

    /// Brings a write into the order, by way of the leader if that is another; without a leader it waits for
    /// one.
    private mutating func submit(
        _ write: WriteRequest, _ request: RequestFrame, cxid: Int32, of connection: Connection
    ) {
        switch service.servingRole {
        case .lead:
            propose(
                write, by: Requester(session: connection.session, identities: connection.identities),
                cxid: cxid)
        case .follow, .observe:
            forward(
                ForwardedRequest(
                    session: connection.session, cxid: cxid, type: request.type, body: request.body),
                as: connection.identities)
        case nil:
            break
        }
    }

    /// The same for a write that an earlier leader was given: its transaction is not in the history.
    ///
    /// - Returns: False where its client has proven so much more since that it does not fit any longer.
    mutating func submitAgain(
        _ frame: ByteBuffer, _ waiting: WaitingRequest, of connection: Connection
    ) -> Bool {
        let request = RequestFrame(waiting: waiting, frame: frame)
        guard let code = OpCode(rawValue: waiting.type), let write = WriteRequest(request, code) else {
            preconditionFailure("what was taken in has been read before")
        }
        guard isLeading || write.fits(settings.recordBytesMax, for: connection.identities) else {
            return false
        }
        submit(write, request, cxid: waiting.cxid, of: connection)
        return true
    }

    mutating func forward(_ request: ForwardedRequest, as identities: [Identity]) {
        let packet = QuorumPacket(
            .request, zxid: Zxid(rawValue: -1), data: request.encoded,
            identities: identities.map { QuorumPacket.Identity(scheme: $0.scheme, id: $0.id) })
        effects.perform(.link(.toLeader(packet)))
    }
}

/// The leader's proposals, checked against everything ahead of them.
extension Replica {
    package var isLeading: Bool {
        guard case .lead = service.servingRole else { return false }
        return true
    }

    mutating func propose(_ write: WriteRequest, by requester: Requester, cxid: Int32) {
        switch write {
        case .operation(let operation):
            propose(operation, by: requester, cxid: cxid)
        case .closeSession:
            close(requester.session, cxid: cxid)
        case .createSession(let timeoutMs):
            propose(
                .createSession(timeoutMs: timeoutMs), session: requester.session, cxid: cxid,
                digest: overlay.digest(over: committed.tree))
        case .reconfig(let request):
            let code = refusal(of: request, by: requester)
            propose(failure: code, session: requester.session, cxid: cxid)
        case .unreadableMulti:
            propose(failure: .marshallingError, session: requester.session, cxid: cxid)
        }
    }

    mutating func propose(_ operation: Operation, by requester: Requester, cxid: Int32) {
        guard operation.fits(settings.recordBytesMax, for: requester.identities) else {
            return propose(failure: .marshallingError, session: requester.session, cxid: cxid)
        }
        do throws(ErrorCode) {
            let (change, digest) = try overlay.prepare(
                operation, for: requester, as: zab.lastProposed.next, timeMs: now.wallMs,
                over: committed.tree,
                rules: settings.rules)
            propose(change, session: requester.session, cxid: cxid, digest: digest)
        } catch {
            propose(failure: error, session: requester.session, cxid: cxid)
        }
    }

    /// A failed check is proposed too, as an error: it has its place in the order, and learners answer by it.
    mutating func propose(failure code: ErrorCode, session: SessionID, cxid: Int32) {
        propose(.error(code: code.rawValue), session: session, cxid: cxid, digest: nil)
    }

    /// - Returns: How many ephemerals go with it.
    @discardableResult
    mutating func close(_ session: SessionID, cxid: Int32) -> Int {
        let (change, digest) = overlay.prepareClose(
            of: session, as: zab.lastProposed.next, over: committed.tree)
        committed.sessions.beginClosing(session)
        propose(change.listing(within: settings.recordBytesMax), session: session, cxid: cxid, digest: digest)
        guard case .closeSession(let paths) = change else { return 0 }
        return paths.count
    }

    /// Gives a change the next place in the order, and sends it to the log and to those who vote.
    private mutating func propose(_ change: Change, session: SessionID, cxid: Int32, digest: UInt64?) {
        let transaction = Transaction(
            session: session, cxid: cxid, zxid: zab.lastProposed.next, timeMs: now.wallMs, change: change,
            digest: digest)
        var bytes = ByteBuffer()
        transaction.encode(into: &bytes)
        statistics.recordProposal(bytes: bytes.readableBytes)
        statistics.quorum.recordProposal(transaction.zxid, at: now)
        // A leader that steps down at this very moment leaves the write to the next one.
        if zab.propose(bytes, as: transaction.zxid, at: now.monotonicMs) {
            pendingTransactions.add(transaction)
        }
    }
}
