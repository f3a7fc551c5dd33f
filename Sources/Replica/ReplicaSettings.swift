package import Authentication
package import Ensembles
package import Vocabulary
package import Zab
package import Znodes

/// Settings that a replica needs to know, fixed for its life.
package struct ReplicaSettings: Sendable {
    package var peer: PeerID
    /// The ensemble it is a member of; nil for a node that is all there is.
    package var membership: Membership?
    /// How long the members of an ensemble wait for one another.
    package var timeouts: Timeouts
    /// Bytes of committed history that a leader keeps for learners that are behind: those who need more are
    /// sent the tree.
    package var historyBytesMax: Int
    /// The longest transaction that is proposed, and the longest data of a packet that is sent: what every
    /// peer takes.
    package var recordBytesMax: Int
    /// The longest path, data or text that a leader's tree may hold.
    package var leaderRecordBytesMax: Int
    /// Records of the tree that a snapshot packs at a time.
    package var snapshotSliceRecords: Int
    /// The most that one step does of the ends of sessions that have run out.
    package var endingsPerStep = Endings.Bounds()
    /// From how many watchers on a change is answered before anything is done for them.
    package var largeAudience: Int
    package var tickMs: Int64
    package var minSessionTimeoutMs: Int32
    package var maxSessionTimeoutMs: Int32
    package var rules: TreeRules
    /// Requests in process above which connections that have some are not read (`globalOutstandingLimit`).
    package var outstandingRequestsMax: Int
    /// Bytes of requests, of all clients together, above which they are not read on
    /// (`largeRequestMaxBytes`).
    package var requestBytesMax: Int
    /// A longer request needs room before it is read (`largeRequestThreshold`).
    package var largeRequestBytes: Int
    package var isReconfigEnabled: Bool
    /// The rules that new configurations of the ensemble must keep.
    package var configurationRules = ConfigurationRules()
    /// Whether a member without a leader serves reads.
    package var isReadOnlyModeEnabled: Bool
    /// Whether a member closes clients whose sessions may end without its knowledge.
    package var closesOutOfTouch: Bool
    package var authenticator: Authenticator
    package var sweepIntervalMs: Int64
    package var sweepPerMinuteMax: Int
    package var containerNeverUsedMs: Int64
    /// How long a connection may stay without a connect request.
    package var handshakeTimeoutMs: Int64
    package var cxidRule: ResumedCxids.Rule

    package init(
        peer: PeerID = PeerID(rawValue: 1), membership: Membership? = nil,
        timeouts: Timeouts = Timeouts(tickMs: 2000, initLimit: 10, syncLimit: 5),
        historyBytesMax: Int = History.bytesKeptByMembers, recordBytesMax: Int = 2 * 0xfffff,
        leaderRecordBytesMax: Int = 64 << 20, snapshotSliceRecords: Int = 2048,
        largeAudience: Int = 128, tickMs: Int64 = 2000, minSessionTimeoutMs: Int32 = 4000,
        maxSessionTimeoutMs: Int32 = 40_000, rules: TreeRules = TreeRules(),
        outstandingRequestsMax: Int = 1000, requestBytesMax: Int = 100 << 20,
        largeRequestBytes: Int = 64 << 10,
        isReconfigEnabled: Bool = false, isReadOnlyModeEnabled: Bool = false,
        closesOutOfTouch: Bool = true,
        authenticator: Authenticator = Authenticator(), sweepIntervalMs: Int64 = 60_000,
        sweepPerMinuteMax: Int = 10_000, containerNeverUsedMs: Int64 = 0, handshakeTimeoutMs: Int64 = 10_000,
        cxidRule: ResumedCxids.Rule = .own
    ) {
        self.peer = peer
        self.membership = membership
        self.timeouts = timeouts
        self.historyBytesMax = historyBytesMax
        self.recordBytesMax = recordBytesMax
        self.leaderRecordBytesMax = leaderRecordBytesMax
        self.snapshotSliceRecords = snapshotSliceRecords
        self.largeAudience = largeAudience
        self.tickMs = tickMs
        self.minSessionTimeoutMs = minSessionTimeoutMs
        self.maxSessionTimeoutMs = maxSessionTimeoutMs
        self.rules = rules
        self.outstandingRequestsMax = outstandingRequestsMax
        self.requestBytesMax = requestBytesMax
        self.largeRequestBytes = largeRequestBytes
        self.isReconfigEnabled = isReconfigEnabled
        self.isReadOnlyModeEnabled = isReadOnlyModeEnabled
        self.closesOutOfTouch = closesOutOfTouch
        self.authenticator = authenticator
        self.sweepIntervalMs = sweepIntervalMs
        self.sweepPerMinuteMax = sweepPerMinuteMax
        self.containerNeverUsedMs = containerNeverUsedMs
        self.handshakeTimeoutMs = handshakeTimeoutMs
        self.cxidRule = cxidRule
    }
}
