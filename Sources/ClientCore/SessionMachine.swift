package import NIOCore
package import Vocabulary

/// One client's session with an ensemble: its connections, its requests, its watches and its lease.
///
/// The machine knows no socket, task or clock: `step` is told what happened and when, as time since the
/// client was made, and says what is to be done. Requests are numbers; who waits for them is the shell's to
/// know.
package struct SessionMachine: Sendable {
    package enum Input: Sendable {
        case started
        case dialled(attempt: Int)
        /// One frame, without its length.
        case received(ByteBuffer, attempt: Int)
        case closed(attempt: Int)
        case asked(RequestID, ClientRequest)
        /// The caller no longer waits.
        case withdrawn(RequestID)
        /// An identity, for this connection and all later ones.
        case authenticated(RequestID, Credential)
        /// Nobody wants to know of changes of the znode any more.
        case unwatched(ZnodePath)
        case ticked
        /// No more requests; what is under way is answered, then the session is closed.
        case stopping
    }

    package enum Effect: Equatable, Sendable {
        case dial(HostAddress, attempt: Int, limit: Duration)
        case send(ByteBuffer)
        case disconnect
        case resolve(RequestID, Result<ServerReply, RequestFailure>)
        case deliver(WatchEventType, ZnodePath, Zxid)
        /// Servers did not watch for a while: between these two, changes may have gone unseen.
        case resumed(isNewSession: Bool, seen: Zxid)
        case publish(SessionReport)
    }

    /// How it authenticates, again on each connection.
    package struct Credential: Equatable, Sendable {
        package var scheme: ByteString
        package var secret: [UInt8]

        package init(scheme: ByteString, secret: [UInt8]) {
            self.scheme = scheme
            self.secret = secret
        }
    }

    enum Phase: Sendable {
        case idle
        /// Until the next attempt.
        case pausing(until: Duration)
        case dialling(HostAddress, until: Duration)
        case greeting(HostAddress, sentAt: Duration, until: Duration)
        case connected(Connection)
        case ended
    }

    let settings: SessionSettings
    var phase = Phase.idle
    var hosts: HostRing
    /// The number of the present attempt to connect; what comes of older ones is stale.
    package internal(set) var attempt = 0
    var identity = SessionIdentity()
    var queue: RequestQueue
    var watches = WatchLedger()
    package var credentials: [Credential] = []
    package internal(set) var lease = LeaseClock()
    var report = SessionReport()

    package init(_ settings: SessionSettings, hosts: [HostAddress], seed: UInt64) {
        self.settings = settings
        self.hosts = HostRing(hosts, seed: seed)
        queue = RequestQueue(limits: settings.queue)
    }

    package mutating func step(_ input: Input, at now: Duration, into effects: inout [Effect]) {
        switch input {
        // A client that was shut down before it began does not begin.
        case .started: if case .idle = phase { dial(at: now, into: &effects) }
        case .dialled(let number): if number == attempt { greet(at: now, into: &effects) }
        case .received(let frame, let number):
            if number == attempt { receive(frame, at: now, into: &effects) }
        case .closed(let number): if number == attempt { connectionLost(at: now, into: &effects) }
        case .asked(let id, let request): ask(id, request, at: now, into: &effects)
        case .withdrawn(let id): withdraw(id, .cancelled, into: &effects)
        case .authenticated(let id, let credential): authenticate(id, credential, at: now, into: &effects)
        case .unwatched(let path): unwatch(path, at: now, into: &effects)
        case .ticked: tick(at: now, into: &effects)
        case .stopping: stop(at: now, into: &effects)
        }
    }

    /// When the machine wants to be told the time, at the latest.
    package var nextTick: Duration? {
        var moments: [Duration] = []
        if let deadline = queue.earliestDeadline { moments.append(deadline) }
        switch phase {
        case .idle, .ended: break
        case .pausing(let until), .dialling(_, let until), .greeting(_, _, let until): moments.append(until)
        case .connected(let connection): moments.append(connection.nextTick)
        }
        return moments.min()
    }

    private mutating func tick(at now: Duration, into effects: inout [Effect]) {
        for id in queue.overdue(at: now) { withdraw(id, .deadlineExceeded, into: &effects) }
        switch phase {
        case .idle, .ended: break
        case .pausing(let until): if until <= now { dial(at: now, into: &effects) }
        case .dialling(_, let until), .greeting(_, _, let until):
            if until <= now { dropConnection(at: now, into: &effects) }
        case .connected(let connection): tick(connection, at: now, into: &effects)
        }
    }

    mutating func publish(_ state: SessionReport.State, into effects: inout [Effect]) {
        report.state = state
        effects.append(.publish(report))
    }
}

/// A client's wishes for its session.
package struct SessionSettings: Equatable, Sendable {
    /// As wished; the server decides.
    package var timeout: Duration
    /// Whether a server that has lost its ensemble will do, for reads.
    package var acceptsReadOnly: Bool
    package var queue: QueueLimits

    package init(timeout: Duration, acceptsReadOnly: Bool = false, queue: QueueLimits = QueueLimits()) {
        self.timeout = timeout
        self.acceptsReadOnly = acceptsReadOnly
        self.queue = queue
    }
}

/// The session's number and proof for its next connection, and what keeps reads from going back in time.
struct SessionIdentity: Sendable {
    var session = SessionID.none
    var password: [UInt8] = []
    var timeout = Duration.zero
    /// The highest zxid in any reply or event: a server that is behind it is not for this client. Outlives
    /// sessions.
    var seen = Zxid.zero
    /// The highest in a reply: one transaction may have several events, of which some are still to come.
    var settled = Zxid.zero

    mutating func answered(by zxid: Zxid) {
        settled = max(settled, zxid)
        seen = max(seen, zxid)
    }

    mutating func forget() {
        session = .none
        password = []
    }
}
