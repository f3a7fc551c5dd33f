package import Vocabulary

/// The state of a node at one moment, for people and monitors.
///
/// The report's host fills in the counters always and the lists only as far as the question needs them
/// (`Parts`). Lists are printed in the order given: the host sorts them.
package struct NodeReport: Sendable {
    package enum State: String, Sendable {
        case standalone
        case leader
        case follower
        case observer
        case readOnly = "read-only"
    }

    /// Parts that cost more than reading a few numbers.
    package struct Parts: OptionSet, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        package static let connections = Parts(rawValue: 1)
        package static let sessions = Parts(rawValue: 2)
        package static let ephemerals = Parts(rawValue: 4)
        package static let watches = Parts(rawValue: 8)
        package static let digests = Parts(rawValue: 16)
        package static let directories = Parts(rawValue: 32)
        package static let environment = Parts(rawValue: 64)
        package static let metrics = Parts(rawValue: 128)
    }

    /// nil while the node serves nobody: starting, looking for a leader, or stopping.
    package var state: State?
    /// In an ensemble, `leading - broadcast` and the like.
    package var peerState: String?
    /// Of a member while there is one: who leads.
    package var leaderID: Int64?
    package var uptimeMs: Int64 = 0
    package var lastZxid = Zxid.zero
    /// Milliseconds from request to answer, since the start or the last `srst`.
    package var latency = Summary()
    package var packetsReceived: Int64 = 0
    package var packetsSent: Int64 = 0
    package var connectionCount = 0
    /// Requests in process.
    package var outstandingRequests = 0
    package var znodeCount = 0
    package var ephemeralCount = 0
    /// Bytes of all paths and all data.
    package var dataBytes: Int64 = 0
    /// Watches of both tables.
    package var watchCount = 0
    package var sessionCount = 0
    package var localSessionCount = 0
    /// Only of a leader.
    package var proposals: BufferSizes?
    package var traceMask = NodeReport.traceMaskAtStart
    /// The port that was bound, when the configuration left the choice open.
    package var clientPort: Int?

    package var connections: [ConnectionReport] = []
    package var sessions: [SessionReport] = []
    /// Sessions that only this server knows.
    package var localSessions: [SessionReport] = []
    package var ephemerals: [EphemeralsReport] = []
    /// Watches of the data table (exists, getData, persistent, recursive): the others are only counted.
    package var watches: [WatchReport] = []
    package var digests: [DigestReport] = []
    package var directories = DirectoryReport()
    package var environment: [(key: String, value: String)] = []
    package var metrics = Metrics()

    package init(state: State?) {
        self.state = state
    }

    /// ZooKeeper's mask before anybody sets it: what it would trace, had it tracing.
    package static let traceMaskAtStart: Int64 = 306
}

package struct ConnectionReport: Sendable {
    /// As text: a dotted quad, or IPv6 without brackets.
    package var address: ByteString
    package var port: Int
    /// False for one that is not read from: throttled, or the one that asks.
    package var isRead = true
    /// Output waits for its socket.
    package var isWriting = false
    package var outstandingRequests = 0
    package var received: Int64 = 0
    package var sent: Int64 = 0
    /// `.none` until it has one.
    package var session = SessionID.none
    package var timeoutMs: Int32 = 0
    /// The number of the last request's type; nil before the first.
    package var lastOperation: Int32?
    /// Wall-clock milliseconds.
    package var establishedMs: Int64 = 0
    /// xid of its last request; negative for pings and their like, which are not shown.
    package var lastXid: Int64 = -1
    package var lastZxid: Int64 = -1
    /// Monotonic milliseconds of the last answer.
    package var lastResponseMs: Int64 = 0
    package var lastLatencyMs: Int64 = 0
    package var latency = Summary()
    /// Wall-clock milliseconds at which it is closed unless heard from.
    package var expiresMs: Int64 = 0

    package init(address: ByteString, port: Int) {
        self.address = address
        self.port = port
    }
}

package struct SessionReport: Sendable {
    package var id: SessionID
    package var timeoutMs: Int32
    /// Wall-clock milliseconds of the tick at which it expires unless heard from.
    package var expiresMs: Int64

    package init(id: SessionID, timeoutMs: Int32, expiresMs: Int64) {
        self.id = id
        self.timeoutMs = timeoutMs
        self.expiresMs = expiresMs
    }
}

package struct EphemeralsReport: Sendable {
    package var session: SessionID
    package var paths: [ZnodePath]

    package init(session: SessionID, paths: [ZnodePath]) {
        self.session = session
        self.paths = paths
    }
}

package struct WatchReport: Sendable {
    package var path: ZnodePath
    package var sessions: [SessionID]

    package init(path: ZnodePath, sessions: [SessionID]) {
        self.path = path
        self.sessions = sessions
    }
}

package struct DigestReport: Sendable {
    package var zxid: Zxid
    package var digest: UInt64

    package init(zxid: Zxid, digest: UInt64) {
        self.zxid = zxid
        self.digest = digest
    }
}

package struct DirectoryReport: Sendable {
    /// Absolute paths.
    package var data = ""
    package var log = ""
    package var dataBytes: Int64 = 0
    package var logBytes: Int64 = 0
    /// Bytes that are left for the log where it lies.
    package var logFreeBytes: Int64 = 0
    /// The newest complete snapshot.
    package var lastSnapshot: (zxid: Zxid, takenSeconds: Int64)?

    package init() {}
}

/// Sizes of messages in bytes; -1 before the first, as ZooKeeper prints it.
package struct BufferSizes: Sendable {
    package var last = -1
    package var min = -1
    package var max = -1

    package init(last: Int = -1, min: Int = -1, max: Int = -1) {
        self.last = last
        self.min = min
        self.max = max
    }
}
