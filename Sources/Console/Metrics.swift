package import Vocabulary

/// Counts and measurements of a node beyond what `srvr` tells, under ZooKeeper's names for them.
///
/// A metric that is not set is not printed: a server that does not have a thing says nothing rather than 0.
package struct Metrics: Sendable {
    package private(set) var counters: [Counter: Int64] = [:]
    package private(set) var summaries: [SummaryName: Summary] = [:]
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
}

extension Metrics {
    package struct LeaderMetrics: Sendable {
        package var learners = 0
        package var syncedFollowers = 0
        package var pendingSyncs = 0
        package var uptimeMs: Int64 = 0
        /// Learners that do not vote, by their ids.
        package var observers: [Int64] = []

        package init() {}
    }

    package enum Counter: String, CaseIterable, Sendable {
        case connectionRequests = "connection_request_count"
        case staleSessionsExpired = "stale_sessions_expired"
        case commits = "commit_count"
        case proposals = "proposal_count"
        case digestMismatches = "digest_mismatches_count"
    }

    /// Times are milliseconds.
    package enum SummaryName: String, CaseIterable, Sendable {
        case syncTime = "fsynctime"
        case readLatency = "readlatency"
        case updateLatency = "updatelatency"
    }
}
