internal import Glibc
package import Host
package import NIOCore
package import NIOPosix
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

    /// How many connections each address holds; confined to the core's event loop.
    final class Counts {
        private let perAddressMax: Int
        private let totalMax: Int
        private var byAddress: [ByteString: Int] = [:]
        private var total = 0

        init(perAddressMax: Int, totalMax: Int) {
            self.perAddressMax = perAddressMax
            self.totalMax = totalMax
        }

        /// Counts a connection in, unless its address or the port has enough. 0 is no limit.
        func admit(_ address: ByteString) -> Bool {
            let count = byAddress[address, default: 0]
            if perAddressMax > 0, count >= perAddressMax { return false }
            if totalMax > 0, total >= totalMax { return false }
            byAddress[address] = count + 1
            total += 1
            return true
        }

        func release(_ address: ByteString) {
            total -= 1
            guard let count = byAddress[address] else { return }
            byAddress[address] = count > 1 ? count - 1 : nil
        }
    }

    /// Binds the client port, and serves whoever connects on the core's event loop.
    ///
    /// - Throws: `IOError` when the port is taken or the address is not this machine's.
    package static func bind(
        _ settings: NodeSettings, core: NIOLoopBound<Core>, on loop: any EventLoop
    ) throws -> Listener {
        let counts = NIOLoopBoundBox.makeBoxSendingValue(
            Counts(
                perAddressMax: settings.clients.connectionsPerAddressMax,
                totalMax: settings.clients.connectionsMax), eventLoop: loop)
        let frameBytesMax = settings.limits.frameBytesMax
        let bootstrap = ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: Int32(settings.clients.listenBacklog ?? 1024))
            .serverChannelOption(.maxMessagesPerRead, value: 64)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .socketOption(.so_keepalive), value: settings.clients.isTCPKeepAliveEnabled ? 1 : 0
            )
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = ClientHandler(
                        core: core.value, listener: counts.value,
                        operators: OperatorDesk(core: core.value, settings: settings),
                        frameBytesMax: frameBytesMax)
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
        return Listener(channel: try bind(bootstrap, settings.clients))
    }
}
