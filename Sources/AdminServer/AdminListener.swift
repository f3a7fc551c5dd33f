package import Host
internal import Links
package import NIOCore
internal import NIOHTTP1
internal import NIOPosix
package import Settings

/// The ports that operators and monitors ask at over HTTP, on an event loop of their own.
package struct AdminListener {
    /// More than all monitors of a node hold open; who comes then is let go at once.
    static let connectionsMax = 64

    private let responder: AdminResponder
    private let loop: any EventLoop

    /// - Parameter configuration: The text of the node's file; its secrets are left out of what is shown.
    package init(
        _ settings: NodeSettings, configuration: String, replicaLoop: NIOLoopBound<ReplicaLoop>
    ) {
        responder = AdminResponder(
            replicaLoop: replicaLoop,
            node: NodeFacts(
                settings: settings, configuration: RedactedConfiguration.text(of: configuration)))
        loop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
    }

    /// Binds a port and answers whoever asks.
    ///
    /// - Parameter servesCommands: Whether it is the operators' port, and not the metrics' own.
    /// - Throws: `IOError` when the port is taken or the address is not this machine's.
    package func bind(_ address: String, _ port: Int, servesCommands: Bool) throws -> any Channel {
        var bound = self.responder
        bound.servesCommands = servesCommands
        let responder = bound
        let idle = TimeAmount.milliseconds(Int64(responder.node.settings.admin.idleTimeoutMs))
        let counter = NIOLoopBoundBox.makeBoxSendingValue(ConnectionCounter(), eventLoop: loop)
        return try ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause { _ in })
                }
            }
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try counter.value.admit(channel)
                    let pipeline = channel.pipeline.syncOperations
                    // 0 is for ever, as for Apache's.
                    if idle.nanoseconds > 0 { try pipeline.addHandler(IdleStateHandler(allTimeout: idle)) }
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(AdminHandler(responder))
                }
            }
            .bind(host: address, port: port).wait()
    }
}

/// How many connections there are. Lives on the admin server's event loop.
private final class ConnectionCounter {
    struct Full: Error {}

    private var count = 0

    /// Counts one more until it closes.
    ///
    /// - Throws: `Full` where there is no room for it, upon which NIO closes it.
    func admit(_ channel: any Channel) throws {
        guard count < AdminListener.connectionsMax else { throw Full() }
        count += 1
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        channel.closeFuture.whenComplete { _ in bound.value.count -= 1 }
    }
}
