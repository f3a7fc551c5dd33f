internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Zab
internal import Znodes

/// A node without a leader: its clients stay connected, and what they ask for waits for the next one.
extension Replica {
    /// Whether what a client sends is held back: nobody is told anything while there is no leader.
    func isHeldBack(_ connection: Connection) -> Bool {
        service.servingRole == nil && connection.phase == .serving && !connection.isReadOnly
    }

    /// There is no leader: what was promised to come by the former one no longer is. Clients stay connected.
    mutating func standBy(because reason: String) {
        service.end(at: now)
        overlay = Overlay()
        syncs = SyncQueue()
        connections.forgetReturning()
        incoming.forget()
        committed.sessions.forgetLeadership()
        committed.sessions.forgetHeard()
        chores.endings.begin()
        for connection in connections.all {
            for index in connection.waiting.indices {
                guard case .sync(let path, let through?) = connection.waiting[index].kind,
                    through > committed.lastZxid
                else { continue }
                connection.waiting[index].kind = .sync(path, through: nil)
            }
        }
        effects.act(.warn("looking for a leader: \(reason)"))
    }

    /// Clients that have waited for a leader as long as they agreed to go unheard: they may find one
    /// elsewhere.
    mutating func closeAbandoned() {
        guard now.monotonicMs - service.leaderlessSinceMs > Int64(settings.minSessionTimeoutMs) else {
            return
        }
        for connection in connections.all
        where connection.phase != .fresh && connection.phase != .ending && !connection.isReadOnly
            && now.monotonicMs - service.leaderlessSinceMs > Int64(connection.negotiatedTimeoutMs)
        {
            end(connection)
        }
    }
}
