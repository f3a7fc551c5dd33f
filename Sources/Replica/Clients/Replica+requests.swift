internal import Authentication
internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab

/// Requests as they arrive, and as their turn comes: `Clients` says which is next, and here is what is done
/// about it.
extension Replica {
    /// The work that is under way, by which `Clients` takes in more.
    var load: Load {
        Load(
            requests: zab.outstandingCount, bytes: zab.pendingBytes, hasLeader: service.servingRole != nil)
    }

    /// Takes whole frames of one connection, in order.
    ///
    /// Once a session is closing, what its client still sends is dropped (client protocol 8.2): an ephemeral
    /// created behind the end of its session would never go.
    ///
    /// - Parameter isNews: Whether the client has said so just now. What was held back is no sign of life: by
    ///   now its client may be with another server.
    mutating func receive(_ frames: ByteBuffer, on connection: Connection, isNews: Bool = true) {
        if isNews { statistics.receivedBytes += Int64(frames.readableBytes) }
        if connection.session != .none, !touch(connection, isNews: isNews) { return }
        var load = load
        var received = clients.receive(frames, load, at: now)
        while let request = clients.next(of: &received, on: connection, load, into: &effects) {
            if connection.phase == .fresh {
                handleConnect(request, on: connection)
            } else {
                handle(request, on: connection)
            }
            // A read that is answered adds to no load.
            if !connection.waiting.isEmpty { load = self.load }
        }
    }

    private mutating func handleConnect(_ frame: RequestFrame, on connection: Connection) {
        guard let request = frame.decodeWhole(ConnectRequest.init(decoding:)) else {
            effects.complain("a client's first frame is no connect request; closed", of: connection)
            return effects.close(connection)
        }
        statistics.recordRequest(on: connection)
        guard admit(request, on: connection) else { return }
        if isReadOnly ? connectReadOnly(request, on: connection) : connect(request, on: connection) {
            welcome(connection)
        }
    }

    private mutating func handle(_ request: RequestFrame, on connection: Connection) {
        statistics.recordRequest(on: connection)
        guard let answer = answer(to: request, on: connection) else { return }
        clients.enqueue(answer, request, on: connection)
        answerDue(connection)
        if answer.isLast { connection.phase = .ending }
    }

    /// - Returns: nil for what is answered already, or not yet.
    private mutating func answer(to request: RequestFrame, on connection: Connection) -> DueAnswer? {
        guard let code = OpCode(rawValue: request.type),
            code.isForClients || isReadOnly && code == .deleteContainer
        else { return refuseUnknown(request, on: connection) }
        if settings.authenticator.isDemanding, code != .auth, code != .sasl,
            !settings.authenticator.admits(connection.identities)
        {
            return refuseUnproven(connection)
        }
        switch code {
        case .auth: return authenticate(request, on: connection)
        case .sasl: return logIn(request, on: connection)
        case .closeSession where isReadOnly: return closeLocalSession(of: connection)
        case .sync where isReadOnly, .deleteContainer: return .refusedReadOnly
        case .sync: return synchronize(request, on: connection)
        default: break
        }
        if code.isWrite { return isReadOnly ? .refusedReadOnly : handleWrite(request, code, on: connection) }
        read(request, on: connection)
        return nil
    }

    /// An opcode that no client may send: said so, then closed, so that its caller gets an error and does not
    /// try for ever.
    private mutating func refuseUnknown(_ request: RequestFrame, on connection: Connection) -> DueAnswer {
        effects.complain(
            "a client sent an unknown opcode; closed", of: connection, "opcode \(request.type)")
        return DueAnswer(kind: .fixed(zxid: Zxid(rawValue: -1), .unimplemented), isLast: true)
    }

    /// A read is answered at once unless this client's own writes are ahead of it.
    private mutating func read(_ request: RequestFrame, on connection: Connection) {
        guard connection.waiting.isEmpty else { return clients.enqueueRead(request, on: connection) }
        committed.answerRead(
            request, as: connection.identities, on: connection, at: now, counting: &statistics,
            into: &effects)
    }

    // MARK: Their turn

    /// Answers what waited behind a write, up to the next one that is still under way or until there is no
    /// room; then goes on with what the client has sent meanwhile.
    mutating func answerDue(_ connection: Connection) {
        while let request = clients.takeDue(of: connection, applied: committed.lastZxid, into: &effects) {
            committed.answer(
                request, on: connection, at: now, counting: &statistics, into: &effects)
        }
        resume(connection)
    }

    /// Answers the reads that a client sent before its next write, which is about to be applied.
    mutating func answerBeforeWrite(_ connection: Connection) {
        while let request = clients.takeBeforeWrite(of: connection) {
            committed.answer(
                request, on: connection, at: now, counting: &statistics, into: &effects)
        }
    }

    // MARK: Going on

    /// The session is committed: say so, and serve what its client sent meanwhile.
    mutating func welcome(_ connection: Connection) {
        guard connection.phase == .connecting else { return }
        committed.sessions.recordKnown(connection.session, atMs: connection.askedMs)
        effects.accept(connection, counting: &statistics)
        connection.phase = .serving
        let held = clients.takeHeld(of: connection)
        clients.readOn(connection, load, into: &effects)
        if let held { receive(held, on: connection) }
    }

    /// The client has taken what it was sent: first comes what waited longest, then what came since.
    mutating func proceed(_ connection: Connection) {
        guard connection.isCrowded else { return }
        connection.isCrowded = false
        answerDue(connection)
    }

    /// Takes in what came while the client could not be answered, and reads on once nothing waits.
    private mutating func resume(_ connection: Connection) {
        guard connection.phase != .connecting, !connection.isFull else { return }
        if let held = clients.takeHeld(of: connection) { receive(held, on: connection, isNews: false) }
        clients.readOnIfIdle(connection, load, into: &effects)
    }

    /// Lets those go on who have waited longest for room, as far as there is some.
    mutating func giveRoom() {
        while let connection = clients.takeNextWithRoom(load) {
            resume(connection)
            connection.isNext = false
        }
    }
}
