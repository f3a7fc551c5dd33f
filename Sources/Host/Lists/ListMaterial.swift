internal import Console
internal import Replica
internal import Settings
internal import Vocabulary
internal import Zab
internal import Znodes

/// Material that a report with lists is made from: tables as they were at one moment. They are shared until
/// the node changes them, so that taking them costs nothing that grows with them.
struct ListMaterial: Sendable {
    struct Connection: Sendable {
        let view: Replica.ConnectionView
        let port: Int
    }

    private let parts: NodeReport.Parts
    private let now = Instant.now
    private let numbers: NodeReport
    private let connections: [Connection]
    private let sessions: SessionTable?
    private let localSessions: SessionTable?
    private let ephemerals: [SessionID: Set<ZnodePath>]
    private let watches: WatchList?
    private let digests: [DigestReport]
    private let metrics: Metrics?

    init(
        of replica: borrowing Replica, for parts: NodeReport.Parts, connections: [Connection],
        replicaLoop: ReplicaLoop
    ) {
        self.parts = parts
        self.connections = connections
        numbers = replicaLoop.report(of: replica)
        sessions = parts.contains(.sessions) ? replica.sessions : nil
        localSessions = parts.contains(.sessions) ? replica.localSessions : nil
        ephemerals = parts.contains(.ephemerals) ? replica.tree.ephemeralTable : [:]
        watches = parts.contains(.watches) ? replica.watches.list : nil
        digests =
            parts.contains(.digests)
            ? replica.digestHistory.entries.map { DigestReport(zxid: $0.zxid, digest: $0.digest) } : []
        metrics = parts.contains(.metrics) ? replicaLoop.metrics(of: replica) : nil
    }

    /// The report, made on whatever thread asks for it.
    func report(_ settings: NodeSettings) -> NodeReport {
        var report = numbers
        if parts.contains(.connections) { report.connections = connections.map { $0.report(at: now) } }
        report.sessions = sessions?.reports(at: now) ?? []
        report.localSessions = localSessions?.reports(at: now) ?? []
        report.ephemerals = ephemerals.sorted { $0.key < $1.key }.map {
            EphemeralsReport(session: $0.key, paths: $0.value.sorted())
        }
        if let watches { report.watches = reports(of: watches) }
        report.digests = digests
        if let metrics {
            report.metrics = metrics
            report.metrics.openFileDescriptors = ProcessEnvironment.openFileDescriptors()
            report.metrics.process = ProcessReport.current()
            report.metrics.maxFileDescriptors = ProcessEnvironment.maxFileDescriptors()
        }
        if parts.contains(.directories) { report.directories = DirectoryReport(settings) }
        if parts.contains(.environment) { report.environment = ProcessEnvironment.environment() }
        return report
    }

    /// The data table by path, who watches each in order of connections.
    private func reports(of watches: WatchList) -> [WatchReport] {
        var byPath: [ZnodePath: [SessionID]] = [:]
        for connection in connections where connection.view.session != .none {
            for path in watches.dataPaths(of: connection.view.id) {
                byPath[path, default: []].append(connection.view.session)
            }
        }
        return byPath.sorted { $0.key < $1.key }.map { WatchReport(path: $0.key, sessions: $0.value) }
    }
}

extension ListMaterial.Connection {
    fileprivate func report(at now: Instant) -> ConnectionReport {
        var report = ConnectionReport(address: view.address, port: port)
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
        report.lastLatencyMs = statistics.lastLatencyMs
        report.latency = statistics.latency
        report.expiresMs = now.wallMs + Int64(view.negotiatedTimeoutMs)
        return report
    }
}
