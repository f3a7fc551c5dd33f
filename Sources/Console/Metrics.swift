package import Vocabulary

/// Counts and measurements of a node beyond what `srvr` tells, under ZooKeeper's names for them.
///
/// A metric that is not set is not printed: a server that does not have a thing says nothing rather than 0.
package struct Metrics: Sendable {
    package private(set) var counters: [Counter: Int64] = [:]
    package private(set) var summaries: [SummaryName: Summary] = [:]
    /// Milliseconds that a share of the last minutes' values did not exceed, where quantiles are kept.
    package private(set) var quantiles: [SummaryName: [(share: Double, value: Double)]] = [:]
    /// Lengths of the requests of each kind, by its name, in milliseconds.
    package var requestTimes: [(operation: String, times: Histogram)] = []
    /// Lengths of the syncs of the log, in sixteenths of a millisecond.
    package var syncTimes = Histogram()
    /// From proposal to commit, in milliseconds; only of leaders and of nodes alone.
    package var quorumTimes = Histogram()
    package var process = ProcessReport()
    package var openFileDescriptors: Int64 = 0
    package var maxFileDescriptors: Int64 = 0
    package var authFailures: Int64?
    /// Syncs of the log that took longer than `fsync.warningthresholdms`.
    package var slowSyncs: Int64?
    /// Only in an ensemble.
    package var quorumSize: Int?
    package var leader: LeaderMetrics?
    /// Observers that follow this node, a leader or a follower.
    package var syncedObservers: Int?

    package init() {}

    package subscript(counter: Counter) -> Int64? {
        get { counters[counter] }
        set { counters[counter] = newValue }
    }

    package subscript(summary: SummaryName) -> Summary? {
        get { summaries[summary] }
        set { summaries[summary] = newValue }
    }

    /// - Parameters:
    ///   - shares: The quantiles to tell.
    ///   - msPerUnit: Of the histogram.
    ///   - now: Monotonic milliseconds.
    package mutating func set(
        _ name: SummaryName, _ shares: [Double], of times: MeasuredTimes, msPerUnit: Double = 1, at now: Int64
    ) {
        summaries[name] = times.summary
        quantiles[name] = shares.map { ($0, (times.quantile($0, at: now) ?? .nan) * msPerUnit) }
    }
}

extension Metrics {
    package struct LeaderMetrics: Sendable {
        package var learners = 0
        package var syncedFollowers = 0
        package var pendingSyncs = 0
        package var uptimeMs: Int64 = 0
        /// Learners that do not vote, by their ids.
        package var observers: [Int64] = []
        package var reports: [LearnerReport] = []

        package init() {}
    }

    package struct LearnerReport: Sendable {
        package let id: Int64
        package let isObserver: Bool
        package let isSynced: Bool
        /// For how many milliseconds its oldest unanswered proposal has been on its way; nil for one that is
        /// sent none.
        package let owesMs: Int64?

        package init(id: Int64, isObserver: Bool, isSynced: Bool, owesMs: Int64?) {
            self.id = id
            self.isObserver = isObserver
            self.isSynced = isSynced
            self.owesMs = owesMs
        }
    }

    package enum Counter: String, CaseIterable, Sendable {
        case connectionRequests = "connection_request_count"
        case refusedConnections = "connection_rejected"
        case droppedConnections = "connection_drop_count"
        case receivedBytes = "bytes_received_count"
        case staleSessionsExpired = "stale_sessions_expired"
        case commits = "commit_count"
        case proposals = "proposal_count"
        case digestMismatches = "digest_mismatches_count"
        case loggedTransactions = "sync_processor_request_queued"
        case snapshotErrors = "snapshot_error_count"
        case elections = "looking_count"
    }

    /// Times are milliseconds.
    package enum SummaryName: String, CaseIterable, Sendable {
        case syncTime = "fsynctime"
        case readLatency = "readlatency"
        case updateLatency = "updatelatency"
        case quorumLatency = "quorum_ack_latency"
        case batchSize = "sync_processor_batch_size"
        case snapshotTime = "snapshottime"
        case startTime = "dbinittime"
        case startTransactions = "startup_txns_loaded"
        case electionTime = "election_time"
        case unavailableTime = "unavailable_time"
        case leaderUnavailableTime = "leader_unavailable_time"
    }
}
