internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire

/// From one server to the next.
extension SessionMachine {
    mutating func dial(at now: Duration, into effects: inout [Effect]) {
        attempt += 1
        let host = hosts.takeNext()
        let limit = attemptLimit
        phase = .dialling(host, until: now + limit)
        effects.append(.dial(host, attempt: attempt, limit: limit))
    }

    mutating func greet(at now: Duration, into effects: inout [Effect]) {
        guard case .dialling(let host, _) = phase else { return }
        let request = ConnectRequest(
            lastZxidSeen: identity.seen, timeoutMs: Int32(clamping: settings.timeout.milliseconds),
            session: identity.session,
            password: identity.session == .none ? Array(repeating: 0, count: 16) : identity.password,
            isReadOnly: settings.acceptsReadOnly)
        var frame = ByteBuffer()
        frame.writeLengthPrefixed { request.encode(into: &$0) }
        effects.append(.send(frame))
        phase = .greeting(host, sentAt: now, until: now + attemptLimit)
    }

    /// A server's answer to the greeting.
    mutating func receiveGreeting(
        _ response: ConnectResponse, from server: HostAddress, sentAt: Duration, at now: Duration,
        into effects: inout [Effect]
    ) {
        hosts.answered()
        guard response.timeoutMs > 0, response.session != .none else {
            return sessionExpired(at: now, into: &effects)
        }
        let timeout = Duration.milliseconds(response.timeoutMs)
        let isReadOnly = response.isReadOnly ?? false
        let isNew = response.session != identity.session
        if isNew { report.generation += 1 }
        report.session = response.session
        report.timeout = timeout
        report.server = server
        identity.timeout = timeout
        // A server that has lost its ensemble makes up a session that no other server knows.
        if !isReadOnly {
            identity.session = response.session
            identity.password = response.password ?? []
        }
        lease.connected(sent: sentAt, timeout: timeout, isNew: isNew && !isReadOnly)
        phase = .connected(Connection(to: server, isReadOnly: isReadOnly, timeout: timeout, at: now))
        sayWhatConnectionsForget(isNewSession: isNew, at: now, into: &effects)
        publish(.connected(isReadOnly: isReadOnly), into: &effects)
        sendWaiting(at: now, into: &effects)
    }

    /// Identities and watches belong to a connection; the next one has to be told, identities first.
    private mutating func sayWhatConnectionsForget(
        isNewSession: Bool, at now: Duration, into effects: inout [Effect]
    ) {
        for credential in credentials { send(credential, for: nil, at: now, into: &effects) }
        for (opcode, body) in watches.requests(since: identity.settled) {
            effects.append(.send(SessionMachine.frame(ReservedXid.setWatches, opcode, body)))
        }
        effects.append(.resumed(isNewSession: isNewSession, seen: identity.settled))
    }

    /// The ensemble says that the session is over. What was meant for it fails; reads go on in the next one.
    private mutating func sessionExpired(at now: Duration, into effects: inout [Effect]) {
        identity.forget()
        lease.sessionLost()
        watches.sessionLost()
        for id in queue.sessionLost() {
            effects.append(.resolve(id, .failure(RequestFailure(.sessionExpired, wasSent: false))))
        }
        publish(.expired, into: &effects)
        effects.append(.disconnect)
        dial(at: now, into: &effects)
    }

    /// Ends the connection, or the attempt, from this side.
    mutating func dropConnection(at now: Duration, into effects: inout [Effect]) {
        effects.append(.disconnect)
        connectionLost(at: now, into: &effects)
    }

    mutating func connectionLost(at now: Duration, into effects: inout [Effect]) {
        // What still comes of it is stale.
        attempt += 1
        switch phase {
        case .idle, .pausing, .ended: return
        case .dialling, .greeting:
            pause(at: now, into: &effects)
        case .connected(let connection):
            resolveLost(connection, into: &effects)
            guard connection.closing == nil else { return end(.closed, into: &effects) }
            let mayExpireAt = lease.safeUntil ?? now
            publish(.suspended(since: now, mayExpireAt: mayExpireAt), into: &effects)
            pause(at: now, into: &effects)
        }
    }

    /// Requests that were under way go back into the queue, or have nobody knows what outcome.
    private mutating func resolveLost(_ connection: Connection, into effects: inout [Effect]) {
        let loss = RequestFailure(.connectionLoss, wasSent: true)
        for id in queue.connectionLost() { effects.append(.resolve(id, .failure(loss))) }
        for case let id? in connection.authentications { effects.append(.resolve(id, .failure(loss))) }
    }

    private mutating func pause(at now: Duration, into effects: inout [Effect]) {
        let timeout = identity.timeout == .zero ? settings.timeout : identity.timeout
        let delay = hosts.delayAfterFailure(delayMax: min(timeout / 4, .seconds(5)))
        guard delay > .zero else { return dial(at: now, into: &effects) }
        phase = .pausing(until: now + delay)
    }

    mutating func tick(_ connection: Connection, at now: Duration, into effects: inout [Effect]) {
        if let closing = connection.closing, closing.until <= now {
            effects.append(.disconnect)
            return end(.closed, into: &effects)
        }
        guard now < connection.isSilentAt else { return dropConnection(at: now, into: &effects) }
        guard now >= connection.pingsAt, connection.closing == nil else { return }
        var connection = connection
        connection.pings.append(now)
        connection.lastSent = now
        phase = .connected(connection)
        effects.append(.send(SessionMachine.frame(ReservedXid.ping, .ping, ByteBuffer())))
    }

    mutating func stop(at now: Duration, into effects: inout [Effect]) {
        guard case .connected(var connection) = phase, connection.closing == nil else {
            if case .connected = phase { return }
            effects.append(.disconnect)
            return end(.closed, into: &effects)
        }
        let xid = connection.takeXid()
        connection.closing = (xid, now + .seconds(1))
        phase = .connected(connection)
        effects.append(.send(SessionMachine.frame(xid, .closeSession, ByteBuffer())))
    }

    mutating func end(_ reason: SessionReport.EndReason, into effects: inout [Effect]) {
        guard !isEnded else { return }
        // A socket that is still being opened is closed when it is there.
        attempt += 1
        phase = .ended
        lease.sessionLost()
        let cause: RequestFailure.Reason = reason == .closed ? .closed : .authenticationFailed
        let (sent, unsent) = queue.removeAll()
        for id in sent { effects.append(.resolve(id, .failure(RequestFailure(cause, wasSent: true)))) }
        for id in unsent { effects.append(.resolve(id, .failure(RequestFailure(cause, wasSent: false)))) }
        publish(.ended(reason), into: &effects)
    }

    var isEnded: Bool {
        if case .ended = phase { true } else { false }
    }

    /// A third of the time-out, so that a lost session is never a slow server's doing.
    private var attemptLimit: Duration {
        let timeout = identity.timeout == .zero ? settings.timeout : identity.timeout
        return min(max(timeout / 3, .milliseconds(500)), .seconds(5))
    }
}

extension Duration {
    package var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
