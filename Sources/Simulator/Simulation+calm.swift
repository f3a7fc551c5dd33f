internal import Replica
internal import Vocabulary
internal import Znodes

/// The second part of a run: nothing goes wrong any more, and the ensemble must go on and agree.
extension Simulation {
    /// Milliseconds in which a healed ensemble must serve everybody.
    private static let healingMsMax: Int64 = 15_000
    /// Milliseconds in which servers without new requests must become equal.
    private static let settlingMsMax: Int64 = 12_000

    /// Nothing has gone wrong for so long that every session is served, or over.
    var isLongCalm: Bool { calmSinceMs.map { nowMs - $0 > 3 * Int64(scenario.sessionTimeoutMs) } ?? false }

    func heal() throws(Violation) {
        calmSinceMs = nowMs
        noteChange()
        ambushes = 0
        network.mendAll()
        release()
        for server in servers {
            server.diskDelayMsMax = 3
            server.isDiskFailing = false
            if server.backlog != nil { agenda.add(.resume(server: server.host), at: nowMs) }
            try start(server)
        }
        // Without a word: all that they leave behind has to go.
        for client in clients where client.isOfCrowd { lose(client) }
        try run(upTo: Self.healingMsMax, until: { $0.isServingAll }, "serves all its clients")
        let open = record.model.openSessions
        for client in clients { client.isQuiet = true }
        try run(upTo: Self.settlingMsMax, until: { $0.isSettled }, "comes to rest")
        try requireEqual()
        // Whoever was served in the calm has its session still.
        for client in clients where !client.isLost {
            guard open.contains(client.session), record.model.openSessions.contains(client.session) else {
                throw Violation("client \(client.index) lost session \(client.session) after all was healed")
            }
        }
    }

    private func run(
        upTo limitMs: Int64, until isReached: (Simulation) -> Bool, _ what: String
    ) throws(Violation) {
        let endMs = nowMs + limitMs
        while !isReached(self) {
            guard nowMs < endMs else {
                throw Violation("healed, and the ensemble never \(what): \(state)")
            }
            try run(until: nowMs + 50)
        }
    }

    private var isServingAll: Bool {
        let live = clients.filter { !$0.isLost }
        return live.allSatisfy { $0.isConnected && $0.answeredInCalm > 2 }
            && record.model.openSessions == Set(live.map(\.session))
    }

    private var isSettled: Bool {
        clients.allSatisfy { $0.pending.isEmpty }
            && servers.allSatisfy { $0.servingRole != nil && $0.observed == record.lastZxid }
    }

    private var state: String {
        let servers = servers.map { server in
            "server \(server.id.rawValue) at \(server.observed) "
                + (server.servingRole.map { "\($0)" } ?? "looks")
        }
        let clients = clients.filter { !$0.isLost }.map { client in
            "client \(client.index) \(client.isConnected ? "connected" : "not connected"), "
                + "\(client.answeredInCalm) writes answered"
        }
        return (servers + clients).joined(separator: "; ")
            + "; \(record.model.openSessions.count) sessions; \(record.lastZxid)"
    }

    /// The same tree and the same sessions everywhere, and no ephemeral without its session.
    private func requireEqual() throws(Violation) {
        let sessions = record.model.openSessions.sorted()
        for server in servers {
            let known = server.replica?.sessions.ids ?? []
            guard known == sessions else {
                throw Violation(
                    "server \(server.id.rawValue) knows other sessions than the history: "
                        + "\(known) instead of \(sessions)")
            }
            guard server.replica?.digestMismatches == 0 else {
                throw Violation("server \(server.id.rawValue) has another tree than the leaders said")
            }
            let owners = server.replica?.tree.ephemeralOwners ?? []
            guard owners.allSatisfy({ sessions.contains($0) }) else {
                throw Violation("server \(server.id.rawValue) has ephemerals of sessions that have ended")
            }
        }
    }
}
