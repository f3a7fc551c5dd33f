internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire

/// The servers' answers and events.
extension SessionMachine {
    mutating func receive(_ frame: ByteBuffer, at now: Duration, into effects: inout [Effect]) {
        switch phase {
        case .greeting(let server, let sentAt, _):
            guard let response = try? SessionMachine.greeting(frame) else {
                // No greeting: not a server, or one that is broken. The next one, then.
                return dropConnection(at: now, into: &effects)
            }
            receiveGreeting(response, from: server, sentAt: sentAt, at: now, into: &effects)
        case .connected(var connection):
            connection.lastHeard = now
            phase = .connected(connection)
            receiveReply(frame, on: connection, at: now, into: &effects)
        case .idle, .pausing, .dialling, .ended: break
        }
    }

    private mutating func receiveReply(
        _ frame: ByteBuffer, on connection: Connection, at now: Duration, into effects: inout [Effect]
    ) {
        var body = frame
        guard let xid = body.readInteger(as: Int32.self), let zxid = body.readInteger(as: Int64.self),
            let error = body.readInteger(as: Int32.self)
        else { return dropConnection(at: now, into: &effects) }
        let reply = ServerReply(zxid: Zxid(rawValue: zxid), error: error, body: body)
        switch xid {
        case ReservedXid.event: receiveEvent(reply, at: now, into: &effects)
        case ReservedXid.ping:
            guard case .connected(var connection) = phase, let sent = connection.pings.popFirst()
            else { return }
            phase = .connected(connection)
            lease.touched(sent: sent)
        case ReservedXid.authentication: receiveAuthentication(reply, into: &effects)
        case ReservedXid.setWatches: break
        case connection.closing?.xid:
            effects.append(.disconnect)
            end(.closed, into: &effects)
        default: receiveAnswer(xid, reply, at: now, into: &effects)
        }
    }

    private mutating func receiveAnswer(
        _ xid: Int32, _ reply: ServerReply, at now: Duration, into effects: inout [Effect]
    ) {
        // Servers answer in the order of requests; one that does not is not to be believed in anything.
        guard let answered = queue.takeAnswered(xid: xid) else {
            return dropConnection(at: now, into: &effects)
        }
        identity.answered(by: reply.zxid)
        lease.touched(sent: answered.sentAt)
        if answered.request.opcode.isWrite, reply.isDone(by: answered.request.opcode) {
            lease.proved(sent: answered.sentAt)
        }
        if let watch = answered.request.watch {
            watches.arm(watch, isThere: reply.error == 0)
        }
        if let id = answered.id { effects.append(.resolve(id, .success(reply))) }
    }

    private mutating func receiveEvent(
        _ reply: ServerReply, at now: Duration, into effects: inout [Effect]
    ) {
        guard let event = try? SessionMachine.event(reply.body), let path = event.path else {
            // Garbage where an event should be.
            return dropConnection(at: now, into: &effects)
        }
        // Later servers may know of other types; whoever listens knows nothing of them.
        guard let type = WatchEventType(rawValue: event.type) else { return }
        identity.seen = max(identity.seen, reply.zxid)
        watches.fire(type, at: path)
        effects.append(.deliver(type, path, reply.zxid))
    }

    private mutating func receiveAuthentication(_ reply: ServerReply, into effects: inout [Effect]) {
        guard case .connected(var connection) = phase,
            let waiting = connection.authentications.popFirst()
        else { return }
        phase = .connected(connection)
        if let id = waiting { effects.append(.resolve(id, .success(reply))) }
        guard reply.error != 0 else { return }
        effects.append(.disconnect)
        end(.authenticationFailed, into: &effects)
    }

    private static func greeting(_ frame: ByteBuffer) throws(DecodingError) -> ConnectResponse {
        var reader = JuteReader(frame.readableBytesSpan)
        return try ConnectResponse(decoding: &reader)
    }

    private static func event(_ body: ByteBuffer) throws(DecodingError) -> WatcherEvent {
        var reader = JuteReader(body.readableBytesSpan)
        return try WatcherEvent(decoding: &reader)
    }
}

extension ServerReply {
    /// Whether the write that it answers has been done. A multi that failed says so in its body alone.
    fileprivate func isDone(by opcode: OpCode) -> Bool {
        guard error == 0 else { return false }
        guard opcode == .multi else { return true }
        let firstType = body.getInteger(at: body.readerIndex, as: Int32.self)
        let isEnd = body.getInteger(at: body.readerIndex + 4, as: UInt8.self) == 1
        return firstType != -1 || isEnd
    }
}

extension OpCode {
    /// Whether a quorum commits it.
    fileprivate var isWrite: Bool {
        switch self {
        case .create, .create2, .createContainer, .createTTL, .delete, .setData, .setACL, .multi, .reconfig:
            true
        default: false
        }
    }
}
