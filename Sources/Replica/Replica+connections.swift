internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Connections: their first frame, the session they speak for, their end.
extension Replica {
    mutating func open(_ id: ConnectionID, from address: ByteString, isSecure: Bool) {
        connections.add(
            Connection(id: id, address: address, isSecure: isSecure, at: now),
            isWatched: settings.handshakeTimeoutMs > 0)
    }

    mutating func forget(_ id: ConnectionID) {
        guard let connection = connections.remove(id) else { return }
        intake.remove(connection.keptBytes + connection.reserved)
        // If its session comes to be all the same, its transaction says so.
        if connection.phase == .connecting, !connection.isReturning {
            committed.sessions.remove(connection.session)
        }
        watches.removeAll(of: id)
        if committed.sessions[connection.session]?.connection == id {
            committed.sessions[connection.session]?.connection = nil
        }
        if readOnly.sessions[connection.session]?.connection == id {
            readOnly.sessions[connection.session]?.connection = nil
        }
    }

    /// The connection that speaks for a session, if its client is connected here.
    func speaker(of session: SessionID) -> Connection? {
        committed.sessions[session]?.connection.flatMap { connections[$0] }
    }

    /// Ends a connection behind what it was sent so far.
    mutating func end(_ connection: Connection) {
        connection.phase = .ending
        effects.act(.close(connection.id))
    }

    /// Client protocol 2.3: the checks in their order, each refusal silent.
    mutating func connect(_ request: ConnectRequest, on connection: Connection) {
        statistics.connectionRequests += 1
        guard service.duty != nil || isReadOnly && request.isReadOnly == true,
            request.lastZxidSeen <= committed.lastZxid
        else { return end(connection) }
        let timeoutMs = max(
            min(request.timeoutMs, settings.maxSessionTimeoutMs), settings.minSessionTimeoutMs)
        connection.negotiatedTimeoutMs = timeoutMs
        connection.echoesReadOnly = request.isReadOnly != nil
        connection.isReadOnly = isReadOnly
        if isReadOnly {
            connectReadOnly(request, on: connection)
        } else if request.session.rawValue == 0 {
            establish(timeoutMs, on: connection)
        } else {
            attach(request.session, request.password, timeoutMs, on: connection)
        }
    }

    private mutating func establish(_ timeoutMs: Int32, on connection: Connection) {
        let session = committed.sessions.makeID()
        connection.phase = .connecting
        connection.session = session
        committed.sessions.add(session, timeoutMs: timeoutMs, isCommitted: false, at: now)
        committed.sessions[session]?.connection = connection.id
        requestSession(timeoutMs, for: connection)
        pauseReading(connection)
    }

    private mutating func requestSession(_ timeoutMs: Int32, for connection: Connection) {
        if isLeading {
            committed.sessions.entrust(connection.session, to: .leader)
            propose(
                .createSession(timeoutMs: timeoutMs),
                by: Requester(session: connection.session, identities: connection.identities), cxid: 0)
        } else {
            let request = ForwardedRequest(
                session: connection.session, cxid: 0, type: OpCode.createSession.rawValue,
                body: ByteBuffer(integer: timeoutMs))
            forward(request, as: connection.identities)
        }
    }

    private mutating func attach(
        _ session: SessionID, _ password: [UInt8]?, _ timeoutMs: Int32, on connection: Connection
    ) {
        guard SessionPassword.opens(session, with: password) else { return refuse(connection) }
        connection.session = session
        connection.phase = .connecting
        connection.isReturning = true
        pauseReading(connection)
        askAgain(for: connection)
    }

    /// What a connecting client's session depends on, asked of the leader that there is now.
    mutating func askAgain(for connection: Connection) {
        let (session, timeoutMs) = (connection.session, connection.negotiatedTimeoutMs)
        guard connection.isReturning else {
            return requestSession(timeoutMs, for: connection)
        }
        if isLeading {
            let isValid = committed.sessions.claim(session, timeoutMs: timeoutMs, by: .leader, at: now)
            settleReturn(of: connection, isValid: isValid)
        } else {
            returning[session, default: []].append(connection.id)
            effects.act(
                .peer(
                    .toLeader(
                        QuorumPacket(
                            .revalidate, zxid: Zxid(rawValue: -1),
                            data: Revalidation.question(session, timeoutMs: timeoutMs)))))
        }
    }

    /// The leader's answer about a session. Two clients that show the same session get the same answer; the
    /// later one keeps it.
    mutating func settleReturn(of session: SessionID, isValid: Bool) {
        for id in returning.removeValue(forKey: session) ?? [] {
            guard let connection = connections[id], connection.phase == .connecting else { continue }
            settleReturn(of: connection, isValid: isValid)
        }
    }

    private mutating func settleReturn(of connection: Connection, isValid: Bool) {
        let session = connection.session
        guard isValid else { return refuse(connection) }
        // The leader may know of it before its transaction has come here.
        committed.sessions.add(
            session, timeoutMs: connection.negotiatedTimeoutMs, isCommitted: false, at: now)
        if let former = speaker(of: session), former !== connection { end(former) }
        committed.sessions[session]?.connection = connection.id
        connection.isReturning = false
        connection.isResumed = true
        welcome(connection)
    }

    /// The session is committed: say so, and serve what its client sent meanwhile.
    mutating func welcome(_ connection: Connection) {
        guard connection.phase == .connecting else { return }
        answerConnect(.accepted(connection.session, connection.negotiatedTimeoutMs), on: connection)
        connection.phase = .serving
        let held = connection.held
        connection.held = ByteBuffer()
        readOn(connection)
        if held.readableBytes > 0 { receive(held, on: connection) }
    }

    /// The session is not, or no longer, there.
    mutating func refuse(_ connection: Connection) {
        answerConnect(.refused, on: connection)
        end(connection)
    }

    private enum ConnectAnswer {
        case accepted(SessionID, Int32)
        case refused
    }

    private mutating func answerConnect(_ answer: ConnectAnswer, on connection: Connection) {
        let isReadOnly: Bool? = connection.echoesReadOnly ? connection.isReadOnly : nil
        let response =
            switch answer {
            case .accepted(let session, let timeoutMs):
                ConnectResponse(
                    timeoutMs: timeoutMs, session: session, password: SessionPassword.of(session),
                    isReadOnly: isReadOnly)
            case .refused:
                ConnectResponse(
                    timeoutMs: 0, session: .none,
                    password: [UInt8](repeating: 0, count: SessionPassword.bytes),
                    isReadOnly: isReadOnly)
            }
        effects.answer(connection) { response.encodeFrame(into: &$0) }
        statistics.sent += 1
        connection.statistics.sent += 1
    }

}
