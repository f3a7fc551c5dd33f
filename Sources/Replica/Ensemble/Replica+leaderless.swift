internal import Vocabulary
internal import Zab
internal import Znodes

/// A node without a leader: its clients stay connected, and what they ask for waits for the next one.
extension Replica {
    /// There is no leader: what was promised to come by the former one no longer is. Clients stay connected.
    mutating func standBy(because reason: String) {
        forgetReports()
        service.end(at: now)
        overlay = Overlay()
        syncs = SyncQueue()
        incoming.forget()
        committed.sessions.forgetLeadership()
        committed.sessions.forgetHeard()
        chores.endings.begin()
        clients.forgetLeader(applied: committed.lastZxid)
        effects.perform(.warn("looking for a leader: \(reason)"))
    }

    /// Sends away who has waited for a leader for too long.
    mutating func closeAbandoned() {
        let leaderlessMs = now.monotonicMs - service.leaderlessSinceMs
        guard leaderlessMs > Int64(settings.minSessionTimeoutMs) else { return }
        clients.closeAbandoned(leaderlessMs: leaderlessMs, into: &effects)
    }
}

extension Connection {
    /// Whether what the client sends is held back: nobody is told anything while there is no leader.
    func isHeldBack(_ load: Load) -> Bool {
        !load.hasLeader && phase == .serving && !isReadOnly
    }
}
