internal import Console
internal import Host
internal import Logging
internal import NIOCore
internal import Vocabulary

/// One client's socket: bytes into frames, frames to the core. Answers come from the core straight to the
/// channel.
///
/// Confined to the core's event loop, as is everything it touches.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let core: Core
    private let listener: Listener.Counts
    private let operators: OperatorDesk
    private var scanner: FrameScanner
    private var phase = Phase.deaf
    private var address: ByteString = ""

    private enum Phase {
        /// The first bytes decide between a client and an operator's four-letter word; those come here until
        /// they are enough.
        case fresh(ConnectionID, ByteBuffer)
        case client(ConnectionID)
        /// Answered a word; only the end of the connection is of interest.
        case operatorWord(ConnectionID)
        /// What comes is not looked at any more.
        case deaf
    }

    init(core: Core, listener: Listener.Counts, operators: OperatorDesk, frameBytesMax: Int) {
        self.core = core
        self.listener = listener
        self.operators = operators
        self.scanner = FrameScanner(frameBytesMax: frameBytesMax)
    }

    func channelActive(context: ChannelHandlerContext) {
        address = PeerAddress.text(of: context.remoteAddress)
        guard listener.admit(address) else {
            core.log.warning("too many connections; refused", metadata: ["client": "\(address)"])
            return context.close(promise: nil)
        }
        phase = .fresh(core.open(context.channel, from: address, isSecure: false), ByteBuffer())
    }

    func channelInactive(context: ChannelHandlerContext) {
        switch phase {
        case .client(let id), .fresh(let id, _), .operatorWord(let id): core.close(id)
        case .deaf: return
        }
        listener.release(address)
        phase = .deaf
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .client(let id):
            receive(bytes, from: id, context)
        case .fresh(let id, var begun):
            begun.writeBuffer(&bytes)
            begin(id, begun, context)
        case .operatorWord, .deaf: break
        }
    }

    private func begin(_ id: ConnectionID, _ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        switch operators.answer(bytes) {
        case .undecided: phase = .fresh(id, bytes)
        case .notAWord:
            phase = .client(id)
            receive(bytes, from: id, context)
        case .answer(let text):
            phase = .operatorWord(id)
            context.writeAndFlush(wrapOutboundOut(text)).assumeIsolated().whenComplete { _ in
                context.close(promise: nil)
            }
        }
    }

    private func receive(_ bytes: ByteBuffer, from id: ConnectionID, _ context: ChannelHandlerContext) {
        switch scanner.scan(bytes) {
        case .incomplete: break
        case .frames(let frames): core.receive(frames, from: id)
        case .illegalLength(let length, let before):
            if let before { core.receive(before, from: id) }
            core.log.warning(
                "a frame of impossible length; closed",
                metadata: ["length": "\(length)", "client": "\(address)"])
            context.close(promise: nil)
        }
    }

    /// The client has no more to say. What it said is under way; a word still gets its answer.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        switch phase {
        case .client, .fresh: context.close(promise: nil)
        case .operatorWord, .deaf: break
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .client(let id) = phase, context.channel.isWritable { core.becameWritable(id) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
