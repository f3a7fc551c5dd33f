/// Where clients connect and how sockets are made.
package struct ClientSettings: Equatable, Sendable {
    /// `clientPort`; nil for a node without a plain port, 0 for any free one.
    package var port: Int?
    /// `clientPortAddress`, a name or a numeric address; nil for all addresses.
    package var address: String?
    /// `secureClientPort`, for TLS.
    package var securePort: Int?
    /// `secureClientPortAddress`.
    package var secureAddress: String?
    /// `client.portUnification`: TLS on the plain port as well.
    package var isPortUnified = false
    /// `clientPortListenBacklog`; nil for the system's.
    package var listenBacklog: Int?
    /// `clientTcpKeepAlive`.
    package var isTCPKeepAliveEnabled = false
    /// `maxClientCnxns`: connections of one address at a time, 0 for any number.
    package var connectionsPerAddressMax = 60
    /// `maxCnxns`: connections of one port at a time, 0 for any number.
    package var connectionsMax = 0
    /// `nio.sessionlessCnxnTimeout`: how long a connection may stay without a session.
    package var handshakeTimeoutMs = 10_000
}

package struct SessionSettings: Equatable, Sendable {
    /// `minSessionTimeout`, by default two ticks.
    package var minTimeoutMs = 6000
    /// `maxSessionTimeout`, by default twenty ticks.
    package var maxTimeoutMs = 60_000
    /// `localSessionsEnabled`.
    package var areLocalSessionsEnabled = false
    /// `localSessionsUpgradingEnabled`.
    package var areLocalSessionsUpgraded = false
}

/// What protects the node from too much at once.
package struct LimitSettings: Equatable, Sendable {
    /// `jute.maxbuffer`: the longest frame a client may send.
    package var frameBytesMax = 0xfffff
    /// `jute.maxbuffer.extrasize`: what transactions and packets may exceed that by; nil for its default,
    /// `frameBytesMax`.
    package var frameBytesExtra: Int?
    /// The longest transaction, and the longest data of a packet, that members of an ensemble send one
    /// another: what each of them takes that has the same settings, Apache's included.
    package var recordBytesMax: Int {
        min(frameBytesMax + max(frameBytesExtra ?? frameBytesMax, 1024), Int(Int32.max))
    }
    /// What is taken of a leader, packet by packet and znode by znode: more than anybody should send. One of
    /// Apache's leaders proposes what its own followers do not take, and a tree may be older than a setting.
    package var leaderRecordBytesMax: Int { min(max(4 * recordBytesMax, 64 << 20), Int(Int32.max)) }
    /// `globalOutstandingLimit`: requests in process above which busy connections are not read.
    package var outstandingRequestsMax = 1000
    package var requests = RequestThrottleSettings()
    package var connections = ConnectionThrottleSettings()
    /// `largeRequestThreshold`: what is longer is read when there is room for it.
    package var largeRequestBytes = 64 << 10
    /// `largeRequestMaxBytes`: the sum of requests in flight above which none that are large are read on.
    package var requestBytesMax = 100 << 20
    /// `unreadMaxBytes`: what all clients together may leave unread; nil for a share of the memory.
    package var unreadBytesMax: Int?
    /// `throttled_op_wait_time`: waiting longer than this is answered ThrottledOp; 0 for never.
    package var throttledWaitMs = 0
}

package struct RequestThrottleSettings: Equatable, Sendable {
    /// `request_throttle_max_requests`, 0 for any number.
    package var requestsMax = 0
    /// `request_throttle_stall_time`.
    package var stallMs = 100
    /// `request_throttle_drop_stale`.
    package var areStaleDropped = true
    /// `request_stale_connection_check`.
    package var isConnectionChecked = true
    /// `request_stale_latency_check`.
    package var isLatencyChecked = false
    /// `request_throttler.shutdownTimeout`.
    package var shutdownTimeoutMs = 10_000
}

/// A bucket of tokens that connect requests take from, refilled over time.
package struct ConnectionThrottleSettings: Equatable, Sendable {
    /// `connection_throttle_tokens`, 0 for no throttle.
    package var tokens = 0
    /// `connection_throttle_fill_time`.
    package var fillIntervalMs = 1
    /// `connection_throttle_fill_count`.
    package var fillCount = 1
    /// `connection_throttle_freeze_time`, between adjustments of the chance to be dropped; nil for none.
    package var freezeMs: Int?
    /// `connection_throttle_drop_increase`.
    package var dropIncrease = 0.02
    /// `connection_throttle_drop_decrease`.
    package var dropDecrease = 0.002
    /// `connection_throttle_decrease_ratio`.
    package var decreaseRatio = 0.0
    /// `connection_throttle_weight_enabled`: whether the kinds of session cost differently.
    package var isWeighted = false
    /// `connection_throttle_global_session_weight`.
    package var globalSessionWeight = 3
    /// `connection_throttle_renew_session_weight`.
    package var renewSessionWeight = 2
    /// `connection_throttle_local_session_weight`.
    package var localSessionWeight = 1
}

