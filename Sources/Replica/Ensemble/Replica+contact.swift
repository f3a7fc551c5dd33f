internal import Vocabulary
internal import Wire
internal import Zab

/// Clients whose sessions may end elsewhere before this node hears of it.
extension Replica {
    /// When it was certain last that the client's session lived. What was reported counts once the leader has
    /// answered something that was asked behind it.
    func knownMs(of connection: Connection) -> Int64 {
        if isLeading { return service.contact.heardMs }
        return committed.sessions.knownMs(of: connection.session, confirmedMs: service.contact.confirmedMs)
    }

    /// Ends the connection of a client that may not be answered any more.
    ///
    /// - Returns: Whether it is one.
    mutating func endIfOutOfTouch(_ connection: Connection) -> Bool {
        guard service.contact.matters, connection.phase != .connecting,
            service.contact.mayHaveEnded(
                connection.negotiatedTimeoutMs, knownMs: knownMs(of: connection), at: now)
        else { return false }
        if connection.phase == .serving { effects.close(connection) }
        return true
    }

    /// Looks who must be told, while there is no leader or none is heard.
    mutating func reviewContact() {
        if isLeading, let heardMs = zab.quorumHeardMs(at: now.monotonicMs) {
            service.contact.hearQuorum(atMs: heardMs)
        }
        guard service.contact.isReviewDue(at: now) else { return }
        for connection in clients.connections.all
        where connection.phase == .serving && !connection.isReadOnly
            && service.contact.isToBeTold(
                connection.negotiatedTimeoutMs, knownMs: knownMs(of: connection), at: now)
        {
            effects.complain(
                "a client is closed whose session may end without this server's knowledge", of: connection)
            effects.close(connection)
        }
    }

    /// Tells a new leader which clients were heard of while there was none, before it is given anything of
    /// theirs.
    ///
    /// - Returns: One of the clients; nil where there is none.
    mutating func reportKept() -> Connection? {
        var kept: Connection?
        for connection in clients.connections.all where connection.phase == .serving {
            guard !connection.isReadOnly, isRecent(connection) else { continue }
            committed.sessions.recordHeard(connection.session)
            kept = connection
        }
        if kept != nil { reportTouched() }
        return kept
    }

    /// The answer to a ping: which sessions were heard from. Never null (quorum protocol 4.9).
    mutating func reportTouched() {
        let report = committed.sessions.takeHeard(at: now, confirmedMs: service.contact.confirmedMs)
        let perPacket = settings.recordBytesMax / TouchedSessions.bytesEach
        for start in stride(from: 0, to: max(1, report.count), by: perPacket) {
            let data = TouchedSessions.encode(report[start..<min(start + perPacket, report.count)])
            effects.perform(.link(.toLeader(QuorumPacket(.ping, zxid: committed.lastZxid, data: data))))
        }
        if !report.isEmpty, service.contact.matters, service.contact.asks(at: now) {
            askLeader(about: .none, timeoutMs: 0)
        }
    }

    /// The leader has what it was told before it was asked.
    mutating func confirmReports() {
        if service.contact.hearAnswer(at: now) { askLeader(about: .none, timeoutMs: 0) }
    }

    /// Asks the leader whether a session lives; of none that is known, and any answer will do.
    mutating func askLeader(about session: SessionID, timeoutMs: Int32) {
        let data = Revalidation.question(session, timeoutMs: timeoutMs)
        let packet = QuorumPacket(.revalidate, zxid: Zxid(rawValue: -1), data: data)
        effects.perform(.link(.toLeader(packet)))
    }

    /// The leader is lost.
    mutating func forgetReports() {
        let confirmedMs = service.contact.confirmedMs
        for connection in clients.connections.all where connection.session != .none {
            committed.sessions.forgetReport(of: connection.session, confirmedMs: confirmedMs)
        }
    }

    /// Whether the client was heard of so lately that it is likely to be here still.
    private func isRecent(_ connection: Connection) -> Bool {
        guard let deadlineMs = committed.sessions.deadlineMs(of: connection.session) else { return false }
        let leftMs = deadlineMs - settings.tickMs - now.monotonicMs
        return leftMs * Contact.warning.of >= Int64(connection.negotiatedTimeoutMs)
    }
}
