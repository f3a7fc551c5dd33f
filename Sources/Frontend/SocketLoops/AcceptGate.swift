internal import NIOCore

/// Clients' sockets that are open, however little is known of them: far ones are counted when they are
/// accepted and when they are closed, before the replica's loop has heard of them, and those of a port with
/// TLS before their handshake.
///
/// Confined to the replica's loop; all ports for clients have one.
final class OpenSockets {
    /// Sockets above which no more are accepted.
    private let max: Int
    private var count = 0
    /// Actions of those who wait for room.
    private var waiting: [() -> Void] = []

    init(max: Int) { self.max = max }

    var hasRoom: Bool { count <= max }

    func open() { count += 1 }

    func close() {
        count -= 1
        guard hasRoom else { return }
        let waiting = waiting
        self.waiting = []
        for proceed in waiting { proceed() }
    }

    func waitForRoom(_ proceed: @escaping () -> Void) { waiting.append(proceed) }
}

/// Accepts no more connections while as many are open as there are descriptors for.
///
/// In the pipeline of a socket that accepts, on the replica's loop.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    private let sockets: OpenSockets
    private var isReadDue = false

    init(_ sockets: OpenSockets) {
        self.sockets = sockets
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        sockets.open()
        let bound = NIOLoopBound(sockets, eventLoop: context.eventLoop)
        unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).whenComplete { _ in bound.value.close() }
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        guard !sockets.hasRoom else { return context.read() }
        guard !isReadDue else { return }
        isReadDue = true
        sockets.waitForRoom { [self] in
            isReadDue = false
            read(context: context)
        }
    }
}
