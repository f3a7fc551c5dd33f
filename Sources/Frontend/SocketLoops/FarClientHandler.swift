internal import Host
internal import NIOCore
internal import Settings
internal import Vocabulary

/// One client's socket on a loop of its own: bytes into frames, frames to the replica's loop, answers from
/// there to the socket. `ClientHandler` is its like on the replica's loop.
///
/// Confined to its socket's event loop. Who is let in, and what words and frames mean, is for the replica's
/// loop to know (`Reception`).
final class FarClientHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Bytes that the socket takes before the replica's loop is told: a few such reports are on their way
    /// before that believes the socket to have enough.
    static let reportedBytes = FarSocket.untakenBytesMax / 4

    private let socketLoop: SocketLoop
    /// Of the certificate that the client showed, as encoded.
    private let subject: [UInt8]?
    private var scanner: FrameScanner
    /// A longer frame is announced to the replica before all of it has come.
    private let largeFrameBytes: Int
    private var hasAnnounced = false
    private var phase = Phase.closed
    private(set) var id = ConnectionID(slot: 0, generation: 0)
    private var context: ChannelHandlerContext?
    private var gate = ReadGate()
    /// Somebody asked for a read while the gate was closed.
    private var isReadDue = false
    /// Something was written since the last flush.
    private var hasWritten = false
    /// Bytes that were written and not reported as taken.
    private var unreportedBytes = 0

    private enum Phase {
        /// The first bytes decide between a client and an operator's four-letter word; they are kept here
        /// until they are enough.
        case fresh(ByteBuffer)
        case client
        /// Said a word; only the end of the connection is of interest.
        case operatorWord
        case closed
    }

    init(socketLoop: SocketLoop, subject: [UInt8]? = nil, _ limits: LimitSettings) {
        self.subject = subject
        self.socketLoop = socketLoop
        largeFrameBytes = limits.largeRequestBytes
        scanner = FrameScanner(frameBytesMax: limits.frameBytesMax)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: What comes

    func channelActive(context: ChannelHandlerContext) {
        id = socketLoop.open(self)
        phase = .fresh(ByteBuffer())
        let address = PeerAddress.text(of: context.remoteAddress)
        socketLoop.report(.opened(id, address: address, port: context.remoteAddress?.port ?? 0))
        if let subject { socketLoop.report(.certified(id, subject: subject)) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .closed = phase { return }
        phase = .closed
        socketLoop.close(id)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        switch phase {
        case .client: receive(bytes, context)
        case .fresh(var begun):
            begun.writeBuffer(&bytes)
            begin(begun, context)
        case .operatorWord, .closed: break
        }
    }

    private func begin(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        switch FourLetterWordResponder.beginning(bytes) {
        case .undecided: phase = .fresh(bytes)
        case .notAWord:
            phase = .client
            receive(bytes, context)
        case .word:
            phase = .operatorWord
            socketLoop.report(.spoke(id, bytes))
        }
    }

    private func receive(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        switch scanner.scan(bytes) {
        case .incomplete: break
        case .frames(let frames):
            hasAnnounced = false
            pass(frames)
        case .illegalLength(let length, let before):
            if let before { pass(before) }
            socketLoop.report(.illegalLength(id, length))
            return context.close(promise: nil)
        }
        if scanner.expectedBytes > largeFrameBytes, !hasAnnounced {
            hasAnnounced = true
            gate.wait()
            socketLoop.report(.expecting(id, bytes: scanner.expectedBytes))
        }
    }

    private func pass(_ frames: ByteBuffer) {
        socketLoop.report(.received(id, frames))
        if gate.pass(frames.readableBytes) { socketLoop.report(.waits(id)) }
    }

    /// The client has no more to say. What it said is under way; a word still gets its answer.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        switch phase {
        case .client, .fresh: context.close(promise: nil)
        case .operatorWord, .closed: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: When it is read

    func read(context: ChannelHandlerContext) {
        guard gate.isOpen else {
            isReadDue = true
            return
        }
        context.read()
    }

    func pause() { gate.pause() }

    func resume() {
        gate.resume()
        readIfDue()
    }

    func goOn() {
        gate.goOn()
        readIfDue()
    }

    private func readIfDue() {
        guard isReadDue, gate.isOpen else { return }
        isReadDue = false
        context?.read()
    }

    // MARK: What is written

    /// - Returns: Whether it is the first since the last flush.
    func write(_ bytes: ByteBuffer) -> Bool {
        unreportedBytes += bytes.readableBytes
        context?.write(wrapOutboundOut(bytes), promise: nil)
        defer { hasWritten = true }
        return !hasWritten
    }

    func flush() {
        hasWritten = false
        context?.flush()
        if unreportedBytes >= FarClientHandler.reportedBytes { reportTaken() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if unreportedBytes > 0 { reportTaken() }
    }

    /// Bytes in the socket's queue count as taken as long as the socket takes more.
    private func reportTaken() {
        guard context?.channel.isWritable == true else { return }
        socketLoop.report(.took(id, bytes: unreportedBytes))
        unreportedBytes = 0
    }

    /// Closes behind what was written.
    func end() {
        flush()
        context?.channel.endBehindLastAnswer()
    }

    func close() {
        context?.close(promise: nil)
    }

    /// Answers an operator's word, and closes once that is taken.
    func answer(_ text: ByteBuffer) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(text)).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }
}
