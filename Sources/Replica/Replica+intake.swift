internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Zab

/// How much is taken in from all clients together: who asks for what there is no room for is not read until
/// there is.
extension Replica {
    /// A large frame has begun on a connection, whose rest is read when there is room for all of it.
    mutating func expect(_ bytes: Int, on connection: Connection) {
        guard connection.expected == 0 else { return }
        connection.expected = bytes
        if connection.held.readableBytes > 0 || !reserve(for: connection) {
            waitForRoom(connection)
        }
    }

    /// - Returns: Whether there was room for what it has begun to send.
    private mutating func reserve(for connection: Connection) -> Bool {
        guard isAdmitted(connection.expected, of: connection) else { return false }
        connection.reserved = connection.expected
        connection.expected = 0
        intake.add(connection.reserved)
        return true
    }

    /// The reserved bytes are a request now, which counts by itself as far as it is kept.
    mutating func settleReservation(of connection: Connection) {
        intake.remove(connection.reserved)
        connection.reserved = 0
    }

    private func isAdmitted(_ bytes: Int, of connection: Connection) -> Bool {
        connection.isNext
            ? intake.admitsNext(bytes, proposed: zab.pendingBytes)
            : intake.admits(bytes, proposed: zab.pendingBytes)
    }

    private mutating func waitForRoom(_ connection: Connection) {
        if !connection.waitsForRoom { intake.wait(connection.id) }
        connection.waitsForRoom = true
        pauseReading(connection)
    }

    /// Whether the first of these frames must wait until there is room: only what would be kept needs any.
    mutating func mustWait(_ frames: ByteBuffer, _ length: Int32, on connection: Connection) -> Bool {
        if connection.waitsForRoom { return true }
        let type = frames.getInteger(at: frames.readerIndex + 8, as: Int32.self) ?? 0
        let isKept = !connection.waiting.isEmpty || OpCode(rawValue: type)?.isWrite == true
        guard connection.phase == .serving, isKept, !isAdmitted(Int(length), of: connection) else {
            return false
        }
        waitForRoom(connection)
        return true
    }

    /// Reads on, if there is room for what has begun to come.
    mutating func readOn(_ connection: Connection) {
        guard !connection.waitsForRoom, connection.held.readableBytes == 0 else { return }
        guard connection.expected == 0 || reserve(for: connection) else {
            return waitForRoom(connection)
        }
        resumeReading(connection)
    }
}
