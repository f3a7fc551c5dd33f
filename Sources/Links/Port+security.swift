internal import Logbook
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Security

/// Connections as they are made, in TLS or in plain text: what serves one hears of it once it is secured.
extension Port {
    /// Prepares a connection that was accepted.
    func receive(_ channel: any Channel, _ handler: @escaping () -> any ChannelHandler) throws {
        guard let security else { return try Port.serve(channel, handler) }
        // A handshake is bounded like a peer that says nothing.
        admit(channel)
        channel.closeFuture.hop(to: loop).assumeIsolated().whenComplete { _ in self.release(channel) }
        guard security.takesPlain else { return try secure(channel, security, handler) }
        let detector = TLSDetector(timeout: security.detectionTimeout) { [self] channel, isTLS in
            isTLS ? try secure(channel, security, handler) : try Port.serve(channel, handler)
        }
        try channel.pipeline.syncOperations.addHandler(detector)
    }

    private static func serve(_ channel: any Channel, _ handler: () -> any ChannelHandler) throws {
        try channel.pipeline.syncOperations.addHandler(handler())
    }

    private func secure(
        _ channel: any Channel, _ security: LinkSecurity, _ handler: @escaping () -> any ChannelHandler
    ) throws {
        let names = { [self] (address: SocketAddress?) in
            // On a socket for both, an address of IPv4 comes mapped into IPv6; certificates have it plain.
            [String(Port.host(of: address).trimmingPrefix("::ffff:"))] + memberHosts()
        }
        let tls = TLSHandler(
            security.source.material, timeout: handshakeTimeout,
            names: security.verifiesAccepted ? names : nil
        ) { channel, _ in
            try Port.serve(channel, handler)
        } whenFailed: { [self] failure, address in
            complain(failure, address)
        }
        try channel.pipeline.syncOperations.addHandler(tls)
    }

    private func complain(_ failure: TLSFailure, _ address: SocketAddress?) {
        complaints.warn(
            "a TLS handshake on the \(name) port failed", from: Port.host(of: address),
            ["reason": "\(failure)", "remote": "\(Port.text(of: address))"])
    }

    /// Dials, with TLS where that is wanted.
    ///
    /// - Returns: The connection, once it is secured and has its handler.
    func dial(
        _ host: String, _ port: Int, timeout: TimeAmount, _ handler: @escaping () -> any ChannelHandler
    ) -> EventLoopFuture<any Channel> {
        guard let security, security.isDialed else {
            return dialer(connectTimeout: timeout, handler).connect(host: host, port: port).hop(to: loop)
        }
        let secured = loop.makePromise(of: (any Channel).self)
        let names = { (address: SocketAddress?) in [host, Port.host(of: address)] }
        let tls = { [self] in
            TLSHandler(
                dialing: security.source.material, timeout: timeout,
                names: security.verifiesDialed ? names : nil
            ) { channel, _ in
                try Port.serve(channel, handler)
                // Behind the news that the connection is there.
                channel.eventLoop.execute { secured.succeed(channel) }
            } whenFailed: { [self] failure, address in
                complain(failure, address)
                secured.fail(failure)
            }
        }
        dialer(connectTimeout: timeout, tls).connect(host: host, port: port).whenComplete { result in
            switch result {
            case .failure(let error): secured.fail(error)
            case .success(let channel):
                channel.closeFuture.whenComplete { _ in secured.fail(ChannelError.ioOnClosedChannel) }
            }
        }
        return secured.futureResult
    }
}
