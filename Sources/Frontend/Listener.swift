internal import Glibc
package import Host
internal import Links
internal import Logbook
internal import Logging
package import NIOCore
internal import NIOPosix
package import Security
package import Settings
internal import Vocabulary

/// The ports that clients connect to. What they share: who is let in, and the loops of far sockets.
package struct Listener: Sendable {
    package enum Port: Sendable {
        /// `clientPort`.
        case plain
        /// `secureClientPort`.
        case secure
    }

    private let settings: NodeSettings
    private let replicaLoop: NIOLoopBound<ReplicaLoop>
    private let loop: any EventLoop
    private let door: NIOLoopBoundBox<Door>
    private let budget: DescriptorBudget
    private let far: SocketLoops?
    private let socketLoops: (any EventLoopGroup)?
    /// Bounds what is accepted before it is admitted; nil where admission follows at once.
    private let openSockets: NIOLoopBoundBox<OpenSockets>?
    private let tls: TLSSource?

    /// - Parameters:
    ///   - socketLoops: Event loops for clients' sockets, in turns; nil where those live on the replica's.
    ///   - tls: Present where a port speaks TLS.
    package init(
        _ settings: NodeSettings, replicaLoop: NIOLoopBound<ReplicaLoop>, on loop: any EventLoop,
        socketLoops: (any EventLoopGroup)? = nil, tls: TLSSource? = nil
    ) throws {
        let budget = DescriptorBudget(of: settings)
        let door = NIOLoopBoundBox.makeBoxSendingValue(
            Door(
                Admissions(
                    perAddressMax: settings.clients.connectionsPerAddressMax,
                    totalMax: settings.clients.connectionsMax, budget: budget)), eventLoop: loop)
        self.settings = settings
        self.replicaLoop = replicaLoop
        self.loop = loop
        self.door = door
        self.budget = budget
        self.socketLoops = socketLoops
        self.tls = tls
        far = try socketLoops.map { group in
            try SocketLoops.start(group, replicaLoop: replicaLoop, door: door, settings: settings)
        }
        let isGated = socketLoops != nil || tls != nil
        let max = budget.clientsMax + budget.overflowMax
        openSockets =
            isGated
            ? .makeBoxSendingValue(
                OpenSockets(
                    max: max, admittedPerAddressMax: settings.clients.connectionsPerAddressMax),
                eventLoop: loop) : nil
    }

    /// Opens a port, and serves whoever connects.
    ///
    /// - Throws: `IOError` when the port is taken or the address is not this machine's.
    package func bind(_ port: Port) throws -> any Channel {
        let bootstrap = ServerBootstrap(group: loop, childGroup: socketLoops ?? loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: Int32(settings.clients.listenBacklog ?? 1024))
            .serverChannelOption(.maxMessagesPerRead, value: UInt(budget.acceptedAtOnce))
            .serverChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try prepareToAccept(channel) }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .socketOption(.so_keepalive), value: settings.clients.isTCPKeepAliveEnabled ? 1 : 0
            )
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture { try prepare(channel, of: port) }
            }
        switch port {
        case .plain: return try bind(bootstrap, settings.clients.address, settings.clients.port ?? 0)
        case .secure:
            return try bind(bootstrap, settings.clients.secureAddress, settings.clients.securePort ?? 0)
        }
    }

    /// Without an address, all of this machine's: IPv6 and IPv4 on one socket, or IPv4 where there is no
    /// IPv6.
    private func bind(
        _ bootstrap: ServerBootstrap, _ address: String?, _ port: Int
    ) throws -> any Channel {
        if let address { return try bootstrap.bind(host: address, port: port).wait() }
        do {
            return try bootstrap.bind(host: "::", port: port).wait()
        } catch let error as IOError where [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.errnoCode) {
            return try bootstrap.bind(host: "0.0.0.0", port: port).wait()
        }
    }

    private func prepareToAccept(_ channel: any Channel) throws {
        let replicaLoop = replicaLoop
        let pause = AcceptPause { error in
            replicaLoop.value.complaints.warn(
                AcceptPause.sentence, from: "client port", ["error": "\(error)"])
        }
        try channel.pipeline.syncOperations.addHandler(pause)
        guard let openSockets else { return }
        try channel.pipeline.syncOperations.addHandler(AcceptGate(openSockets.value))
    }

    // MARK: A client's socket

    private func prepare(_ channel: any Channel, of port: Port) throws {
        switch port {
        case .secure: try secure(channel)
        case .plain where settings.clients.isPortUnified && tls != nil:
            let timeout = TimeAmount.milliseconds(Int64(settings.clients.detectionTimeoutMs))
            let detector = TLSDetector(timeout: timeout) { [self] channel, isTLS in
                isTLS ? try secure(channel) : try serve(channel, subject: nil)
            }
            try channel.pipeline.syncOperations.addHandler(detector)
        case .plain: try serve(channel, subject: nil)
        }
    }

    private func secure(_ channel: any Channel) throws {
        guard let tls else { return channel.close(promise: nil) }
        let replicaLoop = replicaLoop
        let handler = TLSHandler(tls.material) { [self] channel, peer in
            try channel.pipeline.syncOperations.addHandler(FrameRecords())
            try serve(channel, subject: peer.subject)
        } whenFailed: { failure, address in
            let address = "\(PeerAddress.text(of: address))"
            replicaLoop.eventLoop.execute {
                replicaLoop.value.complaints.warn(
                    "a TLS handshake failed", from: address, ["reason": "\(failure)"])
            }
        }
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    private func serve(_ channel: any Channel, subject: [UInt8]?) throws {
        if let socketLoop = far?.socketLoop(of: channel) {
            let handler = FarClientHandler(socketLoop: socketLoop, subject: subject, settings.limits)
            return try channel.pipeline.syncOperations.addHandler(handler)
        }
        let handler = ClientHandler(
            replicaLoop: replicaLoop.value, door: door.value,
            responder: FourLetterWordResponder(replicaLoop: replicaLoop.value, settings: settings),
            subject: subject, settings.limits)
        try channel.pipeline.syncOperations.addHandler(handler)
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
