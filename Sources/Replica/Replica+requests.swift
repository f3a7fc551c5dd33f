internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab

/// Requests as they arrive, and as their turn comes: each client is answered in its order.
extension Replica {
    /// Takes whole frames of one connection, in order.
    ///
    /// Once a session is closing, what its client still sends is dropped (client protocol 8.2): an ephemeral
    /// created behind the end of its session would never go.
    ///
    /// - Parameter isNews: Whether the client has said so just now. What was held back is no sign of life: by
    ///   now its client may be with another server.
    mutating func receive(_ frames: ByteBuffer, on connection: Connection, isNews: Bool = true) {
        var frames = frames
        if connection.session != .none, !touch(connection, isNews: isNews) { return }
        var room = intake.room(proposed: zab.pendingBytes)
        while let length = frames.getInteger(at: frames.readerIndex, as: Int32.self) {
            let start = frames.readerIndex + 4
            if isHeldBack(connection) || isCrowded(connection) || connection.isFull {
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
        guard admit(request, on: connection) else { return }
        if isReadOnly ? connectReadOnly(request, on: connection) : connect(request, on: connection) {
            welcome(connection)
        }
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
        guard let answer = answer(to: request, on: connection) else { return }
        answerInTurn(answer, request, on: connection)
        if answer.isLast { connection.phase = .ending }
    }

    /// - Returns: nil for what is answered already, or not yet.
    private mutating func answer(to request: RequestFrame, on connection: Connection) -> DueAnswer? {
        guard let code = OpCode(rawValue: request.type),
            code.isForClients || isReadOnly && code == .deleteContainer
        else { return refuseUnknown(request, on: connection) }
        if !settings.requiredSchemes.isEmpty, code != .auth, code != .sasl, !hasRequiredIdentity(connection) {
            return refuseUnproven(connection)
        }
        switch code {
        case .auth: return authenticate(request, on: connection)
        case .sasl: return declineSASL(request, on: connection)
        case .closeSession where isReadOnly: return closeLocalSession(of: connection)
        case .sync where isReadOnly, .deleteContainer: return .refusedReadOnly
        case .sync: return synchronize(request, on: connection)
        default: break
        }
        if code.isWrite { return isReadOnly ? .refusedReadOnly : takeWrite(request, code, on: connection) }
        read(request, on: connection)
        return nil
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

    /// Answers when the request's turn comes, which may be now.
    private mutating func answerInTurn(
        _ answer: DueAnswer, _ request: RequestFrame, on connection: Connection
    ) {
        wait(answer.kind, request, isLast: answer.isLast, on: connection)
        drain(connection)
    }

    // MARK: Their turn

    /// Answers what waited behind a write, up to the next one that is still under way or until there is no
    /// room.
    mutating func drain(_ connection: Connection) {
        while let head = connection.waiting.first, isDue(head) {
            if isCrowded(connection) { return }
            answerFirst(of: connection)
        }
        takeUpHeld(connection)
    }

    /// Answers the reads that a client sent before its next write, room or not: that write is about to be
    /// applied, and they must not see it. There are at most `waitingReadsMax`.
    ///
    /// So is a synchronization, whatever the leader says of it: a later write of the same client has come.
    mutating func drainBeforeWrite(_ connection: Connection) {
        while let head = connection.waiting.first, !head.isWrite {
            answerFirst(of: connection)
        }
    }

    /// Whether a request waits for nothing but its turn.
    private func isDue(_ request: WaitingRequest) -> Bool {
        switch request.kind {
        case .write: false
        case .sync(_, let zxid): zxid.map { $0 <= committed.lastZxid } ?? false
        case .read, .failure, .fixed, .noToken: true
        }
    }

    private mutating func answerFirst(of connection: Connection) {
        let head = takeFirst(of: connection)
        switch head.kind {
        case .write:
            preconditionFailure("a write is answered by its commit")
        case .sync(let path, _):
            answerSync(head.xid, path, arrivalMs: head.arrivalMs, on: connection)
        case .read(let frame, let identities):
            connection.waitingReads -= 1
            let request = RequestFrame(waiting: head, frame: frame)
            answerRead(request, as: identities, on: connection)
        case .failure(let code):
            answerFailure(head, code, zxid: committed.lastZxid, on: connection)
        case .fixed(let zxid, let code):
            answerFailure(head, code, zxid: zxid, on: connection)
        case .noToken:
            effects.answer(connection) { buffer in
                buffer.writeReplyFrame(xid: head.xid, zxid: .zero, error: .ok) { $0.writeJuteBytes(nil) }
            }
            note(head, on: connection, isUpdate: false)
        }
    }

    // MARK: Going on

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

    /// There is room again: first what waited longest, then what came since.
    mutating func proceed(_ connection: Connection) {
        guard connection.isCrowded else { return }
        connection.isCrowded = false
        drain(connection)
    }

    /// Takes in what came while the client could not be answered, and reads on once nothing waits.
    mutating func takeUpHeld(_ connection: Connection) {
        guard connection.phase != .connecting, !connection.isFull else { return }
        if connection.held.readableBytes > 0 {
            let held = connection.held
            connection.held = ByteBuffer()
            receive(held, on: connection, isNews: false)
        }
        guard !connection.isFull, connection.waiting.isEmpty || connection.isNext else { return }
        readOn(connection)
    }

    /// Lets those go on who have waited longest, as far as there is room.
    mutating func giveRoom() {
        while let id = intake.next {
            if let connection = connections[id] {
                guard intake.admitsNext(connection.nextBytes, proposed: zab.pendingBytes) else { return }
                intake.dropNext()
                connection.waitsForRoom = false
                connection.isNext = true
                takeUpHeld(connection)
                connection.isNext = false
            } else {
                intake.dropNext()
            }
        }
    }
}

extension Connection {
    /// Bytes that the client needs room for before it goes on.
    fileprivate var nextBytes: Int {
        held.getInteger(at: held.readerIndex, as: Int32.self).map { Int($0) } ?? expected
    }
}
