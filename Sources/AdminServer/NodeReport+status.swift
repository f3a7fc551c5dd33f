internal import Console
internal import Settings
internal import Vocabulary

/// The node in numbers, as Apache's admin server names and orders them.
extension NodeReport {
    func writeConfiguration(_ settings: NodeSettings, into text: inout JSONText) {
        let clients = settings.clients
        text.member("client_port", clientPort ?? clients.port ?? -1)
        text.member("data_dir", directories.data)
        text.member("data_log_dir", directories.log)
        text.member("tick_time", settings.tickTimeMs)
        text.member("max_client_cnxns", clients.connectionsPerAddressMax)
        text.member("min_session_timeout", settings.sessions.minTimeoutMs)
        text.member("max_session_timeout", settings.sessions.maxTimeoutMs)
        text.member("server_id", settings.isMember ? settings.serverID ?? 0 : 0)
        text.member("client_port_listen_backlog", clients.listenBacklog ?? -1)
    }

    func writeStatistics(into text: inout JSONText) {
        text.member("version", ServerVersion.text)
        text.member("read_only", state == .readOnly)
        text.key("server_stats")
        text.object { writeCounters(into: &$0) }
        text.key("client_response")
        text.object { $0.members(of: BufferSizes()) }
        if let proposals {
            text.key("proposal_stats")
            text.object { $0.members(of: proposals) }
        }
        text.member("node_count", znodeCount)
    }

    private func writeCounters(into text: inout JSONText) {
        text.member("packets_sent", packetsSent)
        text.member("packets_received", packetsReceived)
        text.member("fsync_threshold_exceed_count", metrics.slowSyncs ?? 0)
        text.key("client_response_stats")
        text.object { $0.members(of: BufferSizes()) }
        text.member("data_dir_size", directories.dataBytes)
        text.member("log_dir_size", directories.logBytes)
        text.member("last_processed_zxid", lastZxid.rawValue)
        text.member("provider_null", false)
        text.member("server_state", state?.rawValue ?? "")
        text.member("outstanding_requests", outstandingRequests)
        text.key("avg_latency")
        text.plain(JavaText.number(latency.average))
        text.member("max_latency", latency.max)
        text.member("min_latency", latency.min)
        text.member("num_alive_client_connections", connectionCount)
        text.member("uptime", uptimeMs)
        text.member("auth_failed_count", metrics.authFailures ?? 0)
        let localCount = connections.filter(\.isLocal).count
        text.member("non_mtlsremote_conn_count", connections.count - localCount)
        text.member("non_mtlslocal_conn_count", localCount)
    }

    /// The same as `mntr`, without `zk_`.
    func writeMetrics(into text: inout JSONText) {
        text.member("version", ServerVersion.text)
        text.member("server_state", state?.rawValue ?? "")
        if let peerState { text.member("peer_state", peerState) }
        for line in metricFamilies.flatMap(\.lines) {
            text.key(line.name)
            text.plain(line.number)
        }
    }

    func writeEnvironment(into text: inout JSONText) {
        text.member("zookeeper.version", ServerVersion.text)
        for (key, value) in environment { text.member(key, value) }
    }

    /// Stands here for the properties of a Java machine.
    func writeProperties(into text: inout JSONText) {
        let prefixes = ["java.", "os.", "user."]
        let properties = environment.filter { entry in prefixes.contains { entry.key.hasPrefix($0) } }
        for (key, value) in properties.sorted(by: { $0.key < $1.key }) { text.member(key, value) }
    }

    func writeDigests(into text: inout JSONText) {
        text.key("digests")
        text.list(digests) { text, entry in
            text.object { text in
                text.member("zxid", entry.zxid.rawValue)
                text.member("digest", Int64(bitPattern: entry.digest))
                text.member("digest_version", 2)
            }
        }
    }
}

extension DirectoryReport {
    /// Apache writes this zxid in hexadecimal and without `0x`.
    func writeLastSnapshot(into text: inout JSONText) {
        let zxid = UInt64(bitPattern: lastSnapshot?.zxid.rawValue ?? -1)
        text.member("zxid", String(zxid, radix: 16))
        text.member("timestamp", lastSnapshot?.takenSeconds ?? -1)
    }
}

extension JSONText {
    fileprivate mutating func members(of sizes: BufferSizes) {
        member("last_buffer_size", sizes.last)
        member("min_buffer_size", sizes.min)
        member("max_buffer_size", sizes.max)
    }
}

extension ConnectionReport {
    fileprivate var isLocal: Bool {
        let text = "\(address)"
        return text.hasPrefix("127.") || text == "0:0:0:0:0:0:0:1"
    }
}
