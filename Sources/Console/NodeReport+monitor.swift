import Vocabulary

extension NodeReport {
    /// `mntr`: a line for each metric, `zk_`, its name, a tab and its value.
    func writeMonitor(_ state: State, into text: inout AnswerText) {
        text.metric("version", ServerVersion.text)
        text.metric("server_state", state.rawValue)
        if let peerState { text.metric("peer_state", peerState) }
        for family in metricFamilies {
            for line in family.lines { text.metric(line.name, line.number) }
        }
    }

    /// All that is measured, in the order of `mntr`. Gauges are of a node that serves: while it looks for a
    /// leader there are none, as in Apache.
    package var metricFamilies: [MetricFamily] {
        var families: [MetricFamily] = []
        if state != nil { families += gauges + ensembleGauges }
        for counter in Metrics.Counter.allCases {
            if let value = metrics[counter] { families.append(.init(counter.rawValue, .counter(value))) }
        }
        for summary in Metrics.SummaryName.allCases {
            guard let values = metrics[summary] else { continue }
            families.append(.init(summary.rawValue, .summary(values, metrics.quantiles[summary] ?? [])))
        }
        return families
    }

    /// Gauges that every node has.
    private var gauges: [MetricFamily] {
        var families: [MetricFamily] = [
            .init("avg_latency", .average(latency.average)),
            .init("max_latency", .gauge(latency.max)),
            .init("min_latency", .gauge(latency.min)),
            .init("packets_received", .gauge(packetsReceived)),
            .init("packets_sent", .gauge(packetsSent)),
            .init("num_alive_connections", .gauge(Int64(connectionCount))),
            .init("outstanding_requests", .gauge(Int64(outstandingRequests))),
            .init("uptime", .gauge(uptimeMs)),
            .init("znode_count", .gauge(Int64(znodeCount))),
            .init("watch_count", .gauge(Int64(watchCount))),
            .init("ephemerals_count", .gauge(Int64(ephemeralCount))),
            .init("approximate_data_size", .gauge(dataBytes)),
            .init("global_sessions", .gauge(Int64(sessionCount))),
            .init("local_sessions", .gauge(Int64(localSessionCount))),
            .init("open_file_descriptor_count", .gauge(metrics.openFileDescriptors)),
            .init("max_file_descriptor_count", .gauge(metrics.maxFileDescriptors)),
        ]
        if let count = metrics.authFailures { families.append(.init("auth_failed_count", .gauge(count))) }
        if let count = metrics.slowSyncs {
            families.append(.init("fsync_threshold_exceed_count", .gauge(count)))
        }
        return families
    }

    private var ensembleGauges: [MetricFamily] {
        var families: [MetricFamily] = []
        if let size = metrics.quorumSize { families.append(.init("quorum_size", .gauge(Int64(size)))) }
        if let count = metrics.syncedObservers {
            families.append(.init("synced_observers", .gauge(Int64(count))))
        }
        guard let leader = metrics.leader else { return families }
        return families + [
            .init("learners", .gauge(Int64(leader.learners))),
            .init("synced_followers", .gauge(Int64(leader.syncedFollowers))),
            // Servers that follow without being voters are observers here.
            .init("synced_non_voting_followers", .gauge(0)),
            .init("pending_syncs", .gauge(Int64(leader.pendingSyncs))),
            .init("leader_uptime", .gauge(leader.uptimeMs)),
            .init("last_proposal_size", .gauge(Int64(proposals?.last ?? -1))),
            .init("max_proposal_size", .gauge(Int64(proposals?.max ?? -1))),
            .init("min_proposal_size", .gauge(Int64(proposals?.min ?? -1))),
        ]
    }
}

extension AnswerText {
    fileprivate mutating func metric(_ name: String, _ value: String) {
        line("zk_\(name)\t\(value)")
    }
}
