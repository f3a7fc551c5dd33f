extension ClientSettings {
    init(_ entries: Entries) throws(SettingsError) {
        port = try entries.port("clientPort")
        address = entries.word("clientPortAddress")
        if address != nil, port == nil {
            throw entries.error(
                .conflicting, "clientPortAddress", "is set, but clientPort is not", "add clientPort=2181")
        }
        securePort = try entries.port("secureClientPort")
        secureAddress = entries.word("secureClientPortAddress")
        if secureAddress != nil, securePort == nil {
            throw entries.error(
                .conflicting, "secureClientPortAddress", "is set, but secureClientPort is not",
                "add secureClientPort=2281")
        }
        isPortUnified = try entries.flag("client.portUnification", default: false)
        listenBacklog = try entries.optional("clientPortListenBacklog", "a number of connections")
        isTCPKeepAliveEnabled = try entries.flag("clientTcpKeepAlive", default: false)
        connectionsPerAddressMax = max(
            0,
            try entries.integer(
                "maxClientCnxns", default: 60, in: Entries.anyInteger, "a number of connections, 0 for any"))
        connectionsMax = max(
            0,
            try entries.integer(
                "maxCnxns", default: 0, in: Entries.anyInteger, "a number of connections, 0 for any"))
        handshakeTimeoutMs = try entries.integer(
            "nio.sessionlessCnxnTimeout", default: 10_000, in: 1...Int(Int32.max), "milliseconds")
    }
}

extension SessionSettings {
    init(_ entries: Entries, tickTimeMs: Int) throws(SettingsError) {
        minTimeoutMs = try entries.optional("minSessionTimeout", "milliseconds") ?? tickTimeMs * 2
        maxTimeoutMs = try entries.optional("maxSessionTimeout", "milliseconds") ?? tickTimeMs * 20
        guard minTimeoutMs <= maxTimeoutMs else {
            let key = entries["minSessionTimeout"] == nil ? "maxSessionTimeout" : "minSessionTimeout"
            throw entries.error(
                .conflicting, key,
                "makes the least timeout (\(minTimeoutMs) ms) longer than the greatest (\(maxTimeoutMs) ms)",
                "without the keys they are 2 and 20 times tickTime, which is \(tickTimeMs)")
        }
        areLocalSessionsEnabled = try entries.flag("localSessionsEnabled", default: false)
        areLocalSessionsUpgraded = try entries.flag("localSessionsUpgradingEnabled", default: false)
    }
}

extension LimitSettings {
    init(_ entries: Entries) throws(SettingsError) {
        frameBytesMax = try entries.integer(
            "jute.maxbuffer", default: 0xfffff, in: 1024...Int(Int32.max), "bytes")
        frameBytesExtra = try entries.optional("jute.maxbuffer.extrasize", "bytes")
        outstandingRequestsMax = try entries.integer(
            "globalOutstandingLimit", default: 1000, "a number of requests")
        requests = try RequestThrottleSettings(entries)
        connections = try ConnectionThrottleSettings(entries)
        largeRequestBytes = try entries.optional("largeRequestThreshold", "bytes") ?? 64 << 10
        requestBytesMax = try entries.integer(
            "largeRequestMaxBytes", default: 100 << 20, in: 1...Int(Int32.max), "bytes")
        if entries["unreadMaxBytes"] != nil {
            unreadBytesMax = try entries.integer(
                "unreadMaxBytes", default: 1 << 30, in: 1 << 20...1 << 50, "bytes")
        }
        throttledWaitMs = max(
            0,
            try entries.integer("throttled_op_wait_time", default: 0, in: Entries.anyInteger, "milliseconds")
        )
    }
}

extension RequestThrottleSettings {
    init(_ entries: Entries) throws(SettingsError) {
        requestsMax = try entries.integer("request_throttle_max_requests", default: 0, "a number of requests")
        stallMs = try entries.integer(
            "request_throttle_stall_time", default: 100, in: 1...Int(Int32.max), "milliseconds")
        areStaleDropped = try entries.flag("request_throttle_drop_stale", default: true)
        isConnectionChecked = try entries.flag("request_stale_connection_check", default: true)
        isLatencyChecked = try entries.flag("request_stale_latency_check", default: false)
        shutdownTimeoutMs = try entries.integer(
            "request_throttler.shutdownTimeout", default: 10_000, "milliseconds")
    }
}

extension ConnectionThrottleSettings {
    init(_ entries: Entries) throws(SettingsError) {
        func count(_ name: String, default standard: Int, _ meaning: String) throws(SettingsError) -> Int {
            try entries.integer("connection_throttle_\(name)", default: standard, meaning)
        }
        tokens = try count("tokens", default: 0, "a number of connect requests")
        fillIntervalMs = try count("fill_time", default: 1, "milliseconds")
        fillCount = try count("fill_count", default: 1, "a number of connect requests")
        freezeMs = try entries.optional("connection_throttle_freeze_time", "milliseconds")
        dropIncrease = try entries.fraction("connection_throttle_drop_increase", default: 0.02)
        dropDecrease = try entries.fraction("connection_throttle_drop_decrease", default: 0.002)
        decreaseRatio = try entries.fraction("connection_throttle_decrease_ratio", default: 0)
        isWeighted = try entries.flag("connection_throttle_weight_enabled", default: false)
        globalSessionWeight = try count("global_session_weight", default: 3, "a number of tokens")
        renewSessionWeight = try count("renew_session_weight", default: 2, "a number of tokens")
        localSessionWeight = try count("local_session_weight", default: 1, "a number of tokens")
    }
}

