internal import Glibc
package import Host
internal import Links
internal import Logbook
internal import Logging
package import NIOCore
internal import NIOPosix
package import Settings
internal import Vocabulary

/// The port that clients connect to.
package struct Listener {
    package let channel: any Channel

    /// Without an address, all of this machine's: IPv6 and IPv4 on one socket, or IPv4 where there is no
    /// IPv6.
    private static func bind(_ bootstrap: ServerBootstrap, _ settings: ClientSettings) throws -> any Channel {
        let port = settings.port ?? 0
        if let address = settings.address { return try bootstrap.bind(host: address, port: port).wait() }
        do {
            return try bootstrap.bind(host: "::", port: port).wait()
        } catch let error as IOError where [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.errnoCode) {
            return try bootstrap.bind(host: "0.0.0.0", port: port).wait()
        }
    }

    /// Binds the client port, and serves whoever connects.
    ///
    /// - Parameter socketLoops: Event loops for clients' sockets, in turns; nil where those live on the
    ///   replica's.
    /// - Throws: `IOError` when the port is taken or the address is not this machine's.
    package static func bind(
        _ settings: NodeSettings, replicaLoop: NIOLoopBound<ReplicaLoop>, on loop: any EventLoop,
        socketLoops: (any EventLoopGroup)? = nil
    ) throws -> Listener {
        let budget = DescriptorBudget(of: settings)
        let door = NIOLoopBoundBox.makeBoxSendingValue(
            Door(
                Admissions(
                    perAddressMax: settings.clients.connectionsPerAddressMax,
                    totalMax: settings.clients.connectionsMax, budget: budget)), eventLoop: loop)
        let far = try socketLoops.map { group in
            try SocketLoops.start(group, replicaLoop: replicaLoop, door: door, settings: settings)
        }
        let bootstrap = ServerBootstrap(group: loop, childGroup: socketLoops ?? loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: Int32(settings.clients.listenBacklog ?? 1024))
            .serverChannelOption(.maxMessagesPerRead, value: UInt(budget.acceptedAtOnce))
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pause = AcceptPause { error in
                        replicaLoop.value.complaints.warn(
                            AcceptPause.sentence, from: "client port", ["error": "\(error)"])
                    }
                    try channel.pipeline.syncOperations.addHandler(pause)
                    guard far != nil else { return }
                    let gate = AcceptGate(socketsMax: budget.clientsMax + budget.overflowMax)
                    try channel.pipeline.syncOperations.addHandler(gate)
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .socketOption(.so_keepalive), value: settings.clients.isTCPKeepAliveEnabled ? 1 : 0
            )
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let socketLoop = far?.socketLoop(of: channel) {
                        let handler = FarClientHandler(socketLoop: socketLoop, settings.limits)
                        return try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    let handler = ClientHandler(
                        replicaLoop: replicaLoop.value, door: door.value,
                        responder: FourLetterWordResponder(
                            replicaLoop: replicaLoop.value, settings: settings), settings.limits)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        return Listener(channel: try bind(bootstrap, settings.clients))
    }
}

extension DescriptorBudget {
    /// Descriptors that are open now, before the first client comes, are the node's own.
    fileprivate init(of settings: NodeSettings) {
        var peers = 0
        if case .member(let ensemble) = settings.deployment { peers = ensemble.members.count - 1 }
        let limit = Int(ProcessEnvironment.maxFileDescriptors())
        self.init(
            limit: limit, open: Int(ProcessEnvironment.openFileDescriptors()), peers: peers,
            unidentifiedMax: peers > 0 ? 2 * UnidentifiedConnections.max(ofDescriptors: limit) : 0)
    }
}
