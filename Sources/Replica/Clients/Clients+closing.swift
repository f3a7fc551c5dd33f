internal import DequeModule
internal import Vocabulary

/// Clients that are sent away, many at a time.
extension Clients {
    /// Connections that were opened before `openedMs` and have said nothing yet.
    mutating func closeUnidentified(openedBefore openedMs: Int64, into effects: inout Effects) {
        while let connection = takeUnidentified(openedBefore: openedMs) {
            effects.close(connection)
        }
    }

    /// Clients that have waited for a leader as long as they agreed to go unheard: they may find one
    /// elsewhere.
    func closeAbandoned(leaderlessMs: Int64, into effects: inout Effects) {
        for connection in connections.all
        where connection.phase != .fresh && connection.phase != .ending && !connection.isReadOnly
            && leaderlessMs > Int64(connection.negotiatedTimeoutMs)
        {
            effects.close(connection)
        }
    }

    /// Clients that have waited for an answer as long as they agreed to go unheard.
    func closeUnanswered(at now: Instant, into effects: inout Effects) {
        for connection in connections.all {
            guard connection.phase == .serving, let first = connection.waiting.first,
                now.monotonicMs - first.arrivalMs > Int64(connection.negotiatedTimeoutMs)
            else { continue }
            effects.close(connection)
        }
    }

    /// Clients that were taken in in read-only mode.
    func closeReadOnly(into effects: inout Effects) {
        for connection in connections.all where connection.isReadOnly { effects.close(connection) }
    }

    /// While nobody is read, clients that do not take their answers and have asked for more: what is held
    /// for them would be held for ever.
    mutating func closeCrowded(into effects: inout Effects) {
        for connection in connections.all where connection.isCrowded && connection.heldBytes > 0 {
            effects.complain("a client asks for more and does not read; closed", of: connection)
            _ = takeHeld(of: connection)
            effects.close(connection)
        }
    }

    /// Everybody: what they wait for will not be answered.
    mutating func closeAll(into effects: inout Effects) {
        for connection in connections.all {
            while !connection.waiting.isEmpty { _ = takeFirst(of: connection) }
            effects.close(connection)
        }
    }

    // MARK: A leader is lost

    /// Forgets what the former leader was asked, or had promised to come, behind what is applied.
    mutating func forgetLeader(applied: Zxid) {
        forgetReturning()
        for connection in connections.all {
            for index in connection.waiting.indices {
                guard case .sync(let path, let through?) = connection.waiting[index].kind, through > applied
                else { continue }
                connection.waiting[index].kind = .sync(path, through: nil)
            }
        }
    }
}
