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
    /// Begins read-only mode, or ends it, as the election goes.
    mutating func reviewReadOnlyMode() {
        guard settings.isReadOnlyModeEnabled, settings.membership != nil else { return }
        switch readOnly.review(isLooking: zab.isLooking, at: now) {
        case .begins(let afterMs):
            effects.perform(.warn("no leader for \(afterMs) ms: clients that ask for it may read"))
        case .ends: sendReadersAway()
        case nil: break
        }
    }

    /// All of them look for another server, this one included; none finds its session again.
    private mutating func sendReadersAway() {
        clients.closeReadOnly(into: &effects)
        readOnly.sessions.removeAll()
    }

    // MARK: Sessions

    /// A session of this server's own: a new one, or one that it still knows.
    ///
    /// Whether a session of the ensemble lives only a leader can say: its client is sent away without a word
    /// and finds one elsewhere (client protocol 2.5).
    ///
    /// - Returns: Whether its client may be welcomed.
    mutating func connectReadOnly(_ request: ConnectRequest, on connection: Connection) -> Bool {
        guard committed.sessions[request.session] == nil else {
            effects.close(connection)
            return false
        }
        var session = request.session
        if session.rawValue == 0 {
            session = committed.sessions.makeID()
        } else {
            guard SessionPassword.opens(session, with: request.password), readOnly.sessions[session] != nil
            else {
                effects.refuse(connection, counting: &statistics)
                return false
            }
            if let former = readOnly.sessions[session]?.connection.flatMap({ clients[$0] }) {
                effects.close(former)
            }
        }
        readOnly.sessions.add(session, timeoutMs: connection.negotiatedTimeoutMs, isCommitted: false, at: now)
        readOnly.sessions[session]?.connection = connection.id
        connection.session = session
        connection.phase = .connecting
        return true
    }

    // MARK: Requests

    /// closeSession: the session was made here and ends here.
    mutating func closeLocalSession(of connection: Connection) -> DueAnswer {
        readOnly.sessions.remove(connection.session)
        return DueAnswer(kind: .fixed(zxid: committed.lastZxid, .ok), isLast: true)
    }
}

extension DueAnswer {
    /// Requests that need the ensemble are refused unread, whatever their bodies say.
    static let refusedReadOnly = DueAnswer(kind: .failure(.notReadOnly))
}
