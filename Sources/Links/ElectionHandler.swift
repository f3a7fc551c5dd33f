internal import Logbook
internal import Logging
internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab

/// One connection between two servers' election ports, dialed or accepted.
///
/// Knows the bytes; whose connection is kept is the owner's to say. Confined to the owner's event loop.
final class ElectionHandler: LinkHandler {
    typealias InboundIn = ByteBuffer

    enum Phase: Equatable {
        /// Dialed by this server; the owner has not looked at it yet.
        case dialed
        /// Accepted, and has not said whose it is.
        case unidentified
        /// The link to this server.
        case link(PeerID)
        /// The connection is being closed: bytes that still come are dropped.
        case closed
    }

    private let owner: ElectionLinks
    private(set) var phase: Phase
    var linkState = LinkState()
    private var hasComplained = false

    init(owner: ElectionLinks, phase: Phase) {
        self.owner = owner
        self.phase = phase
    }

    var port: Port { owner.port }
    var isUnidentified: Bool { phase == .unidentified }
    var isClosed: Bool { phase == .closed }

    // MARK: For the owner

    var isLink: Bool {
        if case .link = phase { true } else { false }
    }

    /// False while what was sent before still waits for the peer to read.
    var isWritable: Bool { channel?.isWritable ?? false }

    func becomeLink(to peer: PeerID) {
        linkState.handshake?.cancel()
        phase = .link(peer)
    }

    /// Sends at once. The owner is never called from inside this.
    func send(_ bytes: ByteBuffer) {
        linkState.isWriting = true
        defer { linkState.isWriting = false }
        channel?.writeAndFlush(bytes, promise: nil)
    }

    /// Closes, without another word to the owner.
    func close() {
        linkState.handshake?.cancel()
        phase = .closed
        channel?.close(promise: nil)
    }

    /// Says who this server is, and closes: the larger of the two dials (quorum protocol 2.2).
    func sendLast(_ bytes: ByteBuffer) {
        phase = .closed
        channel?.writeAndFlush(bytes).assumeIsolated().whenComplete { _ in
            self.channel?.close(promise: nil)
        }
    }

    // MARK: From the socket

    func parse() throws(LinkFault) {
        while try parseNext() {}
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .link(let peer) = phase, context.channel.isWritable { owner.sendNewest(to: peer) }
    }

    /// Parses one greeting or one frame; false when there is none whole.
    private func parseNext() throws(LinkFault) -> Bool {
        switch phase {
        case .unidentified:
            if PeerQuestion.begins(linkState.unparsed) { return try parseQuestion() }
            guard let greeting = try greeting() else { return false }
            owner.port.release(channel)
            owner.greeted(self, greeting)
            return true
        case .link(let peer):
            guard let frame = try linkState.unparsed.readElectionFrame() else { return false }
            receive(frame, from: peer)
            return true
        case .dialed:
            guard linkState.unparsed.readableBytes <= ElectionGreeting.addressBytesMax else {
                throw LinkFault("spoke before it was spoken to")
            }
            return false
        case .closed:
            linkState.unparsed.clear()
            return false
        }
    }

    /// A question gets one answer, and the connection is over.
    private func parseQuestion() throws(LinkFault) -> Bool {
        let question: PeerQuestion?
        do {
            question = try PeerQuestion(from: &linkState.unparsed)
        } catch {
            throw LinkFault("asked what is no question", error)
        }
        guard let question else { return false }
        owner.port.release(channel)
        linkState.handshake?.cancel()
        phase = .closed
        owner.asked(self, question)
        return true
    }

    private func greeting() throws(LinkFault) -> ElectionGreeting? {
        do {
            return try ElectionGreeting(from: &linkState.unparsed)
        } catch {
            throw LinkFault("began with what is no greeting", error)
        }
    }

    /// A notification that cannot be read is left unheard; the link stays (quorum protocol 2.4).
    private func receive(_ frame: ByteBuffer, from peer: PeerID) {
        do throws(DecodingError) {
            owner.received(try Notification(decoding: frame.readableBytesSpan), from: peer)
        } catch {
            guard !hasComplained else { return }
            hasComplained = true
            port.complaints.warn(
                "a notification that cannot be read; this and others like it are left out",
                from: Port.host(of: channel?.remoteAddress),
                ["peer": "\(peer.rawValue)", "remote": "\(remote)", "error": "\(error)"])
        }
    }

    func end() {
        linkState.handshake?.cancel()
        let former = phase
        phase = .closed
        switch former {
        case .unidentified: owner.port.release(channel)
        case .link(let peer): owner.loop.assumeIsolated().execute { self.owner.ended(self, peer) }
        case .dialed, .closed: break
        }
    }
}
