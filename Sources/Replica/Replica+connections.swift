internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Connections: their first frame, the session they speak for, their end.
extension Replica {
    mutating func open(_ id: ConnectionID, from address: ByteString, isSecure: Bool, at now: Instant) {
        connections.add(Connection(id: id, address: address, isSecure: isSecure, at: now))
        if settings.handshakeTimeoutMs > 0 { strangers.append(id) }
    }

    mutating func forget(_ id: ConnectionID) {
        guard let connection = connections.remove(id) else { return }
        intake.remove(connection.keptBytes + connection.reserved)
        // If its session comes to be all the same, its transaction says so.
        if connection.phase == .connecting, !connection.isReturning { sessions.remove(connection.session) }
        watches.removeAll(of: id)
        if sessions[connection.session]?.connection == id { sessions[connection.session]?.connection = nil }
        if localSessions[connection.session]?.connection == id {
            localSessions[connection.session]?.connection = nil
        }
    }

    /// Ends a connection behind what it was sent so far.
    mutating func end(_ id: ConnectionID, into effects: inout Effects) {
        guard let connection = connections[id] else { return }
        connection.phase = .ending
        effects.act(.close(id))
    }

    /// Client protocol 2.3: the checks in their order, each refusal silent.
    mutating func connect(
        _ request: ConnectRequest, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        statistics.connectionRequests += 1
        guard isServing || isReadOnly && request.isReadOnly == true, let connection = connections[id],
            request.lastZxidSeen <= tree.lastZxid
        else { return end(id, into: &effects) }
        let timeoutMs = max(
            min(request.timeoutMs, settings.maxSessionTimeoutMs), settings.minSessionTimeoutMs)
        connection.negotiatedTimeoutMs = timeoutMs
        connection.echoesReadOnly = request.isReadOnly != nil
        connection.isReadOnly = isReadOnly
        if isReadOnly {
            connectReadOnly(request, on: connection, at: now, into: &effects)
        } else if request.session.rawValue == 0 {
            establish(timeoutMs, on: id, at: now, into: &effects)
        } else {
            attach(request.session, request.password, timeoutMs, on: id, at: now, into: &effects)
        }
    }

    private mutating func establish(
        _ timeoutMs: Int32, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        let session = sessions.makeID()
        connections.update(id) { connection in
            connection.phase = .connecting
            connection.session = session
        }
        sessions.add(session, timeoutMs: timeoutMs, isCommitted: false, at: now)
        sessions[session]?.connection = id
        if let connection = connections[id] {
            requestSession(timeoutMs, for: connection, at: now, into: &effects)
        }
        pauseReading(id, into: &effects)
    }

    private mutating func requestSession(
        _ timeoutMs: Int32, for connection: Connection, at now: Instant, into effects: inout Effects
    ) {
        if isLeading {
            sessions.entrust(connection.session, to: .leader)
            propose(
                .createSession(timeoutMs: timeoutMs),
                by: Requester(session: connection.session, identities: connection.identities), cxid: 0,
                at: now)
        } else {
            let request = ForwardedRequest(
                session: connection.session, cxid: 0, type: OpCode.createSession.rawValue,
                body: ByteBuffer(integer: timeoutMs))
            forward(request, as: connection.identities, into: &effects)
        }
    }

    private mutating func attach(
        _ session: SessionID, _ password: [UInt8]?, _ timeoutMs: Int32, on id: ConnectionID, at now: Instant,
        into effects: inout Effects
    ) {
        guard SessionPassword.opens(session, with: password), let connection = connections[id] else {
            return refuse(id, into: &effects)
        }
        connection.session = session
        connection.phase = .connecting
        connection.isReturning = true
        pauseReading(id, into: &effects)
        askAgain(for: connection, at: now, into: &effects)
    }

    /// What a connecting client's session depends on, asked of the leader that there is now.
    mutating func askAgain(for connection: Connection, at now: Instant, into effects: inout Effects) {
        let (session, timeoutMs) = (connection.session, connection.negotiatedTimeoutMs)
        guard connection.isReturning else {
            return requestSession(timeoutMs, for: connection, at: now, into: &effects)
        }
        if isLeading {
            let isValid = sessions.claim(session, timeoutMs: timeoutMs, by: .leader, at: now)
            settleReturn(of: connection, isValid: isValid, at: now, into: &effects)
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
    mutating func settleReturn(
        of session: SessionID, isValid: Bool, at now: Instant, into effects: inout Effects
    ) {
        for id in returning.removeValue(forKey: session) ?? [] {
            guard let connection = connections[id], connection.phase == .connecting else { continue }
            settleReturn(of: connection, isValid: isValid, at: now, into: &effects)
        }
    }

    private mutating func settleReturn(
        of connection: Connection, isValid: Bool, at now: Instant, into effects: inout Effects
    ) {
        let session = connection.session
        guard isValid else { return refuse(connection.id, into: &effects) }
        // The leader may know of it before its transaction has come here.
        sessions.add(session, timeoutMs: connection.negotiatedTimeoutMs, isCommitted: false, at: now)
        if let former = sessions[session]?.connection, former != connection.id { end(former, into: &effects) }
        sessions[session]?.connection = connection.id
        connection.isReturning = false
        connection.isResumed = true
        welcome(connection.id, at: now, into: &effects)
    }

    /// The session is committed: say so, and serve what its client sent meanwhile.
    mutating func welcome(_ id: ConnectionID, at now: Instant, into effects: inout Effects) {
        guard let connection = connections[id], connection.phase == .connecting else { return }
        answerConnect(.accepted(connection.session, connection.negotiatedTimeoutMs), on: id, into: &effects)
        let held = connections.update(id) { connection in
            connection.phase = .serving
            defer { connection.held = ByteBuffer() }
            return connection.held
        }
        readOn(connection, into: &effects)
        if let held, held.readableBytes > 0 { receive(held, on: id, at: now, into: &effects) }
    }

    /// The session is not, or no longer, there.
    mutating func refuse(_ id: ConnectionID, into effects: inout Effects) {
        answerConnect(.refused, on: id, into: &effects)
        end(id, into: &effects)
    }

    private enum ConnectAnswer {
        case accepted(SessionID, Int32)
        case refused
    }

    private mutating func answerConnect(
        _ answer: ConnectAnswer, on id: ConnectionID, into effects: inout Effects
    ) {
        guard let connection = connections[id] else { return }
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
        effects.answer(id) { response.encodeFrame(into: &$0) }
        statistics.sent += 1
        connections.update(id) { $0.statistics.sent += 1 }
    }

    mutating func pauseReading(_ id: ConnectionID, into effects: inout Effects) {
        if connections.update(id, { $0.setPaused(true) }) == true { effects.act(.pauseReading(id)) }
    }

    mutating func resumeReading(_ id: ConnectionID, into effects: inout Effects) {
        if connections.update(id, { $0.setPaused(false) }) == true { effects.act(.resumeReading(id)) }
    }
}

extension Connection {
    /// - Returns: Whether that is a change.
    func setPaused(_ paused: Bool) -> Bool {
        defer { isPaused = paused }
        return isPaused != paused
    }
}
