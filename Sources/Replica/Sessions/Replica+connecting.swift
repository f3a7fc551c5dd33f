internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Connect requests: the session that a connection is to speak for.
extension Replica {
    /// The connection that speaks for a session, if its client is connected here.
    func connectionSpeaking(for session: SessionID) -> Connection? {
        committed.sessions[session]?.connection.flatMap { clients[$0] }
    }

    /// A client was heard from. Where another leads, that one is told at its next ping; not so of what came
    /// before it led, since it gives every session its time anew and would take this server for the one that
    /// speaks for a session which may have moved on since.
    ///
    /// - Returns: Whether its session lives.
    mutating func touch(_ connection: Connection, isNews: Bool) -> Bool {
        let session = connection.session
        if connection.isReadOnly { return readOnly.sessions.touch(session, at: now) }
        guard committed.sessions.touch(session, at: now) else { return false }
        guard !endIfOutOfTouch(connection) else { return false }
        if isNews, service.servingRole != nil, !isLeading { committed.sessions.recordHeard(session) }
        return true
    }

    /// Client protocol 2.3: the checks in their order, each refusal silent.
    ///
    /// - Returns: Whether the client may connect.
    mutating func admit(_ request: ConnectRequest, on connection: Connection) -> Bool {
        statistics.connectionRequests += 1
        guard service.servingRole != nil || isReadOnly && request.isReadOnly == true,
            request.lastZxidSeen <= committed.lastZxid
        else {
            effects.close(connection)
            return false
        }
        connection.negotiatedTimeoutMs = max(
            min(request.timeoutMs, settings.maxSessionTimeoutMs), settings.minSessionTimeoutMs)
        connection.echoesReadOnly = request.isReadOnly != nil
        connection.isReadOnly = isReadOnly
        return true
    }

    /// Asks for a new session, or whether the client's own still lives.
    ///
    /// - Returns: Whether it is known already that it does, and its client may be welcomed.
    mutating func connect(_ request: ConnectRequest, on connection: Connection) -> Bool {
        if request.session.rawValue != 0 { return attach(request.session, request.password, on: connection) }
        establish(connection.negotiatedTimeoutMs, on: connection)
        return false
    }

    private mutating func establish(_ timeoutMs: Int32, on connection: Connection) {
        let session = committed.sessions.makeID()
        connection.phase = .connecting
        connection.session = session
        connection.askedMs = now.monotonicMs
        committed.sessions.add(session, timeoutMs: timeoutMs, isCommitted: false, at: now)
        committed.sessions[session]?.connection = connection.id
        requestSession(timeoutMs, for: connection)
        effects.pauseReading(connection)
    }

    private mutating func requestSession(_ timeoutMs: Int32, for connection: Connection) {
        if isLeading {
            committed.sessions.setHolder(.leader, of: connection.session)
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
        _ session: SessionID, _ password: [UInt8]?, on connection: Connection
    ) -> Bool {
        guard SessionPassword.opens(session, with: password) else {
            effects.refuse(connection, counting: &statistics)
            return false
        }
        connection.session = session
        connection.phase = .connecting
        connection.isReturning = true
        effects.pauseReading(connection)
        return askAgain(for: connection)
    }

    /// Asks the leader that there is now for what a connecting client's session depends on.
    ///
    /// - Returns: Whether its client may be welcomed.
    mutating func askAgain(for connection: Connection) -> Bool {
        connection.askedMs = now.monotonicMs
        let (session, timeoutMs) = (connection.session, connection.negotiatedTimeoutMs)
        guard connection.isReturning else {
            requestSession(timeoutMs, for: connection)
            return false
        }
        if isLeading {
            let isValid = committed.sessions.reopen(session, timeoutMs: timeoutMs, by: .leader, at: now)
            return settleReturn(of: connection, isValid: isValid)
        }
        clients.recordReturning(connection)
        askLeader(about: session, timeoutMs: timeoutMs)
        return false
    }

    /// The session that a client has shown is known to live, or not to.
    ///
    /// - Returns: Whether it does, and its client may be welcomed.
    mutating func settleReturn(of connection: Connection, isValid: Bool) -> Bool {
        let session = connection.session
        guard isValid else {
            effects.refuse(connection, counting: &statistics)
            return false
        }
        // The leader may know of it before its transaction has come here.
        committed.sessions.add(
            session, timeoutMs: connection.negotiatedTimeoutMs, isCommitted: false, at: now)
        if let former = connectionSpeaking(for: session), former !== connection { effects.close(former) }
        committed.sessions[session]?.connection = connection.id
        connection.isReturning = false
        connection.isResumed = true
        return true
    }
}
