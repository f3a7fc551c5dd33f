package import NIOCore

/// Tells by the first bytes of a connection whether it speaks TLS, on a port that takes both
/// (`client.portUnification`), and makes room for whoever serves it.
///
/// Nobody behind it has heard of the connection before.
package final class TLSDetector: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer

    private let timeout: TimeAmount
    /// Adds the handlers of the one or of the other.
    private let whenTold: (any Channel, _ isTLS: Bool) throws -> Void
    private var begun = ByteBuffer()
    private var isTold = false
    private var timer: Scheduled<Void>?

    package init(timeout: TimeAmount, whenTold: @escaping (any Channel, _ isTLS: Bool) throws -> Void) {
        self.timeout = timeout
        self.whenTold = whenTold
    }

    /// - Returns: nil while the bytes are too few to tell; Apache's rule.
    static func isTLS(_ bytes: ByteBuffer) -> Bool? {
        let start = bytes.readerIndex
        guard let first = bytes.getInteger(at: start, as: UInt8.self) else { return nil }
        if bytes.readableBytes >= 5 {
            return (20...24).contains(first) && bytes.getInteger(at: start + 1, as: UInt8.self) == 3
        }
        return first == 0x16 ? nil : false
    }

    package func channelActive(context: ChannelHandlerContext) {
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            context.close(promise: nil)
        }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isTold else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        begun.writeBuffer(&bytes)
        guard let isTLS = TLSDetector.isTLS(begun) else { return }
        isTold = true
        timer?.cancel()
        do {
            try whenTold(context.channel, isTLS)
        } catch {
            return context.close(promise: nil)
        }
        if !isTLS { context.fireChannelActive() }
        context.fireChannelRead(wrapInboundOut(begun))
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isTold {
            context.fireUserInboundEventTriggered(event)
        } else if let event = event as? ChannelEvent, event == .inputClosed {
            context.close(promise: nil)
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        if isTold { context.fireChannelInactive() }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isTold ? context.fireErrorCaught(error) : context.close(promise: nil)
    }
}
