internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Read-only mode (`readonlymode.enabled`, client protocol 2.9): a member that finds no leader answers reads
/// from what it has, to clients that said they would be content with that.
///
/// Their sessions are this server's alone: nothing proposes, logs or numbers anything for them, so that an
/// ensemble never hears of them (quorum protocol, trap 24). Clients that were here before wait for a leader,
/// as always.
extension Replica {
    /// Longer than members that can reach one another take to elect.
    private var readOnlyGraceMs: Int64 { max(2000, settings.tickMs) }

    /// Begins read-only mode when this server has looked for a leader long enough, and ends it as soon as one
    /// is elected.
    mutating func reviewReadOnlyMode(at now: Instant, into effects: inout Effects) {
        guard settings.isReadOnlyModeEnabled, settings.membership != nil else { return }
        guard zab.isLooking else {
            lookingSinceMs = nil
            return leaveReadOnlyMode(into: &effects)
        }
        let since = lookingSinceMs ?? now.monotonicMs
        lookingSinceMs = since
        guard !isReadOnly, now.monotonicMs - since >= readOnlyGraceMs else { return }
        isReadOnly = true
        effects.act(.warn("no leader for \(now.monotonicMs - since) ms: clients that ask for it may read"))
    }

    /// All of them look for another server, this one included; none finds its session again.
    private mutating func leaveReadOnlyMode(into effects: inout Effects) {
        guard isReadOnly else { return }
        isReadOnly = false
        for connection in connections.all where connection.isReadOnly { end(connection.id, into: &effects) }
        localSessions.removeAll()
    }

    // MARK: Sessions

    /// A session of this server's own: a new one, or one that it still knows.
    ///
    /// Whether a session of the ensemble lives only a leader can say: its client is sent away without a word
    /// and finds one elsewhere (client protocol 2.5).
    mutating func connectReadOnly(
        _ request: ConnectRequest, on connection: Connection, at now: Instant, into effects: inout Effects
    ) {
        guard sessions[request.session] == nil else { return end(connection.id, into: &effects) }
        var session = request.session
        if session.rawValue == 0 {
            session = sessions.makeID()
        } else {
            guard SessionPassword.opens(session, with: request.password), localSessions[session] != nil
            else { return refuse(connection.id, into: &effects) }
            if let former = localSessions[session]?.connection { end(former, into: &effects) }
        }
        localSessions.add(session, timeoutMs: connection.negotiatedTimeoutMs, isCommitted: false, at: now)
        localSessions[session]?.connection = connection.id
        connection.session = session
        connection.phase = .connecting
        welcome(connection.id, at: now, into: &effects)
    }

    // MARK: Requests

    /// What needs the ensemble is refused unread, whatever its body says.
    mutating func refuseReadOnly(
        _ request: RequestFrame, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        wait(.failure(.notReadOnly), request, on: id, at: now, into: &effects)
    }

    /// closeSession: the session was made here and ends here.
    mutating func closeLocalSession(
        _ request: RequestFrame, on id: ConnectionID, at now: Instant, into effects: inout Effects
    ) {
        guard let connection = connections[id] else { return }
        localSessions.remove(connection.session)
        connection.phase = .ending
        wait(.fixed(zxid: tree.lastZxid, .ok), request, isLast: true, on: id, at: now, into: &effects)
    }
}
