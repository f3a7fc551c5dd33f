internal import DequeModule
internal import Vocabulary

/// A connection that serves the session.
struct Connection: Sendable {
    let server: HostAddress
    let isReadOnly: Bool
    /// Of the session, as this server gave it.
    let timeout: Duration
    var lastSent: Duration
    var lastHeard: Duration
    private var lastXid: Int32 = 0
    /// When the pings went out that have no answer yet.
    var pings: Deque<Duration> = []
    /// Callers who wait for answers to authentications, in order; nil where nobody does.
    var authentications: Deque<RequestID?> = []
    /// The closing of the session has been sent.
    var closing: (xid: Int32, until: Duration)?

    init(to server: HostAddress, isReadOnly: Bool, timeout: Duration, at now: Duration) {
        self.server = server
        self.isReadOnly = isReadOnly
        self.timeout = timeout
        lastSent = now
        lastHeard = now
    }

    mutating func takeXid() -> Int32 {
        lastXid = lastXid == .max ? 1 : lastXid + 1
        return lastXid
    }

    var pingsAt: Duration { lastSent + min(timeout / 3, .seconds(10)) }
    var isSilentAt: Duration { lastHeard + timeout * 2 / 3 }

    var nextTick: Duration {
        if let closing { return min(closing.until, isSilentAt) }
        return min(pingsAt, isSilentAt)
    }
}

/// The numbers that clients give to frames that are no requests of their callers.
enum ReservedXid {
    static let event: Int32 = -1
    static let ping: Int32 = -2
    static let authentication: Int32 = -4
    static let setWatches: Int32 = -8
}
