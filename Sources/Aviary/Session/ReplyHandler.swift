internal import ClientCore
internal import NIOCore

/// One attempt's socket: bytes into frames, frames to the session.
final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let loop: SessionLoop
    private let attempt: Int
    private var cutter: FrameCutter

    init(_ loop: SessionLoop, attempt: Int, frameBytesMax: Int) {
        self.loop = loop
        self.attempt = attempt
        cutter = FrameCutter(frameBytesMax: frameBytesMax)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        cutter.append(&bytes)
        var frames: [ByteBuffer] = []
        do {
            while let frame = try cutter.next() { frames.append(frame) }
        } catch {
            // No server's: what came before it still counts.
            context.close(promise: nil)
        }
        if !frames.isEmpty { loop.received(frames, attempt: attempt) }
    }

    func channelInactive(context: ChannelHandlerContext) { loop.closed(attempt: attempt) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
