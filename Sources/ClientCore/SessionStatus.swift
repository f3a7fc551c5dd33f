package import Vocabulary

/// The news of a session, for people.
package struct SessionReport: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        case connecting
        case connected(isReadOnly: Bool)
        /// No connection; the session may live, at the earliest it ends then.
        case suspended(since: Duration, mayExpireAt: Duration)
        case expired
        case ended(EndReason)
    }

    package enum EndReason: Equatable, Sendable {
        case closed
        case authenticationFailed
    }

    package var state = State.connecting
    /// Grows by one with each new session; 0 before the first.
    package var generation = 0
    package var session = SessionID.none
    package var timeout = Duration.zero
    package var server: HostAddress?

    package init() {}
}
