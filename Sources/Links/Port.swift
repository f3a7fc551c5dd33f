internal import Glibc
internal import Logbook
internal import Logging
internal import NIOCore
internal import NIOPosix

/// A port of this server where the others connect, and how many unidentified connections it puts up with.
///
/// Confined to one event loop, which is also that of all connections it accepts.
final class Port {
    /// Connections that the kernel completes ahead of us.
    static let backlog: Int32 = 128

    /// For the log: "election" or "quorum".
    let name: String
    let handshakeTimeout: TimeAmount
    /// Milliseconds for which a peer may leave unacknowledged what it was sent; 0 for as long as the kernel
    /// tries, a quarter of an hour.
    private let unacknowledgedMsMax: Int
    let loop: any EventLoop
    /// nil where plain text is all that is spoken.
    let security: LinkSecurity?
    /// Hosts of the servers that may connect.
    var memberHosts: () -> [String] = { [] }
    /// For all that unidentified connections can cause.
    let complaints: Complaints
    private let unidentifiedMax: Int
    private var channel: (any Channel)?
    /// The oldest first.
    private var unidentified: [any Channel] = []
    /// Tells a `listen` that is under way from a later one.
    private var generation = 0

    init(
        _ name: String, handshakeTimeoutMs: Int64, unacknowledgedMsMax: Int64 = 0,
        security: LinkSecurity? = nil, loop: any EventLoop, log: Logger
    ) {
        self.security = security
        self.unacknowledgedMsMax = Int(unacknowledgedMsMax)
        self.name = name
        self.handshakeTimeout = .milliseconds(handshakeTimeoutMs)
        self.loop = loop
        self.unidentifiedMax = UnidentifiedConnections.max(ofDescriptors: UnidentifiedConnections.descriptors)
        self.complaints = Complaints(loop: loop, log: log)
    }

    var boundPort: Int? { channel?.localAddress?.port }
    /// Whether other machines may connect.
    var isBeyondLoopback: Bool { channel.map { !Port.isLoopback($0.localAddress) } ?? false }

    /// Binds and accepts from now on; `handler` makes what serves one connection.
    ///
    /// - Parameter host: nil for all addresses: IPv6 and IPv4 on one socket, or IPv4 where there is no IPv6.
    /// - Returns: Fails with `IOError` when the port is taken or the address is not this machine's.
    func listen(
        host: String?, port: Int, _ handler: @escaping () -> any ChannelHandler
    ) -> EventLoopFuture<Void> {
        generation += 1
        let current = generation
        let bootstrap = self.bootstrap(NIOLoopBound(handler, eventLoop: loop))
        let bound: EventLoopFuture<any Channel>
        if let host {
            bound = bootstrap.bind(host: host, port: port)
        } else {
            let everywhere = bootstrap.bind(host: "::", port: port).hop(to: loop).assumeIsolated()
            bound = everywhere.flatMapError { error in
                guard let error = error as? IOError, [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.errnoCode)
                else { return self.loop.makeFailedFuture(error) }
                return bootstrap.bind(host: "0.0.0.0", port: port).hop(to: self.loop)
            }.nonisolated()
        }
        return bound.hop(to: loop).assumeIsolated().map { channel in
            self.opened(channel, current)
        }.nonisolated()
    }

    private func opened(_ channel: any Channel, _ opening: Int) {
        guard opening == generation else { return channel.close(promise: nil) }
        self.channel?.close(promise: nil)
        self.channel = channel
    }

    private func bootstrap(_ handler: NIOLoopBound<() -> any ChannelHandler>) -> ServerBootstrap {
        let complaints = NIOLoopBound(complaints, eventLoop: loop)
        let port = NIOLoopBound(self, eventLoop: loop)
        let name = name
        return ServerBootstrap(group: loop)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pause = AcceptPause { error in
                        complaints.value.warn(
                            AcceptPause.sentence, from: "\(name) port", ["error": "\(error)"])
                    }
                    try channel.pipeline.syncOperations.addHandler(pause)
                }
            }
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: Port.backlog)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.tcpOption(.userTimeout), value: unacknowledgedMsMax)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try port.value.receive(channel, handler.value) }
            }
    }

    /// A bootstrap that dials with the same options.
    func dialer(
        connectTimeout: TimeAmount, _ handler: @escaping () -> any ChannelHandler
    ) -> ClientBootstrap {
        let bound = NIOLoopBound(handler, eventLoop: loop)
        return ClientBootstrap(group: loop)
            .connectTimeout(connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.tcpOption(.userTimeout), value: unacknowledgedMsMax)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value())
                }
            }
    }

    /// Counts in a connection that has not said whose it is. Where there are too many, the one that has said
    /// nothing for longest makes room: servers say at once who they are, and are not to be kept out.
    func admit(_ connection: any Channel) {
        guard !unidentified.contains(where: { $0 === connection }) else { return }
        unidentified.append(connection)
        guard unidentified.count > unidentifiedMax else { return }
        let eldest = unidentified.removeFirst()
        complaints.warn(
            "too many connections that say nothing; the oldest is closed",
            from: Port.host(of: eldest.remoteAddress), ["port": "\(name)"])
        eldest.close(promise: nil)
    }

    /// The connection has said who it is, or is gone.
    func release(_ connection: (any Channel)?) {
        guard let connection else { return }
        unidentified.removeAll { $0 === connection }
    }

    /// Stops accepting, and closes the unidentified connections. May `listen` again.
    ///
    /// - Returns: Succeeds when the socket is closed.
    func close() -> EventLoopFuture<Void> {
        generation += 1
        let silent = unidentified
        for connection in silent { connection.close(promise: nil) }
        guard let channel else { return loop.makeSucceededVoidFuture() }
        self.channel = nil
        channel.close(promise: nil)
        return channel.closeFuture
    }

    /// Without the port, which is another one for each connection.
    static func host(of address: SocketAddress?) -> String {
        address?.ipAddress ?? "unknown"
    }

    static func isLoopback(_ address: SocketAddress?) -> Bool {
        guard let host = address?.ipAddress else { return false }
        return host == "::1" || host.hasPrefix("127.") || host.hasPrefix("::ffff:127.")
    }

    static func text(of address: SocketAddress?) -> String {
        address.map { "\($0)" } ?? "unknown"
    }
}

extension NIOBSDSocket.Option {
    /// tcp(7): milliseconds.
    fileprivate static var userTimeout: Self { Self(rawValue: TCP_USER_TIMEOUT) }
}

/// Connections of a port that have not yet said who they are; of more the oldest are closed.
package enum UnidentifiedConnections {
    /// 64, or less where a process may not open much.
    package static func max(ofDescriptors limit: Int) -> Int { min(64, Swift.max(8, limit / 8)) }

    /// Descriptors that this process may open.
    static var descriptors: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        return Int(clamping: limit.rlim_cur)
    }
}
