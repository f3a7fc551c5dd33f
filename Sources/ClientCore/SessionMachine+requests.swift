internal import NIOCore
internal import Vocabulary
internal import Wire

/// Requests of callers, on their way to the server.
extension SessionMachine {
    mutating func ask(
        _ id: RequestID, _ request: ClientRequest, at now: Duration, into effects: inout [Effect]
    ) {
        guard !isEnded, !isClosing else {
            return effects.append(.resolve(id, .failure(RequestFailure(.closed, wasSent: false))))
        }
        if let reason = queue.append(id, request) {
            return effects.append(.resolve(id, .failure(RequestFailure(reason, wasSent: false))))
        }
        sendWaiting(at: now, into: &effects)
    }

    mutating func withdraw(_ id: RequestID, _ reason: RequestFailure.Reason, into effects: inout [Effect]) {
        guard let wasSent = queue.withdraw(id) else { return }
        effects.append(.resolve(id, .failure(RequestFailure(reason, wasSent: wasSent))))
    }

    mutating func authenticate(
        _ id: RequestID, _ credential: Credential, at now: Duration, into effects: inout [Effect]
    ) {
        guard !isEnded, !isClosing else {
            return effects.append(.resolve(id, .failure(RequestFailure(.closed, wasSent: false))))
        }
        if !credentials.contains(credential) { credentials.append(credential) }
        guard case .connected = phase else {
            // Said on the next connection before anything else; there is nothing to wait for.
            let done = ServerReply(zxid: .zero, error: 0, body: ByteBuffer())
            return effects.append(.resolve(id, .success(done)))
        }
        send(credential, for: id, at: now, into: &effects)
    }

    mutating func send(
        _ credential: Credential, for id: RequestID?, at now: Duration, into effects: inout [Effect]
    ) {
        guard case .connected(var connection) = phase else { return }
        connection.authentications.append(id)
        connection.lastSent = now
        phase = .connected(connection)
        var body = ByteBuffer()
        AuthPacket(scheme: credential.scheme, auth: credential.secret).encode(into: &body)
        effects.append(.send(SessionMachine.frame(ReservedXid.authentication, .auth, body)))
    }

    /// Sends all that waits, in one piece.
    mutating func sendWaiting(at now: Duration, into effects: inout [Effect]) {
        guard !queue.waiting.isEmpty, case .connected(var connection) = phase, connection.closing == nil
        else { return }
        var frames = ByteBuffer()
        while !queue.waiting.isEmpty {
            let xid = connection.takeXid()
            guard let request = queue.sendNext(xid: xid, at: now) else { break }
            SessionMachine.write(xid, request.opcode, request.body, into: &frames)
        }
        connection.lastSent = now
        phase = .connected(connection)
        effects.append(.send(frames))
    }

    /// Stops a watch: one that nobody wants costs the server and the network something.
    mutating func unwatch(_ path: ZnodePath, at now: Duration, into effects: inout [Effect]) {
        guard watches.remove(path), case .connected(var connection) = phase, connection.closing == nil
        else { return }
        var body = ByteBuffer()
        // Any kind: what servers before 3.9 know too.
        WatchTypeRequest(path: path, type: 3).encode(into: &body)
        connection.lastSent = now
        phase = .connected(connection)
        effects.append(.send(SessionMachine.frame(ReservedXid.setWatches, .removeWatches, body)))
    }

    private var isClosing: Bool {
        if case .connected(let connection) = phase { connection.closing != nil } else { false }
    }

    static func frame(_ xid: Int32, _ opcode: OpCode, _ body: ByteBuffer) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.reserveCapacity(12 + body.readableBytes)
        write(xid, opcode, body, into: &frame)
        return frame
    }

    private static func write(
        _ xid: Int32, _ opcode: OpCode, _ body: ByteBuffer, into frames: inout ByteBuffer
    ) {
        frames.writeInteger(Int32(8 + body.readableBytes))
        RequestHeader(xid: xid, type: opcode.rawValue).encode(into: &frames)
        frames.writeImmutableBuffer(body)
    }
}
