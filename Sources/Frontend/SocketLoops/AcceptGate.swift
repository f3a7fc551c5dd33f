internal import NIOCore
internal import Vocabulary

/// Clients' sockets that are open, however little is known of them: far ones are counted when they are
/// accepted and when they are closed, before the replica's loop has heard of them, and those of a port with
/// TLS before their handshake.
///
/// Confined to the replica's loop; all ports for clients have one.
final class OpenSockets {
    /// Sockets above which no more are accepted.
    private let max: Int
    /// Sockets of one address above which no more of it are kept; nil for any number. Twice as many as are
    /// admitted: who shakes hands is not admitted yet, and who goes still counts.
    private let perAddressMax: Int?
    private var byAddress: [ByteString: Int] = [:]
    private var count = 0
    /// Actions of those who wait for room.
    private var waiting: [() -> Void] = []

    /// - Parameter admittedPerAddressMax: 0 for any number.
    init(max: Int, admittedPerAddressMax: Int = 0) {
        self.max = max
        perAddressMax = admittedPerAddressMax > 0 ? 2 * admittedPerAddressMax : nil
    }

    var hasRoom: Bool { count <= max }

    /// - Returns: Whether its address may have it.
    func open(_ address: ByteString) -> Bool {
        count += 1
        let ofAddress = byAddress[address, default: 0] + 1
        byAddress[address] = ofAddress
        return perAddressMax.map { ofAddress <= $0 } ?? true
    }

    func close(_ address: ByteString) {
        count -= 1
        byAddress[address] = byAddress[address].flatMap { $0 > 1 ? $0 - 1 : nil }
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
        let channel = unwrapInboundIn(data)
        let address = PeerAddress.text(of: channel.remoteAddress)
        let isWelcome = sockets.open(address)
        let bound = NIOLoopBound(sockets, eventLoop: context.eventLoop)
        channel.closeFuture.hop(to: context.eventLoop).whenComplete { _ in bound.value.close(address) }
        guard isWelcome else { return channel.close(promise: nil) }
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
