internal import Logging
internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab

/// One connection between two servers' election ports, dialled or accepted.
///
/// Knows the bytes; whose connection is kept is the owner's to say. Confined to the owner's event loop.
final class ElectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    enum Phase: Equatable {
        /// Dialled by this server; the owner has not looked at it yet.
        case dialled
        /// Accepted, and has not said whose it is.
        case stranger
        /// The link to this server.
        case link(PeerID)
        /// What comes is not looked at any more.
        case deaf
    }

    private let owner: ElectionLinks
    private(set) var phase: Phase
    private(set) var channel: (any Channel)?
    private var remote = ""
    private var unread = ByteBuffer()
    private var handshake: Scheduled<Void>?
    private var isWriting = false
    private var hasComplained = false

    init(owner: ElectionLinks, phase: Phase) {
        self.owner = owner
        self.phase = phase
    }

    // MARK: For the owner

    var isLink: Bool {
        if case .link = phase { true } else { false }
    }

    /// False while what was sent before still waits for the peer to read.
    var isWritable: Bool { channel?.isWritable ?? false }

    func becomeLink(to peer: PeerID) {
        handshake?.cancel()
        phase = .link(peer)
    }

    /// Sends at once. The owner is never called from inside this.
    func send(_ bytes: ByteBuffer) {
        isWriting = true
        defer { isWriting = false }
        channel?.writeAndFlush(bytes, promise: nil)
    }

    /// Closes, without another word to the owner.
    func silence() {
        handshake?.cancel()
        phase = .deaf
        channel?.close(promise: nil)
    }

    /// Says who this server is, and closes: the larger of the two dials (quorum protocol 2.2).
    func sendLast(_ bytes: ByteBuffer) {
        phase = .deaf
        channel?.writeAndFlush(bytes).assumeIsolated().whenComplete { _ in
            self.channel?.close(promise: nil)
        }
    }

    // MARK: From the socket

    func handlerAdded(context: ChannelHandlerContext) {
        channel = context.channel
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        channel = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        remote = Port.text(of: context.remoteAddress)
        guard phase == .stranger else { return }
        guard owner.port.admit(context.channel) else { return silence() }
        handshake = context.eventLoop.assumeIsolated().scheduleTask(in: owner.port.handshakeTimeout) {
            if self.phase == .stranger { self.fail("said nothing in time") }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        // NIO drains a socket on which a write failed, inside that write; it closes it next.
        guard !isWriting else {
            return context.eventLoop.assumeIsolated().execute { self.channel?.close(promise: nil) }
        }
        guard phase != .deaf else { return }
        unread.takeIn(&bytes)
        do throws(LinkFault) {
            while try takeStep() {}
        } catch {
            fail(error.reason)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .link(let peer) = phase, context.channel.isWritable { owner.sendNewest(to: peer) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Takes one greeting or one frame; false when there is none whole.
    private func takeStep() throws(LinkFault) -> Bool {
        switch phase {
        case .stranger:
            guard let greeting = try greeting() else { return false }
            owner.port.release(channel)
            owner.greeted(self, greeting)
            return true
        case .link(let peer):
            guard let frame = try unread.readElectionFrame() else { return false }
            hear(frame, from: peer)
            return true
        case .dialled:
            guard unread.readableBytes <= ElectionGreeting.addressBytesMax else {
                throw LinkFault("spoke before it was spoken to")
            }
            return false
        case .deaf:
            unread.clear()
            return false
        }
    }

    private func greeting() throws(LinkFault) -> ElectionGreeting? {
        do {
            return try ElectionGreeting(from: &unread)
        } catch {
            throw LinkFault("began with what is no greeting", error)
        }
    }

    /// A notification that cannot be read is left unheard; the link stays (quorum protocol 2.4).
    private func hear(_ frame: ByteBuffer, from peer: PeerID) {
        do throws(DecodingError) {
            owner.heard(try Notification(decoding: frame.readableBytesSpan), from: peer)
        } catch {
            guard !hasComplained else { return }
            hasComplained = true
            owner.log.warning(
                "a notification that cannot be read; this and others like it are left out",
                metadata: ["peer": "\(peer.rawValue)", "remote": "\(remote)", "error": "\(error)"])
        }
    }

    /// Closes with one line in the log.
    func fail(_ reason: String) {
        guard phase != .deaf else { return }
        owner.log.warning(
            "election connection closed, because it \(reason)", metadata: ["remote": "\(remote)"])
        let channel = channel
        end()
        channel?.close(promise: nil)
    }

    private func end() {
        handshake?.cancel()
        let former = phase
        phase = .deaf
        switch former {
        case .stranger: owner.port.release(channel)
        case .link(let peer): owner.loop.assumeIsolated().execute { self.owner.ended(self, peer) }
        case .dialled, .deaf: break
        }
    }
}
