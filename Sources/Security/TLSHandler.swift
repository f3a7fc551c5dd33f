internal import COpenSSL
package import NIOCore

/// TLS on one socket, accepted or dialed: bytes of the socket into what the peer said, and back.
///
/// Handlers behind it hear of the connection (`channelActive`) when the handshake is over and the peer's
/// certificate is believed, and not before. What is written in one piece leaves in a record of its own (or
/// several, above 16 KiB), and all that a turn wrote in one write to the socket. Nothing is kept back here
/// but what waits for a flush: the socket's own queue is the only one, and its writability the peer's.
package final class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// A peer, by what it has proven.
    package struct Peer: Sendable {
        /// The subject of its certificate, as encoded; nil where it showed none.
        package let subject: [UInt8]?
    }

    /// Bytes that OpenSSL is given at once, so that its own buffers stay small.
    private static let portionBytes = 16 << 10

    private enum Phase {
        case waiting, handshaking, open, closed
    }

    private let connection: TLSConnection
    private let role: TLSConnection.Role
    /// Hosts and addresses, one of which the certificate of a peer there must name; nil for any.
    private let names: ((SocketAddress?) -> [String])?
    private let timeout: TimeAmount
    private let whenSecured: (any Channel, Peer) throws -> Void
    private let whenFailed: (TLSFailure, SocketAddress?) -> Void
    private var phase = Phase.waiting
    private var timer: Scheduled<Void>?
    private var written = ByteBuffer()
    private var promises: [EventLoopPromise<Void>] = []
    /// Handlers behind this one have heard that the connection is there.
    private var isAnnounced = false
    private var hasSaidGoodbye = false
    private var hasHeardGoodbye = false

    /// - Parameters:
    ///   - whenSecured: Adds the handlers behind this one.
    ///   - whenFailed: Hears why a handshake came to nothing.
    package convenience init(
        _ material: TLSMaterial, timeout: TimeAmount = .seconds(10),
        names: ((SocketAddress?) -> [String])? = nil,
        whenSecured: @escaping (any Channel, Peer) throws -> Void,
        whenFailed: @escaping (TLSFailure, SocketAddress?) -> Void
    ) {
        self.init(
            material, as: .accepting, timeout: timeout, names: names, whenSecured: whenSecured,
            whenFailed: whenFailed)
    }

    /// As the side that dials.
    package convenience init(
        dialing material: TLSMaterial, timeout: TimeAmount, names: ((SocketAddress?) -> [String])?,
        whenSecured: @escaping (any Channel, Peer) throws -> Void,
        whenFailed: @escaping (TLSFailure, SocketAddress?) -> Void
    ) {
        self.init(
            material, as: .dialing, timeout: timeout, names: names, whenSecured: whenSecured,
            whenFailed: whenFailed)
    }

    private init(
        _ material: TLSMaterial, as role: TLSConnection.Role, timeout: TimeAmount,
        names: ((SocketAddress?) -> [String])?,
        whenSecured: @escaping (any Channel, Peer) throws -> Void,
        whenFailed: @escaping (TLSFailure, SocketAddress?) -> Void
    ) {
        connection = TLSConnection(material, as: role)
        self.role = role
        self.names = names
        self.timeout = timeout
        self.whenSecured = whenSecured
        self.whenFailed = whenFailed
    }

    // MARK: The handshake

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    package func channelActive(context: ChannelHandlerContext) { begin(context) }

    private func begin(_ context: ChannelHandlerContext) {
        guard phase == .waiting else { return }
        phase = .handshaking
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [self] in
            guard phase == .handshaking else { return }
            fail(.late, context)
        }
        if role == .dialing { shakeHands(context) }
    }

    private func shakeHands(_ context: ChannelHandlerContext) {
        switch connection.shakeHands() {
        case .wantsMore: sendOut(context)
        case .failed(let reason): fail(.refused(reason), context)
        case .done:
            // Where nobody is asked for a certificate, or none is shown that may be missing, is no name.
            if role == .dialing || connection.peerSubject != nil, let names = names?(context.remoteAddress),
                !connection.isPeerNamed(oneOf: names)
            {
                return fail(.misnamed, context)
            }
            phase = .open
            timer?.cancel()
            sendOut(context)
            // A write that fails has closed the connection by now, from inside.
            guard phase == .open else { return }
            do {
                try whenSecured(context.channel, Peer(subject: connection.peerSubject))
            } catch {
                return close(context)
            }
            isAnnounced = true
            context.fireChannelActive()
        }
    }

    private func fail(_ failure: TLSFailure, _ context: ChannelHandlerContext) {
        let address = context.remoteAddress
        phase = .closed
        // The alert that says why.
        sendOut(context)
        close(context)
        if !isAnnounced { whenFailed(failure, address) }
    }

    private func close(_ context: ChannelHandlerContext) {
        timer?.cancel()
        context.close(promise: nil)
    }

    // MARK: What comes

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasHeardGoodbye else { return }
        var bytes = unwrapInboundIn(data)
        var heard = ByteBuffer()
        while let portion = bytes.readSlice(length: min(bytes.readableBytes, TLSHandler.portionBytes)),
            portion.readableBytes > 0, phase != .closed
        {
            connection.receive(portion)
            if phase == .handshaking { shakeHands(context) }
            guard phase == .open else { continue }
            if !hear(into: &heard, context) { break }
        }
        if phase == .open, heard.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(heard)) }
        // Behind what was heard: where a write fails, NIO reads on inside it.
        if phase == .open, connection.hasOutput { sendOut(context) }
        if hasHeardGoodbye, phase == .open { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    }

    /// - Returns: Whether the peer may say more.
    private func hear(into heard: inout ByteBuffer, _ context: ChannelHandlerContext) -> Bool {
        switch connection.read(into: &heard) {
        case .wantsMore:
            // Who provokes answers of OpenSSL's own has to read them.
            guard context.channel.isWritable || !connection.hasOutput else {
                fail(.refused("it does not read what it provokes"), context)
                return false
            }
            return true
        case .done:
            hasHeardGoodbye = true
            return false
        case .failed(let reason):
            fail(.refused(reason), context)
            return false
        }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        switch phase {
        case .waiting, .handshaking: close(context)
        case .open: if !hasHeardGoodbye { context.fireUserInboundEventTriggered(event) }
        case .closed: break
        }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        timer?.cancel()
        for promise in promises { promise.fail(ChannelError.ioOnClosedChannel) }
        promises = []
        if isAnnounced { context.fireChannelInactive() }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        isAnnounced ? context.fireErrorCaught(error) : close(context)
    }

    // MARK: What goes

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var bytes = unwrapOutboundIn(data)
        guard phase == .open, !hasSaidGoodbye else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        while let portion = bytes.readSlice(length: min(bytes.readableBytes, TLSHandler.portionBytes)),
            portion.readableBytes > 0
        {
            guard connection.write(portion) else {
                promise?.fail(ChannelError.ioOnClosedChannel)
                return close(context)
            }
            connection.takeOut(into: &written)
        }
        if let promise { promises.append(promise) }
    }

    package func flush(context: ChannelHandlerContext) {
        connection.takeOut(into: &written)
        guard written.readableBytes > 0 || !promises.isEmpty else { return context.flush() }
        let bytes = written
        written = ByteBuffer()
        let first = promises.first
        for promise in promises.dropFirst() { first?.futureResult.cascade(to: promise) }
        promises = []
        context.writeAndFlush(wrapOutboundOut(bytes), promise: first)
    }

    /// Records of OpenSSL's own: of the handshake, alerts, updates of keys.
    private func sendOut(_ context: ChannelHandlerContext) {
        connection.takeOut(into: &written)
        if written.readableBytes > 0 { flush(context: context) }
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode != .input, phase == .open, !hasSaidGoodbye {
            hasSaidGoodbye = true
            connection.sayGoodbye()
            sendOut(context)
        }
        context.close(mode: mode, promise: promise)
    }
}
