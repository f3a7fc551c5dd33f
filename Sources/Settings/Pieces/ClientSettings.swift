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
    /// `ssl.handshakeDetectionTimeoutMillis`: how long a connection of a unified port may say too little to
    /// tell whether it speaks TLS.
    package var detectionTimeoutMs = 5000
    /// `clientPortListenBacklog`; nil for the system's.
    package var listenBacklog: Int?
    /// `clientTcpKeepAlive`.
    package var isTCPKeepAliveEnabled = false
    /// `maxClientCnxns`: connections of one address at a time, 0 for any number.
    package var connectionsPerAddressMax = 60
    /// `maxCnxns`: connections of one port at a time, 0 for any number.
    package var connectionsMax = 0
    /// `ioThreads`: event loops that clients' sockets are spread over, 1 for the replica's own; nil for what
    /// the machine's cores allow.
    package var ioThreads: Int?
    /// `nio.sessionlessCnxnTimeout`: how long a connection may stay without a session.
    package var handshakeTimeoutMs = 10_000
}

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
        detectionTimeoutMs = try entries.integer(
            "ssl.handshakeDetectionTimeoutMillis", default: 5000, in: 1...Int(Int32.max), "milliseconds")
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
        if entries["ioThreads"] != nil {
            ioThreads = try entries.integer(
                "ioThreads", default: 1, in: 1...64, "a number of event loops for clients' sockets")
        }
        handshakeTimeoutMs = try entries.integer(
            "nio.sessionlessCnxnTimeout", default: 10_000, in: 1...Int(Int32.max), "milliseconds")
    }
}
