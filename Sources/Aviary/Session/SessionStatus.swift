internal import ClientCore
internal import Vocabulary

/// The state of a client's session.
public struct SessionStatus: Hashable, Sendable {
    /// The states of a session.
    public enum State: Hashable, Sendable {
        /// There is no session yet.
        case connecting
        /// Requests are answered; of a read-only server reads alone.
        case connected(isReadOnly: Bool)
        /// No connection. Until `mayExpireAt` nobody can hold what this client held.
        case suspended(since: ContinuousClock.Instant, mayExpireAt: ContinuousClock.Instant)
        /// The ensemble has ended the session: what was ephemeral is gone. A new one is on its way.
        case expired
        /// The client is over, because it was asked to be or because it is not who it says.
        case closed
        case authenticationFailed
    }

    /// The present one.
    public let state: State
    /// Grows by one with each new session; 0 before the first.
    public let generation: Int
    /// The session's number.
    public let sessionID: Int64
    /// As the servers decided.
    public let timeout: Duration
    /// `host:port` of the last server.
    public let server: String?

    /// Whether requests are answered now.
    public var isConnected: Bool {
        if case .connected = state { true } else { false }
    }

    init(_ report: SessionReport, on board: SessionBoard) {
        state =
            switch report.state {
            case .connecting: .connecting
            case .connected(let isReadOnly): .connected(isReadOnly: isReadOnly)
            case .suspended(let since, let mayExpireAt):
                .suspended(since: board.instant(since), mayExpireAt: board.instant(mayExpireAt))
            case .expired: .expired
            case .ended(.closed): .closed
            case .ended(.authenticationFailed): .authenticationFailed
            }
        generation = report.generation
        sessionID = report.session.rawValue
        timeout = report.timeout
        server = report.server.map { "\($0.host):\($0.port)" }
    }
}

/// The present state of a session and each one after it, to its end. Of a reader that is slow the last 64.
public struct SessionStates: AsyncSequence, Sendable {
    let board: SessionBoard

    /// A reader of the states.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var reports: AsyncStream<SessionReport>.Iterator
        let board: SessionBoard

        /// The next state; nil at the end.
        public mutating func next() async -> SessionStatus? {
            await reports.next().map { SessionStatus($0, on: board) }
        }
    }

    /// Begins with the present state.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(reports: board.reports().makeAsyncIterator(), board: board)
    }
}
