internal import NIOCore

/// Accepts no more connections while as many are open as there are descriptors for: far sockets are counted
/// when they are accepted and when they are closed, before the replica's loop has heard of them.
///
/// In the pipeline of the socket that accepts, on the replica's loop.
final class AcceptGate: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    private let socketsMax: Int
    private var sockets = 0
    private var isReadDue = false

    /// - Parameter socketsMax: Sockets above which no more are accepted.
    init(socketsMax: Int) {
        self.socketsMax = socketsMax
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        sockets += 1
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        unwrapInboundIn(data).closeFuture.hop(to: context.eventLoop).whenComplete { _ in
            let (gate, context) = bound.value
            gate.release(context)
        }
        context.fireChannelRead(data)
    }

    private func release(_ context: ChannelHandlerContext) {
        sockets -= 1
        guard isReadDue, sockets <= socketsMax else { return }
        isReadDue = false
        context.read()
    }

    func read(context: ChannelHandlerContext) {
        guard sockets <= socketsMax else {
            isReadDue = true
            return
        }
        context.read()
    }
}
