internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab

/// Requests as they arrive: who may ask, what can be answered at once, what must wait its turn.
extension Replica {
    /// Takes whole frames of one connection, in order.
    ///
    /// Once a session is closing, what its client still sends is dropped (client protocol 8.2): an ephemeral
    /// created behind the end of its session would never go.
    mutating func receive(_ frames: ByteBuffer, on connection: Connection) {
        var frames = frames
        if connection.session != .none, !touch(connection) { return }
        var room = intake.room(proposed: zab.pendingBytes)
        while let length = frames.getInteger(at: frames.readerIndex, as: Int32.self) {
            let start = frames.readerIndex + 4
            if service.duty == nil, connection.phase == .serving, !connection.isReadOnly {
                // Nobody is told anything while there is no leader; it waits for the next one.
                connection.held.writeBuffer(&frames)
                return pauseReading(connection)
            }
            if isCrowded(connection) || connection.isFull {
                connection.held.writeBuffer(&frames)
                return pauseReading(connection)
            }
            if connection.reserved > 0 {
                settleReservation(of: connection)
            } else if Int(length) > room, mustWait(frames, length, on: connection) {
                connection.held.writeBuffer(&frames)
                return
            }
            room -= Int(length)
            switch connection.phase {
            case .fresh:
                receiveConnect(frames, start..<start + Int(length), on: connection)
            case .serving:
                receiveRequest(frames, start..<start + Int(length), on: connection)
            case .connecting:
                connection.held.writeBuffer(&frames)
                return
            case .ending:
                return
            }
            frames.moveReaderIndex(forwardBy: 4 + Int(length))
        }
        applyBackpressure(to: connection)
    }

    private mutating func receiveConnect(
        _ frames: ByteBuffer, _ range: Range<Int>, on connection: Connection
    ) {
        let frame = RequestFrame(xid: 0, type: 0, frames: frames, range: range, arrivalMs: now.monotonicMs)
        guard let request = frame.decodeWhole(ConnectRequest.init(decoding:)) else {
            complain("a client's first frame is no connect request; closed", of: connection)
            return end(connection)
        }
        count(receivedOn: connection)
        connect(request, on: connection)
    }

    private mutating func receiveRequest(
        _ frames: ByteBuffer, _ range: Range<Int>, on connection: Connection
    ) {
        guard range.count >= 8, let xid = frames.getInteger(at: range.lowerBound, as: Int32.self),
            let type = frames.getInteger(at: range.lowerBound + 4, as: Int32.self)
        else { return end(connection) }
        count(receivedOn: connection)
        let request = RequestFrame(
            xid: xid, type: type, frames: frames, range: range, arrivalMs: now.monotonicMs)
        guard let code = OpCode(rawValue: type), code.isForClients || isReadOnly && code == .deleteContainer
        else {
            return refuseUnknown(request, on: connection)
        }
        if !settings.requiredSchemes.isEmpty, code != .auth, code != .sasl, !hasRequiredIdentity(connection) {
            return refuseUnproven(request, on: connection)
        }
        switch code {
        case .auth: authenticate(request, on: connection)
        case .sasl: declineSASL(request, on: connection)
        case .closeSession where isReadOnly: closeLocalSession(request, on: connection)
        case .sync where isReadOnly, .deleteContainer:
            refuseReadOnly(request, on: connection)
        case .sync: synchronise(request, on: connection)
        default:
            if code.isWrite, isReadOnly {
                refuseReadOnly(request, on: connection)
            } else if code.isWrite {
                takeWrite(request, code, on: connection)
            } else {
                read(request, on: connection)
            }
        }
    }

    /// A read is answered at once unless this client's own writes are ahead of it.
    private mutating func read(_ request: RequestFrame, on connection: Connection) {
        if connection.waiting.isEmpty {
            answerRead(request, as: connection.identities, on: connection)
        } else {
            connection.waitingReads += 1
            wait(.read(request.copy(), connection.identities), request, on: connection)
        }
    }
}
