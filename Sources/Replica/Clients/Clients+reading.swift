internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire

/// Requests as they arrive: which are taken in, and who is not read until there is room.
extension Clients {
    /// Frames have come from one client; `next` takes in one after the other.
    func receive(_ frames: ByteBuffer, _ load: Load, at now: Instant) -> ReceivedFrames {
        ReceivedFrames(frames, room: intake.room(proposed: load.bytes), arrivalMs: now.monotonicMs)
    }

    /// Takes in the next of the frames that a client has sent.
    ///
    /// - Returns: nil when there is none, or none that may be taken in now: those are held back.
    mutating func next(
        of received: inout ReceivedFrames, on connection: Connection, _ load: Load,
        into effects: inout Effects
    ) -> RequestFrame? {
        while let length = received.nextLength {
            let isHeldBack = connection.isHeldBack(load)
            if !isHeldBack { pauseIfFull(connection, into: &effects) }
            if isHeldBack || connection.isFull {
                hold(&received, of: connection)
                effects.pauseReading(connection)
                return nil
            }
            if connection.reserved > 0 {
                useReservation(of: connection)
            } else if length > received.room,
                mustWait(length, received.nextType, on: connection, load, into: &effects)
            {
                hold(&received, of: connection)
                return nil
            }
            received.use(room: length)
            switch connection.phase {
            case .fresh: return received.takeConnectRequest(length)
            case .serving:
                if let request = received.takeRequest(length) { return request }
                effects.close(connection)
            case .connecting:
                hold(&received, of: connection)
                return nil
            case .ending: return nil
            }
        }
        applyBackpressure(to: connection, load, into: &effects)
        return nil
    }

    /// Above the limit, a connection that has something under way is not read until it is answered; one that
    /// has nothing may always ask one thing (client protocol 13.1).
    private func applyBackpressure(to connection: Connection, _ load: Load, into effects: inout Effects) {
        guard load.requests > requestsMax, !connection.waiting.isEmpty else { return }
        effects.pauseReading(connection)
    }

    // MARK: Room

    /// A large frame has begun on a connection, whose rest is read when there is room for all of it.
    mutating func expect(
        _ bytes: Int, on connection: Connection, _ load: Load, into effects: inout Effects
    ) {
        guard connection.expected == 0 else { return }
        connection.expected = bytes
        if connection.held.readableBytes > 0 || !reserve(for: connection, load) {
            waitForRoom(connection, into: &effects)
        }
    }

    /// Whether a frame must wait until there is room: only what would be kept needs any.
    private mutating func mustWait(
        _ length: Int, _ type: Int32, on connection: Connection, _ load: Load, into effects: inout Effects
    ) -> Bool {
        if connection.waitsForRoom { return true }
        let isKept = !connection.waiting.isEmpty || OpCode(rawValue: type)?.isWrite == true
        guard connection.phase == .serving, isKept, !isAdmitted(length, of: connection, load) else {
            return false
        }
        waitForRoom(connection, into: &effects)
        return true
    }

    // MARK: Going on

    /// Reads on, if there is room for what has begun to come.
    mutating func readOn(_ connection: Connection, _ load: Load, into effects: inout Effects) {
        guard !connection.waitsForRoom, connection.held.readableBytes == 0, !intake.isShut else { return }
        guard connection.expected == 0 || reserve(for: connection, load) else {
            return waitForRoom(connection, into: &effects)
        }
        effects.resumeReading(connection)
    }

    /// The same, once nothing waits.
    mutating func readOnIfIdle(_ connection: Connection, _ load: Load, into effects: inout Effects) {
        guard !connection.isFull, connection.waiting.isEmpty || connection.isNext else { return }
        readOn(connection, load, into: &effects)
    }

    /// Reads nobody any more, since too much is held, or everybody again. Sockets whose events lie in the
    /// loop already are not read either.
    mutating func shutOrOpen(_ load: Load, into effects: inout Effects) {
        shutOrOpenIntake()
        for connection in connections.all where connection.phase != .ending {
            if intake.isShut {
                effects.pauseReading(connection)
            } else if connection.phase != .connecting, !connection.isFull, connection.waiting.isEmpty {
                readOn(connection, load, into: &effects)
            }
        }
    }
}
