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
