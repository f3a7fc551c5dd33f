internal import Glibc
package import NIOCore

/// Stops accepting for a while where the system has no more to give: descriptors above all.
///
/// NIO waits a second too, but goes on asking the kernel whether somebody is there, which it always says: a
/// whole core's work. First in the pipeline of a socket that accepts.
package final class AcceptPause: ChannelInboundHandler {
    package typealias InboundIn = any Channel

    package static let pause = TimeAmount.milliseconds(500)

    private let whenExhausted: (IOError) -> Void

    /// - Parameter whenExhausted: Called once for each pause.
    package init(_ whenExhausted: @escaping (IOError) -> Void) {
        self.whenExhausted = whenExhausted
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? IOError, [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(error.errnoCode) {
            stop(context)
            whenExhausted(error)
        }
        context.fireErrorCaught(error)
    }

    private func stop(_ context: ChannelHandlerContext) {
        let channel = context.channel
        channel.setOption(.autoRead, value: false).whenFailure { _ in channel.close(promise: nil) }
        context.eventLoop.scheduleTask(in: AcceptPause.pause) {
            // A socket that is closed by then has nothing to accept.
            channel.setOption(.autoRead, value: true).whenFailure { _ in }
        }
    }

    /// The sentence for operators, always the same.
    package static let sentence =
        "no descriptor is left for one more connection: connecting waits; let the node have more "
        + "(ulimit -n, or LimitNOFILE= in its unit)"
}
