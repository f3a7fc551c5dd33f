package import Console
package import NIOCore
internal import Replica
package import Settings
internal import Vocabulary
internal import Zab
internal import Znodes

/// The node's report on itself: the replica's counters and lists in the words of its operators.
extension ReplicaLoop {
    /// The numbers, which are kept.
    package func report() -> NodeReport { inspect { replica in report(of: replica) } }

    /// Gathers what `parts` ask for, too, and writes it beside the loop: where it is long, others do not
    /// wait.
    package func report<Answer: Sendable>(
        _ parts: NodeReport.Parts, settings: NodeSettings,
        _ write: @escaping @Sendable (NodeReport) -> Answer
    ) -> EventLoopFuture<Answer> {
        lists.make(parts, settings: settings, write)
    }

    func report(of replica: borrowing Replica) -> NodeReport {
        var report = counters(of: replica)
        report.uptimeMs = Instant.now.monotonicMs - info.startedMs
        report.traceMask = info.traceMask
        report.clientPort = info.clientPort
        return report
    }

    private func counters(of replica: borrowing Replica) -> NodeReport {
        var report = NodeReport(state: replica.isServingClients ? NodeReport.State(replica) : nil)
        let statistics = replica.statistics
        report.lastZxid = replica.tree.lastZxid
        report.latency = statistics.latency
        report.packetsReceived = statistics.received
        report.packetsSent = statistics.sent
        report.connectionCount = connectionCount
        report.outstandingRequests = replica.outstandingRequestCount
        // Apache keeps the root under two names and counts both.
        report.znodeCount = replica.tree.znodes.count + 1
        report.ephemeralCount = replica.tree.ephemeralCount
        report.dataBytes = Int64(replica.tree.znodes.dataSize)
        report.watchCount = replica.watches.dataCount + replica.watches.childCount
        report.sessionCount = replica.sessions.count
        report.localSessionCount = replica.localSessions.count
        if let servingRole = replica.servingRoleInEnsemble { report.add(servingRole, of: replica) }
        return report
    }

    func metrics(of replica: borrowing Replica) -> Metrics {
        let statistics = replica.statistics
        var metrics = Metrics()
        metrics.authFailures = statistics.authFailures
        metrics[.commits] = statistics.commits
        metrics[.proposals] = statistics.commits + Int64(replica.outstandingRequestCount)
        metrics[.connectionRequests] = statistics.connectionRequests
        metrics[.staleSessionsExpired] = statistics.staleSessionsExpired
        metrics[.digestMismatches] = replica.digestMismatches
        metrics[.refusedConnections] = info.refusedConnections
        metrics[.droppedConnections] = statistics.droppedConnections
        metrics[.receivedBytes] = statistics.receivedBytes
        metrics[.loggedTransactions] = info.syncTimes.batchSizes.sum
        metrics[.snapshotErrors] = snapshots.failureCount
        metrics[.snapshotTime] = snapshots.times
        metrics[.batchSize] = info.syncTimes.batchSizes
        let replayed = info.replayed
        metrics[.startTime] = Summary(replayed.tookMs)
        metrics[.startTransactions] = Summary(Int64(replayed.transactions))
        metrics.addTimes(statistics, info.syncTimes, at: Instant.now.monotonicMs)
        metrics.slowSyncs = info.syncTimes.slowCount
        metrics.addElections(of: replica)
        if let servingRole = replica.servingRoleInEnsemble { metrics.add(servingRole, of: replica) }
        return metrics
    }
}

extension SessionTable {
    func reports(at now: Instant) -> [SessionReport] {
        ids.compactMap { id in
            self[id].map { session in
                SessionReport(
                    id: id, timeoutMs: session.timeoutMs,
                    expiresMs: now.wallMs + (self.deadlineMs(of: id) ?? 0) - now.monotonicMs)
            }
        }
    }
}

extension DirectoryReport {
    init(_ settings: NodeSettings) {
        self.init()
        data = ProcessEnvironment.absolute(settings.dataDir)
        log = ProcessEnvironment.absolute(settings.dataLogDir)
        dataBytes = ProcessEnvironment.directoryBytes(data)
        logBytes = ProcessEnvironment.directoryBytes(log)
        logFreeBytes = ProcessEnvironment.freeBytes(at: log)
        lastSnapshot = ProcessEnvironment.lastSnapshot(in: data)
    }
}

extension NodeReport.State {
    fileprivate init(_ replica: borrowing Replica) {
        if replica.isReadOnly {
            self = .readOnly
            return
        }
        switch replica.servingRoleInEnsemble {
        case nil: self = .standalone
        case .lead: self = .leader
        case .follow: self = .follower
        case .observe: self = .observer
        }
    }
}

/// Fields that only a member of an ensemble can fill in.
extension NodeReport {
    fileprivate mutating func add(_ servingRole: ServingRole, of replica: borrowing Replica) {
        leaderID = replica.leader?.rawValue
        switch servingRole {
        case .lead:
            peerState = "leading - broadcast"
            let statistics = replica.statistics
            proposals = BufferSizes(
                last: statistics.lastProposalBytes, min: statistics.minProposalBytes,
                max: statistics.maxProposalBytes)
        case .follow: peerState = "following - broadcast"
        case .observe: peerState = "observing - broadcast"
        }
    }
}

extension Metrics {
    fileprivate mutating func addTimes(_ statistics: Statistics, _ syncs: SyncTimes, at now: Int64) {
        set(.readLatency, [0.5, 0.9, 0.99], of: statistics.times.reads, at: now)
        set(.updateLatency, [0.5, 0.9, 0.99], of: statistics.times.updates, at: now)
        set(.quorumLatency, [0.5, 0.9, 0.99], of: statistics.quorum.times, at: now)
        set(.syncTime, [0.5], of: syncs.times, msPerUnit: Double(SyncTimes.unitNs) / 1e6, at: now)
        syncTimes = syncs.times.histogram
        quorumTimes = statistics.quorum.times.histogram
        requestTimes = RequestKind.allCases.map { ("\($0)", statistics.times[$0]) }
    }

    fileprivate mutating func addElections(of replica: borrowing Replica) {
        self[.elections] = replica.elections.begun
        self[.electionTime] = replica.elections.times
        self[.unavailableTime] = replica.unavailableTimes.all
        self[.leaderUnavailableTime] = replica.unavailableTimes.asLeader
    }

    fileprivate mutating func add(_ servingRole: ServingRole, of replica: borrowing Replica) {
        quorumSize = replica.voterCount
        guard case .lead = servingRole else { return }
        let counts = replica.learnerCounts
        syncedObservers = counts.syncedObservers
        var leader = LeaderMetrics()
        leader.learners = counts.learners
        leader.syncedFollowers = counts.syncedFollowers
        leader.pendingSyncs = replica.pendingSyncCount
        leader.observers = replica.observers.map(\.rawValue)
        let nowMs = Instant.now.monotonicMs
        leader.reports = replica.learners.map { learner in
            LearnerReport(
                id: learner.peer.rawValue, isObserver: learner.isObserver, isSynced: learner.isSynced,
                owesMs: learner.isObserver ? nil : learner.owedSinceMs.map { max(0, nowMs - $0) } ?? 0)
        }
        leader.uptimeMs = Instant.now.monotonicMs - replica.servingSinceMs
        self.leader = leader
    }
}
