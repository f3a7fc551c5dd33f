internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire

/// Requests that wait for their turn among those of their client: each client is answered in its order.
extension Clients {
    mutating func enqueue(_ answer: DueAnswer, _ request: RequestFrame, on connection: Connection) {
        enqueue(answer.kind, request, isLast: answer.isLast, on: connection)
    }

    mutating func enqueueRead(_ request: RequestFrame, on connection: Connection) {
        connection.waitingReads += 1
        enqueue(.read(request.copy(), connection.identities), request, on: connection)
    }

    /// Takes out the oldest request, unless it is a write that is still under way, or its client has no room.
    ///
    /// - Parameter applied: The last transaction that the tree shows.
    mutating func takeDue(
        of connection: Connection, applied: Zxid, into effects: inout Effects
    ) -> WaitingRequest? {
        guard let first = connection.waiting.first, first.isDue(applied: applied) else { return nil }
        pauseIfFull(connection, into: &effects)
        return connection.isCrowded ? nil : takeFirst(of: connection)
    }

    /// Lets the next requests of a client wait that has so much to take already: a few bytes of requests can
    /// ask for gigabytes of answers.
    func pauseIfFull(_ connection: Connection, into effects: inout Effects) {
        guard !connection.isCrowded, effects.isFull(for: connection) else { return }
        connection.isCrowded = true
        effects.perform(.awaitDrained(connection.id))
        effects.pauseReading(connection)
    }

    /// Takes out the oldest request ahead of the next write, room or not: that write is about to be applied,
    /// and reads ahead of it must not see it. There are at most `Connection.waitingReadsMax`.
    ///
    /// So is a synchronization, whatever the leader says of it: a later write of the same client has come.
    mutating func takeBeforeWrite(of connection: Connection) -> WaitingRequest? {
        guard let first = connection.waiting.first, !first.isWrite else { return nil }
        return takeFirst(of: connection)
    }
}

extension WaitingRequest {
    /// Whether it waits for nothing but its turn.
    fileprivate func isDue(applied: Zxid) -> Bool {
        switch kind {
        case .write: false
        case .sync(_, let zxid): zxid.map { $0 <= applied } ?? false
        case .read, .failure, .fixed, .token: true
        }
    }
}
