internal import NIOCore

/// Hands frames to TLS one by one, where a turn's are written in one piece: no record has bytes of two.
///
/// kazoo and the C client wait for their socket and then read one frame. A second one of the same record is
/// in their TLS library by then, and stays there until something else comes.
final class FrameRecords: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var bytes = unwrapOutboundIn(data)
        guard bytes.readableBytes > 0 else { return context.write(data, promise: promise) }
        while let frame = FrameRecords.takeFirst(of: &bytes) {
            context.write(wrapOutboundOut(frame), promise: bytes.readableBytes > 0 ? nil : promise)
        }
    }

    /// - Returns: The first frame with its length; all of it, where that is none, as an operator's answer.
    static func takeFirst(of bytes: inout ByteBuffer) -> ByteBuffer? {
        guard bytes.readableBytes > 0 else { return nil }
        let length = bytes.getInteger(at: bytes.readerIndex, as: Int32.self) ?? -1
        let isFrame = length >= 0 && Int(length) <= bytes.readableBytes - 4
        return bytes.readSlice(length: isFrame ? 4 + Int(length) : bytes.readableBytes)
    }
}
