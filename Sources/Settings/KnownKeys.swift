import Ensembles

/// How far this server obeys a key that ZooKeeper knows.
enum KeySupport: Equatable {
    case honored
    /// Sets something that has no counterpart here, for the reason given.
    case noEffect(String)
    /// Sets something that this version does not do.
    case notYet(String)
}

/// Every key of ZooKeeper 3.9.5 and what becomes of it here; and `ioThreads`, `unreadMaxBytes` and
/// `closeOutOfTouchClients`, which are this server's own.
enum KnownKeys {
    static func support(of key: String) -> KeySupport? {
        if let support = table[key] { return support }
        return families.first { key.hasPrefix($0.prefix) }?.support
    }

    /// Whether `value` asks for nothing but what is so anyway: to switch off what is not there, or to have
    /// what cannot be switched off. Nobody needs to hear of it.
    static func isSoAnyway(_ key: String, _ value: String) -> Bool {
        switch (support(of: key), value.trimmed.lowercased()) {
        case (.notYet, "false"), (.notYet, "no"), (.notYet, "0"), (.notYet, "-1"), (.notYet, ""): true
        case (.noEffect, "true"), (.noEffect, "yes"): always.contains(key)
        case (.notYet, let value) where key.hasPrefix("authProvider."):
            Refusals.builtIn.contains { $0.lowercased() == value }
        default: false
        }
    }

    private static let always: Set<String> = [
        "forceSync", "digest.enabled", "closeSessionTxn.enabled",
        "serializeLastProcessedZxid.enabled", "leaderServes", "syncEnabled", "observer.syncEnabled",
        "client.certReload", "sslQuorumReloadCertFiles", "ssl.hostnameVerification",
    ]

    /// Every key that is obeyed, the families with `N` for the operator's part.
    static var obeyed: [String] {
        honored + families.filter { $0.support == .honored }.map { $0.prefix + "N" }
    }

    /// Whether `key` is known as it stands, rather than by how it begins.
    static func isExact(_ key: String) -> Bool { table[key] != nil }

    /// The known key that somebody meant who wrote `key`: by ZooKeeper's documentation, which heads some
    /// options with another name than the one it takes, or by a slip.
    static func suggestion(for key: String) -> String? {
        documented[key] ?? Spelling.nearest(to: key, among: names)
    }

    private static let names = table.keys.sorted()

    private static let table: [String: KeySupport] = {
        var table: [String: KeySupport] = [:]
        for key in honored { table[key] = .honored }
        for (reason, keys) in withoutEffect { for key in keys { table[key] = .noEffect(reason) } }
        for (reason, keys) in later { for key in keys { table[key] = .notYet(reason) } }
        return table
    }()

    private static let honored = [
        "4lw.commands.whitelist", "DigestAuthenticationProvider.digestAlg",
        "DigestAuthenticationProvider.enabled", "DigestAuthenticationProvider.superDigest",
        "SASLAuthenticationProvider.superPassword", "X509AuthenticationProvider.superUser",
        "admin.commandURL", "admin.enableServer", "admin.idleTimeout", "admin.serverAddress",
        "admin.serverPort", "allowSaslFailedClients", "autopurge.snapRetainCount", "client.portUnification",
        "clientPort",
        "clientPortAddress", "clientPortListenBacklog", "clientTcpKeepAlive", "closeOutOfTouchClients",
        "cnxTimeout",
        "dataDir", "dataLogDir", "datadir.autocreate", "db.autocreate",
        "dynamicConfigFile", "electionAlg",
        "enforce.auth.enabled", "enforce.auth.schemes", "enforceQuota", "extendedTypesEnabled",
        "fsync.warningthresholdms", "globalOutstandingLimit", "healing.enabled",
        "ensembleAuthName", "healing.scrubIntervalInHours", "initLimit", "ioThreads",
        "java.security.auth.login.config",
        "jute.maxbuffer", "jute.maxbuffer.extrasize", "largeRequestMaxBytes", "largeRequestThreshold",
        "maxClientCnxns",
        "maxCnxns", "maxSessionTimeout", "metricsProvider.className", "metricsProvider.httpHost",
        "metricsProvider.httpPort", "minSessionTimeout", "multiAddress.enabled",
        "nio.sessionlessCnxnTimeout", "peerType", "portUnification", "quorumListenOnAllIPs",
        "readonlymode.enabled",
        "reconfigEnabled", "sasl.serverconfig", "secureClientPort", "secureClientPortAddress",
        "sessionRequireClientSASLAuth",
        "skipACL", "snapCount",
        "snapSizeLimitInKb", "ssl.ciphersuites", "ssl.clientAuth", "ssl.enabledProtocols",
        "ssl.handshakeDetectionTimeoutMillis", "ssl.keyStore.location", "ssl.keyStore.password",
        "ssl.keyStore.passwordPath", "ssl.protocol",
        "ssl.quorum.ciphersuites", "ssl.quorum.clientAuth", "ssl.quorum.clientHostnameVerification",
        "ssl.quorum.enabledProtocols", "ssl.quorum.handshakeDetectionTimeoutMillis",
        "ssl.quorum.hostnameVerification", "ssl.quorum.keyStore.location", "ssl.quorum.keyStore.password",
        "ssl.quorum.keyStore.passwordPath", "ssl.quorum.protocol", "ssl.quorum.trustStore.location",
        "ssl.quorum.trustStore.password", "ssl.quorum.trustStore.passwordPath", "sslQuorum",
        "ssl.trustStore.location", "ssl.trustStore.password",
        "ssl.trustStore.passwordPath", "standaloneEnabled", "superUser", "syncLimit",
        "tickTime", "txnLogSizeLimitInKb", "unreadMaxBytes", "version", "znode.container.checkIntervalMs",
        "znode.container.maxNeverUsedIntervalMs", "znode.container.maxPerMinute",
    ]