package struct TreeSettings: Equatable, Sendable {
    /// `extendedTypesEnabled`: TTL znodes.
    package var areExtendedTypesEnabled = false
    /// `enforceQuota`: refuse rather than warn.
    package var areQuotasEnforced = false
    /// `digest.enabled`: keep and compare digests of the tree.
    package var isDigestEnabled = true
    /// `znode.container.checkIntervalMs`: between sweeps for empty containers and outlived TTL znodes.
    package var sweepIntervalMs = 60_000
    /// `znode.container.maxPerMinute`.
    package var sweepPerMinuteMax = 10_000
    /// `znode.container.maxNeverUsedIntervalMs`: age at which a container that never had a child goes; 0 for
    /// never.
    package var containerNeverUsedMs = 0
}

/// Who may do what, beyond the ACLs themselves.
package struct AccessSettings: Equatable, Sendable {
    /// `skipACL`: no ACL is checked.
    package var areACLsSkipped = false
    /// `DigestAuthenticationProvider.enabled`.
    package var isDigestSchemeEnabled = true
    /// `DigestAuthenticationProvider.superDigest`, `super:<base64>`; whoever proves it passes every check.
    package var superDigest: String?
    /// `DigestAuthenticationProvider.digestAlg`.
    package var digestAlgorithm = DigestAlgorithm.sha1
    /// `enforce.auth.schemes` when `enforce.auth.enabled`, or `sasl` when `sessionRequireClientSASLAuth`:
    /// schemes of which a connection must have proven one before anything else. Empty for none.
    package var requiredSchemes: [String] = []
    /// `allowSaslFailedClients`.
    package var areFailedSASLClientsAllowed = false
    /// `superUser` and `superUser.…`: names that are super users when SASL proves them.
    package var superUsers: [String] = []
    /// `X509AuthenticationProvider.superUser`.
    package var x509SuperUser: String?
    /// `ensembleAuthName`: names this ensemble answers to, for clients that check. Empty for no check.
    package var ensembleNames: [String] = []
    /// `authProvider.…`: Java classes by the rest of the key.
    package var providers: [String: String] = [:]
}

/// The hash of the scheme `digest`, by Java's name for it.
package enum DigestAlgorithm: String, CaseIterable, Equatable, Sendable {
    case md5 = "MD5"
    case sha1 = "SHA1"
    case sha256 = "SHA-256"
    case sha384 = "SHA-384"
    case sha512 = "SHA-512"
}

package struct StorageSettings: Equatable, Sendable {
    /// `snapCount`: transactions after which a snapshot may be due, if they outweigh it; nil where it is not
    /// set and their weight alone decides.
    package var snapshotTransactions: Int?
    /// `snapSizeLimitInKb`: bytes of log after which one is due, whichever comes first; 0 for no such rule.
    package var snapshotLogBytes = 4_194_304 << 10
    /// `autopurge.snapRetainCount`, at least 3.
    package var snapshotsKept = 3
    /// `autopurge.purgeInterval`: without effect, old snapshots go when a new one is complete.
    package var purgeIntervalMs = 0
    /// `fsync.warningthresholdms`: a slower sync is worth a line in the log.
    package var slowSyncMs = 1000
}

/// Which four-letter words are answered. `srvr` always is: ZooKeeper's own scripts depend on it.
package enum WordList: Equatable, Sendable {
    case all
    case only(Set<String>)

    package func allows(_ word: String) -> Bool {
        switch self {
        case .all: true
        case .only(let words): words.contains(word)
        }
    }
}

/// The HTTP side of administration.
package struct AdminSettings: Equatable, Sendable {
    /// `admin.enableServer`.
    package var isEnabled = true
    /// `admin.serverAddress`.
    package var address = "0.0.0.0"
    /// `admin.serverPort`.
    package var port = 8080
    /// `admin.commandURL`.
    package var commandPath = "/commands"
    /// `admin.idleTimeout`.
    package var idleTimeoutMs = 30_000
    /// `admin.rateLimiterIntervalInMS`: between two snapshots or restores asked for.
    package var rateLimitMs = 300_000
    /// `admin.snapshot.enabled`.
    package var isSnapshotEnabled = true
    /// `admin.restore.enabled`.
    package var isRestoreEnabled = true
}

package struct MetricsSettings: Equatable, Sendable {
    /// Whether `metricsProvider.className` names the Prometheus provider.
    package var isPrometheusEnabled = false
    /// `metricsProvider.httpHost`.
    package var address = "0.0.0.0"
    /// `metricsProvider.httpPort`.
    package var port = 7000
}
