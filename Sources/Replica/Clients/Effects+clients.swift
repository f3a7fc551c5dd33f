internal import NIOCore
internal import Vocabulary
internal import Wire

/// Effects on clients beside the answers to their requests.
extension Effects {
    /// Ends a connection behind what it was sent so far.
    mutating func close(_ connection: Connection) {
        connection.phase = .ending
        catchUp(connection)
        perform(.close(connection.id))
    }

    mutating func pauseReading(_ connection: Connection) {
        if connection.setPaused(true) { perform(.pauseReading(connection.id)) }
    }

    mutating func resumeReading(_ connection: Connection) {
        if connection.setPaused(false) { perform(.resumeReading(connection.id)) }
    }

    /// Says what a client did wrong, in words that are the same for all who do it.
    mutating func complain(_ kind: String, of connection: Connection, _ detail: String = "") {
        let session = connection.session == .none ? "no session" : "session \(connection.session)"
        perform(
            .complain(
                kind, from: connection.address, detail: detail.isEmpty ? session : "\(detail), \(session)"))
    }

    // MARK: Answers to connect requests

    /// The session that the client speaks for from now on.
    mutating func accept(_ connection: Connection, counting statistics: inout Statistics) {
        let response = ConnectResponse(
            timeoutMs: connection.negotiatedTimeoutMs, session: connection.session,
            password: SessionPassword.of(connection.session), isReadOnly: connection.echoedReadOnly)
        answer(connection) { response.encodeFrame(into: &$0) }
        statistics.recordMessage(to: connection)
    }

    /// The session that the client has shown is not, or no longer, there.
    mutating func refuse(_ connection: Connection, counting statistics: inout Statistics) {
        let response = ConnectResponse(
            timeoutMs: 0, session: .none, password: [UInt8](repeating: 0, count: SessionPassword.bytes),
            isReadOnly: connection.echoedReadOnly)
        answer(connection) { response.encodeFrame(into: &$0) }
        statistics.recordMessage(to: connection)
        close(connection)
    }
}

extension Connection {
    fileprivate var echoedReadOnly: Bool? { echoesReadOnly ? isReadOnly : nil }

    /// - Returns: Whether that is a change.
    fileprivate func setPaused(_ paused: Bool) -> Bool {
        defer { isPaused = paused }
        return isPaused != paused
    }
}