    private static let withoutEffect: [String: [String]] = [
        "digests are always kept": [
            "digest.enabled"
        ],
        "the log and its files are kept by SQLite": [
            "preAllocSize", "snapshot.compression.method", "snapshot.trust.empty",
            "serializeLastProcessedZxid.enabled",
        ],
        "an old snapshot goes, and the log before it, when a new one is complete": [
            "autopurge.purgeInterval"
        ],
        "every acknowledged write is synced to disk": ["forceSync"],
        "a batch is whatever arrived while the previous one was written": [
            "flushDelay", "maxBatchSize", "maxWriteQueuePollTime", "commitProcessor.maxCommitBatchSize",
            "commitProcessor.maxReadBatchSize", "commitProcessor.numWorkerThreads",
            "commitProcessor.shutdownTimeout",
        ],
        "the number of threads follows the machine": [
            "nio.numSelectorThreads", "nio.numWorkerThreads", "nio.directBufferBytes", "nio.shutdownTimeout",
            "serverCnxnFactory", "quorum.cnxn.threads.size",
        ],
        "it tunes Netty, which is not used": [
            "netty.advancedFlowControl.enabled", "netty.server.earlyDropSecureConnectionHandshakes",
            "netty.server.outstandingHandshake.limit",
        ],
        "replies are encoded fast enough to need no cache": [
            "maxResponseCacheSize", "maxGetChildrenResponseCacheSize", "intBufferStartingSizeBytes",
        ],
        "there is one watch table, compact and complete": [
            "watchManagerName", "watcherCleanThreadsNum", "watcherCleanThreshold",
            "watcherCleanIntervalInSeconds",
            "maxInProcessingDeadWatchers", "bitHashCacheSize",
        ],
        "there is no Java virtual machine": [
            "jvm.pause.monitor", "jvm.pause.info-threshold.ms", "jvm.pause.warn-threshold.ms",
            "jvm.pause.sleep.time.ms", "metricsProvider.exportJvmInfo", "jmx.log4j.disable",
            "jmx.log4j.mbean",
            "fips-mode",
        ],
        "metrics are written by one thread": [
            "metricsProvider.maxQueueSize", "metricsProvider.numWorkerThreads",
            "metricsProvider.workerShutdownTimeoutMs",
        ],
        "files of keys and certificates are told apart by their content": [
            "ssl.keyStore.type", "ssl.trustStore.type", "ssl.quorum.keyStore.type",
            "ssl.quorum.trustStore.type",
        ],
        "changed files of keys and certificates are always taken up": [
            "client.certReload", "sslQuorumReloadCertFiles",
        ],
        "addresses are never turned into names": ["ssl.quorum.allowReverseDnsLookup"],
        "TLS is OpenSSL's": ["ssl.sslProvider"],
        "it belongs to clients": [
            "ssl.hostnameVerification",
            "clientCnxnSocket", "client.secure", "disableAutoWatchReset", "request.timeout", "sasl.client",
            "sasl.clientconfig", "sasl.client.username", "sasl.client.canonicalize.hostname",
            "server.principal",
            "server.realm",
        ],
        "writes are always checked where they are ordered": [
            "enableEagerACLCheck", "follower.skipLearnerRequestToNextProcessor",
            "forward_learner_requests_to_commit_processor_disabled",
        ],
        "closing a session names its znodes, as many as fit in a transaction": ["closeSessionTxn.enabled"],
        "only the TTL encoding of 3.5.4 and later is known": ["emulate353TTLNodes"],
        "a leader serves clients like every other server": ["leaderServes"],
        "an observer keeps a log like every other server": ["syncEnabled", "observer.syncEnabled"],
        "a learner has initLimit for all until it serves": ["connectToLearnerMasterLimit"],
        "a learner that lacks more than 32 MiB of transactions is sent the tree, any number of them at once":
            [
                "commitLogCount", "snapshotSizeFactor", "leader.maxConcurrentSnapSyncs",
                "leader.maxConcurrentDiffSyncs",
            ],
        "nothing that is sent between the servers waits for anything": [
            "leader.closeSocketAsync", "leader.nodelay", "follower.nodelay", "learner.asyncSending",
            "learner.closeSocketAsync",
        ],
        "it is for tests of Apache's server": [
            "test.allowDiscontinuousProposals", "testingonly.initialZxid", "controllerPort",
            "forceSnapshotSync",
            "messageTracker.BufferSize", "messageTracker.Enabled", "leader.ackLoggingFrequency",
        ],
    ]

