internal import Replica
internal import SeededRandom
internal import Vocabulary
internal import Zab
internal import Znodes

/// Effects of a server's replica, carried out when a node's loop does it: both ask `TurnPolicy`.
extension Simulation {
    /// After a step.
    ///
    /// - Parameter isAnsweredNow: Answers leave with the step that gave them, or at the end of the turn.
    func carryOut(_ server: Server, isAnsweredNow: Bool) throws(Violation) {
        guard server.isRunning else { return }
        server.foresee()
        try observe(server)
        if isAnsweredNow { try flushAnswered(server) }
        if server.turns.handsOffEarly(server.effects.writes.count) { try handOff(server) }
        if server.effects.hasNotified, server.turns.sendsEvents { try sendSlice(server) }
        for action in server.effects.takeActions() { try act(action, of: server) }
        let isAnythingWaiting =
            !server.effects.writes.isEmpty || server.effects.hasAnswered || !server.unsent.isEmpty
        if server.turns.opensTurn(isAnythingWaiting: isAnythingWaiting) {
            agenda.add(.turnEnd(server: server.host, life: server.life), at: nowMs)
        }
    }

    func endTurn(_ server: Server) throws(Violation) {
        guard let proposed = server.replica?.lastProposed, let committed = server.replica?.tree.lastZxid
        else { return }
        let deadlineNs = server.turns.endTurn(
            isLeading: server.replica?.isLeading == true, proposed: proposed, committed: committed,
            nowNs: nowMs * 1_000_000)
        if let deadlineNs {
            let atMs = (deadlineNs + 999_999) / 1_000_000
            if !server.effects.writes.isEmpty, server.passOnMs != atMs {
                server.passOnMs = atMs
                agenda.add(.passOn(server: server.host, life: server.life, atMs: atMs), at: atMs)
            }
            flushLinks(server, proposals: false)
        } else {
            try passOn(server)
        }
        try flushAnswered(server)
    }

    /// To the disk and to the other servers.
    func passOn(_ server: Server) throws(Violation) {
        guard let proposed = server.replica?.lastProposed else { return }
        server.passOnMs = nil
        server.turns.passOn(proposed: proposed, nowNs: nowMs * 1_000_000)
        try handOff(server)
        flushLinks(server, proposals: true)
    }

    private func handOff(_ server: Server) throws(Violation) {
        guard let zxid = server.replica?.tree.lastZxid else { return }
        let writes = server.takeWrites()
        guard let last = writes.last else { return }
        for write in writes { note(write, of: server) }
        if ambushes > 0, writes.contains(where: { $0.what.endsSynchronization }) { ambush(server) }
        server.turns.handOff(through: last.ticket)
        server.disk.store(writes, committed: zxid)
        try beginBatch(server)
    }

    private func flushAnswered(_ server: Server) throws(Violation) {
        for connection in server.effects.takeAnswered() { try flush(connection, of: server) }
    }

    /// Sends some of the connections their events, and leaves the others to the next slice.
    func sendSlice(_ server: Server) throws(Violation) {
        server.replica?.tellNext(server.turns.eventSliceCount, into: &server.effects)
        for _ in 0..<server.turns.eventSliceCount {
            guard let connection = server.effects.takeNotified() else { break }
            try flush(connection, of: server)
        }
        server.turns.endSlice(more: server.effects.hasNotified)
        guard !server.turns.sendsEvents else { return }
        agenda.add(.eventSlice(server: server.host, life: server.life), at: nowMs + 1)
    }

    private func flushLinks(_ server: Server, proposals: Bool) {
        for (channel, message) in server.takeUnsent(proposals: proposals) {
            send(message, over: channel, from: server.host)
        }
    }

    private func note(_ write: Effects.LogWrite, of server: Server) {
        transcript.note(
            nowMs, Int64(server.host), 2, Int64(bitPattern: write.ticket),
            line: "\(nowMs) server \(server.id.rawValue) orders \(write.what.summary)")
        if case .append(let append) = write.what { transcript.note(append.body) }
    }

    /// A crash before the write is carried out finds a server between two histories.
    private func ambush(_ server: Server) {
        guard dice.isOneIn(2) else { return }
        agenda.add(.death(server: server.host, life: server.life), at: nowMs + roll(3))
        guard dice.isOneIn(2), let host = server.leader?.second, servers[host].isRunning else { return }
        agenda.add(.death(server: host, life: servers[host].life), at: nowMs + roll(3))
    }
}

extension Effects.LogWrite.What {
    fileprivate var endsSynchronization: Bool {
        switch self {
        case .install, .enterEpoch, .truncate: true
        case .append, .acceptEpoch: false
        }
    }

    fileprivate var summary: String {
        switch self {
        case .append(let append): "\(append.zxid) type \(append.type) of \(append.session) \(append.cxid)"
        case .truncate(let zxid): "to cut behind \(zxid)"
        case .install(let state, let appends):
            "a snapshot of \(state.head.zxid) and \(appends.count) more"
        case .acceptEpoch(let epoch): "to accept epoch \(epoch.rawValue)"
        case .enterEpoch(let epoch): "to enter epoch \(epoch.rawValue)"
        }
    }
}
