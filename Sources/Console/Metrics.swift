/// What a node counts and measures beyond what `srvr` tells, under ZooKeeper's names for it.
///
/// A metric that is not set is not printed: a server that does not have a thing says nothing rather than 0.
package struct Metrics: Sendable {
    package private(set) var counters: [Counter: Int64] = [:]
    package private(set) var summaries: [Summary: Spread] = [:]
    package var openFileDescriptors: Int64 = 0
    package var maxFileDescriptors: Int64 = 0
    package var connectionDropProbability: Double?
    package var responses: BufferSizes?
    package var authFailures: Int64?
    /// Syncs of the log that took longer than `fsync.warningthresholdms`.
    package var slowSyncs: Int64?
    /// Only in an ensemble.
    package var quorumSize: Int?
    package var leader: LeaderMetrics?
    /// Observers that follow this node, a leader or a follower.
    package var syncedObservers: Int?
    package var quotas: [QuotaMetrics] = []

    package init() {}

    package subscript(counter: Counter) -> Int64? {
        get { counters[counter] }
        set { counters[counter] = newValue }
    }

    package subscript(summary: Summary) -> Spread? {
        get { summaries[summary] }
        set { summaries[summary] = newValue }
    }
}

extension Metrics {
    package struct LeaderMetrics: Sendable {
        package var learners = 0
        package var syncedFollowers = 0
        package var syncedNonVotingFollowers = 0
        package var pendingSyncs = 0
        package var uptimeMs: Int64 = 0

        package init() {}
    }

    /// The quota of one namespace, the first component of paths. -1 where there is no limit.
    package struct QuotaMetrics: Sendable {
        package var namespace: String
        package var countLimit: Int64
        package var bytesLimit: Int64
        package var countUsage: Int64
        package var bytesUsage: Int64
        package var exceeded: Int64

        package init(
            namespace: String, countLimit: Int64 = -1, bytesLimit: Int64 = -1, countUsage: Int64 = 0,
            bytesUsage: Int64 = 0, exceeded: Int64 = 0
        ) {
            self.namespace = namespace
            self.countLimit = countLimit
            self.bytesLimit = bytesLimit
            self.countUsage = countUsage
            self.bytesUsage = bytesUsage
            self.exceeded = exceeded
        }
    }

    package enum Counter: String, CaseIterable, Sendable {
        case bytesReceived = "bytes_received_count"
        case responseBytes = "response_bytes"
        case watchBytes = "watch_bytes"
        case connectionRequests = "connection_request_count"
        case connectionsRejected = "connection_rejected"
        case connectionsDropped = "connection_drop_count"
        case connectionsRevalidated = "connection_revalidate_count"
        case revalidations = "revalidate_count"
        case sessionlessConnectionsExpired = "sessionless_connections_expired"
        case staleSessionsExpired = "stale_sessions_expired"
        case commits = "commit_count"
        case proposals = "proposal_count"
        case requestsPrepared = "prep_processor_request_queued"
        case transactionsAppended = "sync_processor_request_queued"
        case changesQueued = "outstanding_changes_queued"
        case changesRemoved = "outstanding_changes_removed"
        case throttledOperations = "throttled_ops"
        case throttledRequests = "request_throttle_wait_count"
        case staleRequests = "stale_requests"
        case staleRequestsDropped = "stale_requests_dropped"
        case staleReplies = "stale_replies"
        case largeRequestsRejected = "large_requests_rejected"
        case digestMismatches = "digest_mismatches_count"
        case unrecoverableErrors = "unrecoverable_error_count"
        case ensembleAuthSuccesses = "ensemble_auth_success"
        case ensembleAuthFailures = "ensemble_auth_fail"
        case ensembleAuthSkips = "ensemble_auth_skip"
        case failedHandshakes = "unsuccessful_handshake"
        case excessHandshakes = "tls_handshake_exceeded"
        case insecureAdminRequests = "insecure_admin_count"
        case snapshotErrors = "snapshot_error_count"
        case snapshotsRefused = "snapshot_rate_limited_count"
        case restoreErrors = "restore_error_count"
        case restoresRefused = "restore_rate_limited_count"
        case elections = "looking_count"
        case differencesSent = "diff_count"
        case snapshotsSent = "snap_count"
        case proposalsReceived = "learner_proposal_received_count"
        case commitsReceived = "learner_commit_received_count"
        case disloyalVoters = "quit_leading_due_to_disloyal_voter"
    }

    /// Times are milliseconds.
    package enum Summary: String, CaseIterable, Sendable {
        case syncTime = "fsynctime"
        case snapshotTime = "snapshottime"
        case restoreTime = "restore_time"
        case databaseLoadTime = "dbinittime"
        case startupTransactions = "startup_txns_loaded"
        case startupTransactionsTime = "startup_txns_load_time"
        case startupSnapshotTime = "startup_snap_load_time"
        case readLatency = "readlatency"
        case updateLatency = "updatelatency"
        case batchSize = "sync_processor_batch_size"
        case appendQueueSize = "sync_processor_queue_size"
        case appendTime = "sync_process_time"
        case connectionTokenDeficit = "connection_token_deficit"
        case createdWatches = "node_created_watch_count"
        case deletedWatches = "node_deleted_watch_count"
        case changedWatches = "node_changed_watch_count"
        case childrenWatches = "node_children_watch_count"
        case proposalLatency = "proposal_latency"
        case quorumAckLatency = "quorum_ack_latency"
        case commitPropagationLatency = "commit_propagation_latency"
        case electionTime = "election_time"
        case followerSyncTime = "follower_sync_time"
        case observerSyncTime = "observer_sync_time"
        case unavailableTime = "unavailable_time"
        case leaderUnavailableTime = "leader_unavailable_time"
    }
}