extension TreeSettings {
    init(_ entries: Entries) throws(SettingsError) {
        areExtendedTypesEnabled = try entries.flag("extendedTypesEnabled", default: false)
        areQuotasEnforced = try entries.flag("enforceQuota", default: false)
        isDigestEnabled = try entries.flag("digest.enabled", default: true)
        sweepIntervalMs = try entries.integer(
            "znode.container.checkIntervalMs", default: 60_000, in: 1...Int(Int32.max), "milliseconds")
        sweepPerMinuteMax = try entries.integer(
            "znode.container.maxPerMinute", default: 10_000, in: 1...Int(Int32.max), "a number of znodes")
        containerNeverUsedMs = try entries.integer(
            "znode.container.maxNeverUsedIntervalMs", default: 0, "milliseconds, 0 for never")
    }
}

extension StorageSettings {
    init(_ entries: Entries, warnings: inout [SettingsWarning]) throws(SettingsError) {
        // Apache raises smaller numbers silently: with one, every request would start a snapshot.
        snapshotTransactions =
            try entries["snapCount"] == nil
            ? nil
            : max(
                2,
                entries.integer(
                    "snapCount", default: 100_000, in: Entries.anyInteger, "a number of transactions"))
        let limitKb = try entries.integer(
            "snapSizeLimitInKb", default: 4_194_304, in: -1...Int.max >> 10, "KiB")
        snapshotLogBytes = max(0, limitKb) << 10
        snapshotsKept = try entries.integer(
            "autopurge.snapRetainCount", default: 3, in: Entries.anyInteger, "a number of snapshots")
        if snapshotsKept < 3 {
            warnings.append(
                entries.advice("autopurge.snapRetainCount", "is raised to 3, the least that can be kept"))
            snapshotsKept = 3
        }
        purgeIntervalMs = try StorageSettings.interval(entries)
        slowSyncMs = try entries.integer("fsync.warningthresholdms", default: 1000, "milliseconds")
    }

    /// Hours, or from 3.10 on a number with `ms`, `s`, `m`, `h` or `d`.
    private static func interval(_ entries: Entries) throws(SettingsError) -> Int {
        let key = "autopurge.purgeInterval"
        guard let text = entries.text(key)?.lowercased() else { return 0 }
        let digits = text.prefix { $0.isNumber || $0 == "-" }
        let unitMs: [String: Int] = [
            "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "": 3_600_000,
        ]
        let unit = unitMs[String(text.dropFirst(digits.count)).trimmed]
        guard let unit, let count = Int32(digits) else {
            throw entries.invalid(
                key, "is not a number of hours", "write hours, such as \(key)=24, or 0 to keep everything")
        }
        return max(0, Int(count)) * unit
    }
}

extension WordList {
    init(_ entries: Entries, isReadOnlyModeEnabled: Bool) {
        let listed = (entries.text("4lw.commands.whitelist") ?? "").commaSeparated
        if listed.contains("*") {
            self = .all
        } else {
            // Apache adds these two whatever the list says: its own scripts and clients live on them.
            self = .only(Set(listed).union(isReadOnlyModeEnabled ? ["srvr", "isro"] : ["srvr"]))
        }
    }

    /// A word that does not exist allows nothing, and was probably meant to.
    static func warnings(_ entries: Entries) -> [SettingsWarning] {
        let key = "4lw.commands.whitelist"
        let strangers = (entries.text(key) ?? "").commaSeparated.filter { $0 != "*" && !known.contains($0) }
        return strangers.map { word in
            let question = Spelling.nearest(to: word, among: known).map { "; did you mean \($0)?" } ?? ""
            return entries.advice(key, "allows \(word), which is no four-letter word\(question)")
        }
    }

    private static let known = [
        "conf", "cons", "crst", "dirs", "dump", "envi", "gtmk", "hash", "isro", "mntr", "ruok", "srst",
        "srvr",
        "stat", "stmk", "wchc", "wchp", "wchs",
    ]
}

extension AdminSettings {
    init(_ entries: Entries) throws(SettingsError) {
        isEnabled = try entries.flag("admin.enableServer", default: true)
        address = entries.word("admin.serverAddress") ?? "0.0.0.0"
        port = try entries.port("admin.serverPort") ?? 8080
        commandPath = entries.word("admin.commandURL") ?? "/commands"
        idleTimeoutMs = try entries.integer("admin.idleTimeout", default: 30_000, "milliseconds")
        rateLimitMs = try entries.integer("admin.rateLimiterIntervalInMS", default: 300_000, "milliseconds")
        isSnapshotEnabled = try entries.flag("admin.snapshot.enabled", default: true)
        isRestoreEnabled = try entries.flag("admin.restore.enabled", default: true)
    }
}

extension MetricsSettings {
    init(_ entries: Entries) throws(SettingsError) {
        address = entries.word("metricsProvider.httpHost") ?? "0.0.0.0"
        port = try entries.port("metricsProvider.httpPort") ?? 7000
        let classes = [
            "org.apache.zookeeper.metrics.impl.DefaultMetricsProvider": false,
            "org.apache.zookeeper.metrics.impl.NullMetricsProvider": false,
            "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider": true,
        ]
        guard let name = entries.word("metricsProvider.className") else { return }
        guard let isPrometheus = classes[name] else {
            throw entries.invalid(
                "metricsProvider.className", "names a Java class that this server has nothing for",
                "remove it, or write org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider")
        }
        isPrometheusEnabled = isPrometheus
    }
}