    /// Keys by the feature that each waits for. Whoever builds it moves its keys up to the honored.
    private static let later: [String: [String]] = [
        "the stream of snapshots over HTTP": [
            "admin.rateLimiterIntervalInMS", "admin.restore.enabled", "admin.snapshot.enabled",
        ],
        "throttling of requests": [
            "request_stale_connection_check", "request_stale_latency_check", "request_throttle_drop_stale",
            "request_throttle_max_requests", "request_throttle_stall_time",
            "request_throttler.shutdownTimeout", "throttled_op_wait_time",
        ],
        "throttling of connections": [
            "connection_throttle_decrease_ratio", "connection_throttle_drop_decrease",
            "connection_throttle_drop_increase", "connection_throttle_fill_count",
            "connection_throttle_fill_time", "connection_throttle_freeze_time",
            "connection_throttle_global_session_weight", "connection_throttle_local_session_weight",
            "connection_throttle_renew_session_weight", "connection_throttle_tokens",
            "connection_throttle_weight_enabled",
        ],
        "local sessions": [
            "localSessionsEnabled", "localSessionsUpgradingEnabled",
        ],
        "the check of revocation": ["ssl.crl", "ssl.ocsp", "ssl.quorum.crl", "ssl.quorum.ocsp"],
        "the check of clients' host names": ["ssl.clientHostnameVerification", "ssl.allowReverseDnsLookup"],
        "a right of all users of SASL": ["letAnySaslUserDoX"],
        "Kerberos": ["kinit", "security.auth_to_local", "requireKerberosConfig"],
        "the audit log": ["audit.enable", "audit.impl.class"],
        "HTTPS for administration": [
            "admin.forceHttps", "admin.needClientAuth", "admin.portUnification", "admin.httpVersion",
            "IPAuthenticationProvider.usexforwardedfor", "metricsProvider.httpsPort",
        ],
        "the requirement of a scheme by its old name": ["requireClientAuthScheme"],
        "an oracle": ["oraclePath"],
        "an observer that other observers follow": ["observerMasterPort", "observerMaster.sizeLimit"],
        "tuning of the links between servers": [
            "tcpKeepAlive", "electionPortBindRetry", "quorumCnxnTimeoutMs",
            "fastleader.minNotificationInterval", "fastleader.maxNotificationInterval",
            "multiAddress.reachabilityCheckEnabled", "multiAddress.reachabilityCheckTimeoutMs",
            "leader.maxTimeToWaitForEpoch", "leaderConnectDelayDuringRetryMs",
            "observer.reconnectDelayMs", "observer.election.DelayMs",
        ],
    ]

    /// Keys with a part of the operator's choosing, tried in order.
    private static let families: [(prefix: String, support: KeySupport)] = [
        ("server.", .honored), ("group.", .honored), ("weight.", .honored),
        ("superUser.", .honored),
        ("authProvider.", .notYet("other authentication than digest, ip, x509 and sasl")),
        ("kerberos.", .notYet("Kerberos")),
        ("quorum.auth.", .notYet("SASL between servers")),
        ("pathStats.", .noEffect("requests are counted, not traced by path")),
    ]

    /// Names under which the administrator's guide describes an option, to the key that sets it.
    private static let documented = [
        "connectionMaxTokens": "connection_throttle_tokens",
        "connectionTokenFillTime": "connection_throttle_fill_time",
        "connectionTokenFillCount": "connection_throttle_fill_count",
        "connectionFreezeTime": "connection_throttle_freeze_time",
        "connectionDropIncrease": "connection_throttle_drop_increase",
        "connectionDropDecrease": "connection_throttle_drop_decrease",
        "connectionDecreaseRatio": "connection_throttle_decrease_ratio",
        "requestThrottleLimit": "request_throttle_max_requests",
        "requestThrottleStallTime": "request_throttle_stall_time",
        "requestThrottleDropStale": "request_throttle_drop_stale",
        "requestStaleConnectionCheck": "request_stale_connection_check",
        "requestStaleLatencyCheck": "request_stale_latency_check",
        "throttledOpWaitTime": "throttled_op_wait_time",
        "advancedFlowControlEnabled": "netty.advancedFlowControl.enabled",
        "outstandingHandshake.limit": "netty.server.outstandingHandshake.limit",
    ]
}
