internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Requests as they arrive: who may ask, what can be answered at once, what must wait its turn.
extension Replica {
    /// Takes whole frames of one connection, in order.
    ///
    /// Once a session is closing, what its client still sends is dropped (client protocol 8.2): an ephemeral
    /// created behind the end of its session would never go.
    mutating func receive(
        _ frames: ByteBuffer, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        var frames = frames
        if let connection = connections[id], connection.session != .none, !touch(connection, at: now) {
            return
        }
        var room = intake.room(proposed: zab.pendingBytes)
        while let length = frames.getInteger(at: frames.readerIndex, as: Int32.self) {
            let start = frames.readerIndex + 4
            guard let connection = connections[id] else { return }
            if duty == nil, connection.phase == .serving, !connection.isReadOnly {
                // Nobody is told anything while there is no leader; it waits for the next one.
                connection.held.writeBuffer(&frames)
                return pauseReading(id, into: &effects)
            }
            if isCrowded(connection, into: &effects) || connection.isFull {
                connection.held.writeBuffer(&frames)
                return pauseReading(id, into: &effects)
            }
            if connection.reserved > 0 {
                settleReservation(of: connection)
            } else if Int(length) > room, mustWait(frames, length, on: connection, into: &effects) {
                connection.held.writeBuffer(&frames)
                return
            }
            room -= Int(length)
            switch connection.phase {
            case .fresh:
                receiveConnect(frames, start..<start + Int(length), on: id, at: now, into: &effects)
            case .serving:
                receiveRequest(frames, start..<start + Int(length), on: id, at: now, into: &effects)
            case .connecting:
                connections.update(id) { _ = $0.held.writeBuffer(&frames) }
                return
            case .ending:
                return
            }
            frames.moveReaderIndex(forwardBy: 4 + Int(length))
        }
        applyBackpressure(to: id, into: &effects)
    }

    private mutating func receiveConnect(
        _ frames: ByteBuffer, _ range: Range<Int>, on id: ConnectionID, at now: Instant,
        into effects: inout Effects
    ) {
        let frame = RequestFrame(xid: 0, type: 0, frames: frames, range: range, arrivalMs: now.monotonicMs)
        guard let request = frame.decodeWhole(ConnectRequest.init(decoding:)) else {
            complain("a client's first frame is no connect request; closed", of: id, into: &effects)
            return end(id, into: &effects)
        }
        count(receivedOn: id)
        connect(request, on: id, at: now, into: &effects)
    }

    private mutating func receiveRequest(
        _ frames: ByteBuffer, _ range: Range<Int>, on id: ConnectionID, at now: Instant,
        into effects: inout Effects
    ) {
        guard range.count >= 8, let xid = frames.getInteger(at: range.lowerBound, as: Int32.self),
            let type = frames.getInteger(at: range.lowerBound + 4, as: Int32.self)
        else { return end(id, into: &effects) }
        count(receivedOn: id)
        let request = RequestFrame(
            xid: xid, type: type, frames: frames, range: range, arrivalMs: now.monotonicMs)
        guard let code = OpCode(rawValue: type), code.isForClients || isReadOnly && code == .deleteContainer
        else {
            return refuseUnknown(request, on: id, at: now, into: &effects)
        }
        if !settings.requiredSchemes.isEmpty, code != .auth, code != .sasl, !hasRequiredIdentity(id) {
            return refuseUnproven(request, on: id, at: now, into: &effects)
        }
        switch code {
        case .auth: authenticate(request, on: id, at: now, into: &effects)
        case .sasl: declineSASL(request, on: id, at: now, into: &effects)
        case .closeSession where isReadOnly: closeLocalSession(request, on: id, at: now, into: &effects)
        case .sync where isReadOnly, .deleteContainer:
            refuseReadOnly(request, on: id, at: now, into: &effects)
        case .sync: synchronise(request, on: id, at: now, into: &effects)
        default:
            if code.isWrite, isReadOnly {
                refuseReadOnly(request, on: id, at: now, into: &effects)
            } else if code.isWrite {
                takeWrite(request, code, on: id, at: now, into: &effects)
            } else {
                read(request, on: id, at: now, into: &effects)
            }
        }
    }

    /// A read is answered at once unless this client's own writes are ahead of it.
    private mutating func read(
        _ request: RequestFrame, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        guard let connection = connections[id] else { return }
        if connection.waiting.isEmpty {
            answerRead(request, as: connection.identities, on: id, at: now, into: &effects)
        } else {
            connection.waitingReads += 1
            wait(.read(request.copy(), connection.identities), request, on: id)
        }
    }

    /// Answered, in this client's order, once everything proposed so far is applied.
    private mutating func synchronise(
        _ request: RequestFrame, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        guard let body = request.decode(PathRequest.init(decoding:)) else {
            return wait(.failure(.marshallingError), request, on: id, at: now, into: &effects)
        }
        if isLeading, zab.history.last <= tree.lastZxid, connections[id]?.waiting.isEmpty == true {
            answerSync(request.xid, body.path, arrivalMs: request.arrivalMs, on: id, at: now, into: &effects)
        } else {
            wait(
                .sync(body.path, through: askForSync(body.path, request.xid, of: id, into: &effects)),
                request, on: id)
        }
    }

    /// - Returns: How far this node must have come; nil when the leader will say.
    mutating func askForSync(
        _ path: ZnodePath?, _ xid: Int32, of id: ConnectionID, into effects: inout Effects
    ) -> Zxid? {
        guard let connection = connections[id] else { return nil }
        switch duty {
        case .lead:
            barriers.append(Barrier(zxid: zab.history.last, waiting: .client(id)))
            return zab.history.last
        case .follow, .observe:
            pendingSyncs.append(id)
            requestSync(path, xid: xid, of: connection, into: &effects)
            return nil
        case nil:
            return nil
        }
    }

    /// Asks the leader, in the name of a client.
    mutating func requestSync(
        _ path: ZnodePath?, xid: Int32, of connection: Connection, into effects: inout Effects
    ) {
        var body = ByteBuffer()
        body.writeJutePath(path)
        forward(
            ForwardedRequest(
                session: connection.session, cxid: xid, type: OpCode.sync.rawValue, body: body),
            as: connection.identities, into: &effects)
    }

    mutating func wait(
        _ kind: WaitingRequest.Kind, _ request: RequestFrame, cxid: Int32 = 0, isLast: Bool = false,
        on id: ConnectionID
    ) {
        guard let connection = connections[id] else { return }
        connection.waiting.append(
            WaitingRequest(
                kind: kind, xid: request.xid, cxid: cxid, type: request.type,
                arrivalMs: request.arrivalMs, bytes: Int32(request.range.count), isLast: isLast))
        connection.keptBytes += request.range.count
        intake.add(request.range.count)
    }
}
