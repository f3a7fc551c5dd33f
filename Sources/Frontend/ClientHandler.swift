internal import Host
internal import Logbook
internal import Logging
internal import NIOCore
internal import Settings
internal import Vocabulary

/// One client's socket: bytes into frames, frames to the replica's loop. Answers come from there straight to
/// the channel.
///
/// Confined to the replica's event loop, as is everything it touches.
final class ClientHandler: ChannelInboundHandler, DoorVisitor {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let replicaLoop: ReplicaLoop
    /// Of the certificate that the client showed, as encoded.
    private let subject: [UInt8]?
    private let door: Door
    private let responder: FourLetterWordResponder
    private var scanner: FrameScanner
    /// A longer frame is announced to the replica before all of it has come.
    private let largeFrameBytes: Int
    private var hasAnnounced = false
    private var phase = Phase.closed
    private var address: ByteString = ""
    /// The socket, where it stands at the door.
    private var channel: (any Channel)?

    private enum Phase {
        /// The first bytes decide between a client and an operator's four-letter word; those come here until
        /// they are enough.
        case fresh(ConnectionID, ByteBuffer)
        case client(ConnectionID)
        /// No descriptor is left for it: a word, or nothing.
        case overflow(ByteBuffer)
        /// Answered a word; only the end of the connection is of interest.
        case operatorWord(ConnectionID?)
        /// Bytes that come are not looked at any more.
        case closed
    }

    init(
        replicaLoop: ReplicaLoop, door: Door, responder: FourLetterWordResponder, subject: [UInt8]? = nil,
        _ limits: LimitSettings
    ) {
        self.subject = subject
        self.largeFrameBytes = limits.largeRequestBytes
        self.replicaLoop = replicaLoop
        self.door = door
        self.responder = responder
        self.scanner = FrameScanner(frameBytesMax: limits.frameBytesMax)
    }

    func channelActive(context: ChannelHandlerContext) {
        address = PeerAddress.text(of: context.remoteAddress)
        switch door.admissions.admit(address) {
        case .welcome:
            phase = .fresh(open(context), ByteBuffer())
        case .refused:
            replicaLoop.info.refusedConnections += 1
            replicaLoop.complaints.warn("too many connections; refused", from: "\(address)")
            context.close(promise: nil)
        case .overflow:
            phase = .overflow(ByteBuffer())
            door.complainOfDescriptors(to: replicaLoop.complaints)
            channel = context.channel
            door.stand(self, on: context.eventLoop)
        }
    }

    private func open(_ context: ChannelHandlerContext) -> ConnectionID {
        let id = replicaLoop.open(context.channel, from: address)
        if let subject { replicaLoop.certify(id, subject: subject) }
        return id
    }

    func sendAway() { channel?.close(promise: nil) }

    func channelInactive(context: ChannelHandlerContext) {
        switch phase {
        case .client(let id), .fresh(let id, _), .operatorWord(.some(let id)):
            replicaLoop.close(id)
            door.admissions.release(address)
        case .overflow: door.admissions.leave(self)
        case .closed, .operatorWord(nil): return
        }
        phase = .closed
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .client(let id):
            receive(bytes, from: id, context)
        case .fresh(let id, var begun):
            begun.writeBuffer(&bytes)
            begin(id, begun, context)
        case .overflow(var begun):
            begun.writeBuffer(&bytes)
            receiveOverflow(begun, context)
        case .operatorWord, .closed: break
        }
    }

    /// From one that found no place: there may be one by now.
    private func receiveOverflow(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        switch responder.answer(bytes) {
        case .undecided: phase = .overflow(bytes)
        case .answer(let text):
            door.admissions.leave(self)
            answer(text, to: nil, context)
        case .later(let text):
            door.admissions.leave(self)
            answerLater(text, to: nil, context)
        case .notAWord:
            door.admissions.leave(self)
            guard door.admissions.admit(address) == .welcome else {
                phase = .closed
                return context.close(promise: nil)
            }
            let id = open(context)
            phase = .client(id)
            receive(bytes, from: id, context)
        }
    }

    private func begin(_ id: ConnectionID, _ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        switch responder.answer(bytes) {
        case .undecided: phase = .fresh(id, bytes)
        case .notAWord:
            phase = .client(id)
            receive(bytes, from: id, context)
        case .answer(let text): answer(text, to: id, context)
        case .later(let text): answerLater(text, to: id, context)
        }
    }

    private func answerLater(
        _ text: EventLoopFuture<ByteBuffer>, to id: ConnectionID?, _ context: ChannelHandlerContext
    ) {
        phase = .operatorWord(id)
        if let id { replicaLoop.beginWord(on: id) }
        text.assumeIsolated().whenSuccess { text in
            guard case .operatorWord = self.phase else { return }
            self.answer(text, to: id, context)
        }
    }

    /// An answer that is not read counts like what clients do not read.
    private func answer(_ text: ByteBuffer, to id: ConnectionID?, _ context: ChannelHandlerContext) {
        phase = .operatorWord(id)
        context.writeAndFlush(wrapOutboundOut(text)).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
        if let id { replicaLoop.countUnreadAnswer(text.readableBytes, of: id) }
    }

    private func receive(_ bytes: ByteBuffer, from id: ConnectionID, _ context: ChannelHandlerContext) {
        switch scanner.scan(bytes) {
        case .incomplete: break
        case .frames(let frames):
            hasAnnounced = false
            replicaLoop.receive(frames, from: id)
        case .illegalLength(let length, let before):
            if let before { replicaLoop.receive(before, from: id) }
            replicaLoop.complaints.warn(
                "a frame of impossible length; closed", from: "\(address)", ["length": "\(length)"])
            return context.close(promise: nil)
        }
        if scanner.expectedBytes > largeFrameBytes, !hasAnnounced {
            hasAnnounced = true
            replicaLoop.expect(scanner.expectedBytes, from: id)
        }
    }

    /// The client has no more to say. What it said is under way; a word still gets its answer.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        switch phase {
        case .client, .fresh, .overflow: context.close(promise: nil)
        case .operatorWord, .closed: break
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .client(let id) = phase, context.channel.isWritable { replicaLoop.becameWritable(id) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
