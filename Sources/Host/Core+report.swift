package import Console
internal import NIOCore
internal import Replica
package import Settings
internal import Vocabulary
internal import Zab
internal import Znodes

/// What the node says of itself: the replica's counters and lists in the words of its operators.
extension Core {
    /// Gathers what `parts` ask for. Cheap without any; with watches or connections, as long as those lists.
    package func report(_ parts: NodeReport.Parts, settings: NodeSettings) -> NodeReport {
        var report = inspect { replica in counters(of: replica) }
        report.uptimeMs = Instant.now.monotonicMs - startedMs
        report.traceMask = traceMask
        report.clientPort = clientPort
        if parts.contains(.connections) { report.connections = connectionReports() }
        inspect { replica in
            if parts.contains(.sessions) {
                report.sessions = replica.sessions.reports(at: .now)
                report.localSessions = replica.localSessions.reports(at: .now)
            }
            if parts.contains(.ephemerals) { report.ephemerals = replica.ephemeralReports() }
            if parts.contains(.watches) { report.watches = replica.watchReports() }
            if parts.contains(.digests) {
                report.digests = replica.digestHistory.entries.map {
                    DigestReport(zxid: $0.zxid, digest: $0.digest)
                }
            }
            if parts.contains(.metrics) { report.metrics = metrics(of: replica) }
        }
        if parts.contains(.directories) { report.directories = DirectoryReport(settings) }
        if parts.contains(.environment) { report.environment = Surroundings.environment() }
        return report
    }

    private func counters(of replica: borrowing Replica) -> NodeReport {
        var report = NodeReport(state: replica.isServingClients ? NodeReport.State(replica) : nil)
        let statistics = replica.statistics
        report.lastZxid = replica.tree.lastZxid
        report.latency = Spread(statistics.latency)
        report.packetsReceived = statistics.received
        report.packetsSent = statistics.sent
        report.connectionCount = connectionCount
        report.outstandingRequests = replica.outstandingRequestCount
        // Apache keeps the root under two names and counts both.
        report.znodeCount = replica.tree.nodes.count + 1
        report.ephemeralCount = replica.tree.ephemeralCount
        report.dataBytes = Int64(replica.tree.nodes.dataSize)
        report.watchCount = replica.watches.dataCount + replica.watches.childCount
        report.sessionCount = replica.sessions.count
        report.localSessionCount = replica.localSessions.count
        if let duty = replica.ensembleDuty { report.add(duty, of: replica) }
        return report
    }

    private func metrics(of replica: borrowing Replica) -> Metrics {
        let statistics = replica.statistics
        var metrics = Metrics()
        metrics.openFileDescriptors = Surroundings.openFileDescriptors()
        metrics.maxFileDescriptors = Surroundings.maxFileDescriptors()
        metrics.authFailures = statistics.authFailures
        metrics[.commits] = statistics.commits
        metrics[.proposals] = statistics.commits + Int64(replica.outstandingRequestCount)
        metrics[.connectionRequests] = statistics.connectionRequests
        metrics[.staleSessionsExpired] = statistics.staleSessionsExpired
        metrics[.digestMismatches] = statistics.digestMismatches
        metrics[.readLatency] = Spread(statistics.readLatency)
        metrics[.updateLatency] = Spread(statistics.updateLatency)
        metrics[.syncTime] = syncTimes.spread
        metrics.slowSyncs = syncTimes.slowCount
        if let duty = replica.ensembleDuty { metrics.add(duty, of: replica) }
        return metrics
    }

    private func connectionReports() -> [ConnectionReport] {
        inspect { replica in replica.connectionViews }.map { view in
            var report = ConnectionReport(address: view.address, port: port(of: view.id))
            let statistics = view.statistics
            report.isRead = !view.isPaused && view.session != .none
            report.outstandingRequests = view.outstandingRequests
            report.received = max(statistics.received, view.session == .none ? 1 : 0)
            report.sent = statistics.sent
            report.session = view.session
            report.timeoutMs = view.negotiatedTimeoutMs
            report.lastOperation = statistics.lastOperation
            report.establishedMs = statistics.establishedMs
            report.lastXid = statistics.lastCxid
            report.lastZxid = statistics.lastZxid
            report.lastResponseMs = statistics.lastResponseMs
            report.lastLatencyMs = statistics.latency.lastMs
            report.latency = Spread(statistics.latency)
            report.expiresMs = Instant.now.wallMs + Int64(view.negotiatedTimeoutMs)
            return report
        }
    }
}

extension SessionTable {
    fileprivate func reports(at now: Instant) -> [SessionReport] {
        ids.compactMap { id in
            self[id].map { session in
                SessionReport(
                    id: id, timeoutMs: session.timeoutMs,
                    expiresMs: now.wallMs + (self.deadlineMs(of: id) ?? 0) - now.monotonicMs)
            }
        }
    }
}

extension Replica {
    fileprivate func ephemeralReports() -> [EphemeralsReport] {
        tree.ephemeralOwners.map { EphemeralsReport(session: $0, paths: tree.ephemerals(of: $0).sorted()) }
    }

    fileprivate func watchReports() -> [WatchReport] {
        watches.dataWatches().map { watch in
            WatchReport(path: watch.path, sessions: watch.connections.map { session(of: $0) })
        }
    }
}

extension Spread {
    fileprivate init(_ latency: Latency) {
        self.init(
            count: latency.count, sum: latency.totalMs, min: latency.count == 0 ? 0 : latency.minMs,
            max: latency.maxMs)
    }
}

extension DirectoryReport {
    fileprivate init(_ settings: NodeSettings) {
        self.init()
        data = Surroundings.absolute(settings.dataDir)
        log = Surroundings.absolute(settings.dataLogDir)
        dataBytes = Surroundings.directoryBytes(data)
        logBytes = Surroundings.directoryBytes(log)
    }
}

extension NodeReport.State {
    fileprivate init(_ replica: borrowing Replica) {
        if replica.isReadOnly {
            self = .readOnly
            return
        }
        switch replica.ensembleDuty {
        case nil: self = .standalone
        case .lead: self = .leader
        case .follow: self = .follower
        case .observe: self = .observer
        }
    }
}

/// What only a member of an ensemble has to say.
extension NodeReport {
    fileprivate mutating func add(_ duty: Duty, of replica: borrowing Replica) {
        switch duty {
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
    fileprivate mutating func add(_ duty: Duty, of replica: borrowing Replica) {
        quorumSize = replica.voterCount
        guard case .lead = duty else { return }
        let counts = replica.learnerCounts
        syncedObservers = counts.syncedObservers
        var leader = LeaderMetrics()
        leader.learners = counts.learners
        leader.syncedFollowers = counts.syncedFollowers
        leader.pendingSyncs = replica.pendingSyncCount
        leader.uptimeMs = Instant.now.monotonicMs - replica.dutySinceMs
        self.leader = leader
    }
}
