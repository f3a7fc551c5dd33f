internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Messages from the other servers: Zab's go to Zab, the others are answered here.
extension Replica {
    mutating func handle(_ event: LinkEvent) {
        switch event {
        case .notified(let notification, let peer):
            zab.step(.notified(notification, by: peer), at: now.monotonicMs)
        case .reachable(let peer, let isUp): zab.step(.reachable(peer, isUp), at: now.monotonicMs)
        case .leaderLinkUp: zab.step(.leaderLinkUp, at: now.monotonicMs)
        case .leaderLinkDown: zab.step(.leaderLinkDown(), at: now.monotonicMs)
        case .snapshotUnreadable(let why):
            zab.step(.leaderLinkDown("the leader's snapshot cannot be read: \(why)"), at: now.monotonicMs)
        case .learnerLinkUp(let link): zab.step(.learnerLinkUp(link), at: now.monotonicMs)
        case .learnerLinkDown(let link): zab.step(.learnerLinkDown(link), at: now.monotonicMs)
        case .fromLeader(let packet):
            do throws(DecodingError) {
                try receiveFromLeader(packet)
            } catch {
                zab.step(
                    .leaderLinkDown("the leader sent what cannot be read (\(packet.kind): \(error))"),
                    at: now.monotonicMs)
            }
        case .fromLearner(let packet, let link):
            do throws(DecodingError) {
                try receiveFromLearner(packet, on: link)
            } catch {
                zab.step(.learnerLinkDown(link), at: now.monotonicMs)
                effects.perform(.link(.drop(link, "it sent what cannot be read (\(packet.kind): \(error))")))
            }
        }
    }

    // MARK: From the leader

    private mutating func receiveFromLeader(_ packet: QuorumPacket) throws(DecodingError) {
        switch packet.kind {
        case .sync: finishSync()
        case .revalidate:
            guard let data = packet.data else { throw .unexpectedNull }
            let (session, isValid) = try Revalidation.answer(decoding: data)
            if session == .none { return confirmReports() }
            settleReturns(of: session, isValid: isValid)
        default:
            guard let message = try packet.leaderMessage() else {
                throw .unexpectedType(packet.kind.rawValue)
            }
            if case .snapshot = message { incoming.forget() }
            if case .proposal(let entry) = message { try addPending(entry) }
            if case .inform(let entry) = message { try addPending(entry) }
            zab.step(.fromLeader(message), at: now.monotonicMs)
        }
    }

    /// The leader's answer about a session. Two clients that show the same session get the same answer; the
    /// later one keeps it.
    private mutating func settleReturns(of session: SessionID, isValid: Bool) {
        for connection in clients.takeReturning(to: session) where connection.phase == .connecting {
            if settleReturn(of: connection, isValid: isValid) { welcome(connection) }
        }
    }

    /// The leader's answers to syncs come in the order of the questions (quorum protocol 4.7).
    private mutating func finishSync() {
        switch syncs.takeQuestion() {
        case .client(let id): if let connection = clients[id] { finishSync(of: connection) }
        case .node: if let servingRole = service.next { beginServing(as: servingRole) }
        case nil: break
        }
    }

    /// A transaction that does not decode, or says another place than the packet around it, goes no further.
    private mutating func addPending(_ entry: Entry) throws(DecodingError) {
        let transaction = try Transaction(decoding: entry.body.readableBytesSpan)
        guard transaction.zxid == entry.zxid else { throw .unexpectedType(transaction.cxid) }
        pendingTransactions.add(transaction)
    }

    // MARK: From a learner

    private mutating func receiveFromLearner(_ packet: QuorumPacket, on link: LinkID) throws(DecodingError) {
        if let message = try packet.learnerMessage(), packet.kind != .ping {
            return zab.step(.fromLearner(message, link), at: now.monotonicMs)
        }
        // A sign of life, out of turn before the learner has its history.
        zab.step(.fromLearner(.alive, link), at: now.monotonicMs)
        guard isLeading, let server = zab.server(on: link) else { return }
        guard let data = packet.data else { throw .unexpectedNull }
        switch packet.kind {
        case .ping:
            for (session, _) in try TouchedSessions.decode(data)
            where committed.sessions.touch(session, at: now) {
                committed.sessions.recordHolder(.learner(server), of: session)
            }
        case .request:
            let request = try ForwardedRequest(decoding: data)
            guard !packet.isCutShort || request.isWholeByItself else {
                return propose(failure: .marshallingError, session: request.session, cxid: request.cxid)
            }
            handle(request, by: packet.identities ?? [], from: server, on: link)
        case .revalidate:
            let (session, timeoutMs) = try Revalidation.question(decoding: data)
            let isValid = committed.sessions.reopen(
                session, timeoutMs: timeoutMs, by: .learner(server), at: now)
            if isValid, let former = connectionSpeaking(for: session) { effects.close(former) }
            let answer = Revalidation.answer(session, isValid: isValid)
            send(QuorumPacket(.revalidate, zxid: packet.zxid, data: answer), to: link)
        default:
            throw .unexpectedType(packet.kind.rawValue)
        }
    }

    private mutating func handle(
        _ forwarded: ForwardedRequest, by identities: [QuorumPacket.Identity], from server: PeerID,
        on link: LinkID
    ) {
        if forwarded.type == OpCode.sync.rawValue {
            syncs.wait(.learner(link), for: zab.history.last)
            return answerPendingSyncs()
        }
        var requester = Requester(
            session: forwarded.session,
            identities: identities.map { Identity(scheme: $0.scheme ?? "", id: $0.id ?? "") })
        // Nobody has checked who a server is that only wants to join: its word makes no super users.
        if !zab.membership.isListed(server) {
            requester.identities.removeAll { $0.scheme == Scheme.superUser }
        }
        guard let write = WriteRequest(forwarded, at: now) else {
            return propose(failure: .marshallingError, session: forwarded.session, cxid: forwarded.cxid)
        }
        if let refusal = refusal(of: write, session: forwarded.session, from: server) {
            return propose(failure: refusal, session: forwarded.session, cxid: forwarded.cxid)
        }
        if case .createSession = write {
            committed.sessions.recordCreator(.learner(server), of: forwarded.session)
        }
        propose(write, by: requester, cxid: forwarded.cxid)
    }

    /// A session that has ended, or that has gone to another server since (quorum protocol 6.2).
    private mutating func refusal(
        of write: WriteRequest, session: SessionID, from server: PeerID
    ) -> ErrorCode? {
        switch write {
        case .createSession, .closeSession: return nil
        case .operation, .reconfig, .unreadableMulti: break
        }
        guard committed.sessions.touch(session, at: now) else { return .sessionExpired }
        return committed.sessions.isHeld(session, by: .learner(server)) ? nil : .sessionMoved
    }

}

extension WriteRequest {
    /// The request that a learner makes in the name of its client.
    fileprivate init?(_ forwarded: ForwardedRequest, at now: Instant) {
        if forwarded.type == OpCode.createSession.rawValue {
            guard
                let timeoutMs = forwarded.body.getInteger(at: forwarded.body.readerIndex, as: Int32.self)
            else { return nil }
            self = .createSession(timeoutMs: timeoutMs)
            return
        }
        guard let code = OpCode(rawValue: forwarded.type), code.isWrite else { return nil }
        self.init(RequestFrame(forwarded, arrivalMs: now.monotonicMs), code)
    }
}
