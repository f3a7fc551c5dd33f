internal import DequeModule
internal import NIOCore
internal import Zab

/// Flow control: whose requests are not read, or not answered, until there is room.
extension Replica {
    /// Whether the client has so much to take already that its next requests must wait: a few bytes of
    /// requests can ask for gigabytes of answers.
    mutating func isCrowded(_ connection: Connection) -> Bool {
        if connection.isCrowded { return true }
        guard effects.outboxBytes(of: connection) > Replica.outboxBytesMax else { return false }
        connection.isCrowded = true
        effects.act(.awaitRoom(connection.id))
        pauseReading(connection)
        return true
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
        let held = connection.held
        connection.held = ByteBuffer()
        if held.readableBytes > 0 { receive(held, on: connection) }
        guard !connection.isFull, connection.waiting.isEmpty || connection.isNext else { return }
        readOn(connection)
    }

    /// Above the limit, a connection that has something under way is not read until it is answered; one that
    /// has nothing may always ask one thing (client protocol 13.1).
    mutating func applyBackpressure(to connection: Connection) {
        guard zab.outstandingCount > settings.outstandingRequestsMax, !connection.waiting.isEmpty else {
            return
        }
        pauseReading(connection)
    }

    mutating func pauseReading(_ connection: Connection) {
        if connection.setPaused(true) { effects.act(.pauseReading(connection.id)) }
    }

    mutating func resumeReading(_ connection: Connection) {
        if connection.setPaused(false) { effects.act(.resumeReading(connection.id)) }
    }
}

extension Connection {
    /// - Returns: Whether that is a change.
    func setPaused(_ paused: Bool) -> Bool {
        defer { isPaused = paused }
        return isPaused != paused
    }
}
