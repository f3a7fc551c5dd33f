import Vocabulary

extension NodeReport {
    /// `mntr`: a line for each metric, `zk_`, its name, a tab and its value.
    func writeMonitor(_ state: State, into text: inout AnswerText) {
        text.metric("version", ServerVersion.text)
        text.metric("server_state", state.rawValue)
        if let peerState { text.metric("peer_state", peerState) }
        writeGauges(into: &text)
        writeEnsembleGauges(into: &text)
        for counter in Metrics.Counter.allCases {
            if let value = metrics[counter] { text.metric(counter.rawValue, "\(value)") }
        }
        for summary in Metrics.SummaryName.allCases {
            if let values = metrics[summary] { text.metric(summary.rawValue, values) }
        }
    }

    /// Gauges that every node has.
    private func writeGauges(into text: inout AnswerText) {
        text.metric("avg_latency", JavaText.number(latency.average))
        text.metric("max_latency", "\(latency.max)")
        text.metric("min_latency", "\(latency.min)")
        text.metric("packets_received", "\(packetsReceived)")
        text.metric("packets_sent", "\(packetsSent)")
        text.metric("num_alive_connections", "\(connectionCount)")
        text.metric("outstanding_requests", "\(outstandingRequests)")
        text.metric("uptime", "\(uptimeMs)")
        text.metric("znode_count", "\(znodeCount)")
        text.metric("watch_count", "\(watchCount)")
        text.metric("ephemerals_count", "\(ephemeralCount)")
        text.metric("approximate_data_size", "\(dataBytes)")
        text.metric("global_sessions", "\(sessionCount)")
        text.metric("local_sessions", "\(localSessionCount)")
        text.metric("open_file_descriptor_count", "\(metrics.openFileDescriptors)")
        text.metric("max_file_descriptor_count", "\(metrics.maxFileDescriptors)")
        if let failures = metrics.authFailures { text.metric("auth_failed_count", "\(failures)") }
        if let count = metrics.slowSyncs { text.metric("fsync_threshold_exceed_count", "\(count)") }
    }

    private func writeEnsembleGauges(into text: inout AnswerText) {
        if let size = metrics.quorumSize { text.metric("quorum_size", "\(size)") }
        if let count = metrics.syncedObservers { text.metric("synced_observers", "\(count)") }
        guard let leader = metrics.leader else { return }
        text.metric("learners", "\(leader.learners)")
        text.metric("synced_followers", "\(leader.syncedFollowers)")
        // Servers that follow without being voters are observers here.
        text.metric("synced_non_voting_followers", "0")
        text.metric("pending_syncs", "\(leader.pendingSyncs)")
        text.metric("leader_uptime", "\(leader.uptimeMs)")
        text.metric("last_proposal_size", "\(proposals?.last ?? -1)")
        text.metric("max_proposal_size", "\(proposals?.max ?? -1)")
        text.metric("min_proposal_size", "\(proposals?.min ?? -1)")
    }
}

extension AnswerText {
    fileprivate mutating func metric(_ name: String, _ value: String) {
        line("zk_\(name)\t\(value)")
    }

    fileprivate mutating func metric(_ name: String, _ summary: Summary) {
        metric("avg_\(name)", JavaText.number(summary.average))
        metric("min_\(name)", "\(summary.min)")
        metric("max_\(name)", "\(summary.max)")
        metric("cnt_\(name)", "\(summary.count)")
        metric("sum_\(name)", "\(summary.sum)")
    }
}
