internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab

/// A connection of the quorum port: a learner's that was accepted, or this server's own to its leader.
///
/// Cuts the stream into packets; whose they are is the owner's to say. Confined to the owner's event loop.
final class PacketHandler: LinkHandler {
    typealias InboundIn = ByteBuffer

    enum Phase {
        /// Dialed by this server; the owner has not looked at it yet.
        case dialed
        /// Accepted, and has not said that it is a learner.
        case unidentified
        case learner(LinkID)
        /// A learner's request that is larger than is taken here: its bytes are dropped as they come.
        case overlong(OverlongRequest, LinkID)
        case leader
        /// A snapshot from the leader, without packets, until the owner says that it is complete (3.5).
        case snapshot
        /// The connection is being closed: bytes that still come are dropped.
        case closed
    }

    /// Bytes of a packet around its data, identities included.
    static let packetFrameBytesMax = 1 << 20
    /// The data of a learner's first packet: 20 bytes, in releases to come perhaps more.
    static let introductionBytesMax = 1024
    /// Size of a packet from which on its bytes are passed on and not copied together.
    static let copiedBytesMax = 16 << 10

    private let owner: QuorumLinks
    private(set) var phase: Phase
    var linkState = LinkState()
    private var unsent = ByteBuffer()
    /// Proposals that follow `unsent`, and the zxid of the first.
    private var proposals = ByteBuffer()
    private var firstProposal: Zxid?
    /// Bytes that NIO held at the last look; never less than it holds now.
    private var heldBytes = 0
    /// Bytes of a tree among what is unsent, or more. A tree is added all at once, and taken in its learner's
    /// time: as large as it is, it is no sign of a learner that does not read.
    private var treeBytes = 0

    init(owner: QuorumLinks, phase: Phase) {
        self.owner = owner
        self.phase = phase
    }

    var port: Port { owner.port }
    var isUnidentified: Bool { if case .unidentified = phase { true } else { false } }
    var isClosed: Bool { if case .closed = phase { true } else { false } }

    // MARK: For the owner

    func become(_ phase: Phase) {
        linkState.handshake?.cancel()
        self.phase = phase
    }

    /// Closes, without another word to the owner.
    func close() {
        linkState.handshake?.cancel()
        phase = .closed
        unsent = ByteBuffer()
        proposals = ByteBuffer()
        firstProposal = nil
        channel?.close(promise: nil)
    }

    /// Puts a packet behind what is to be sent with the next `flush`.
    ///
    /// Only the commit of what was proposed earlier goes ahead of proposals that still wait.
    func add(_ packet: QuorumPacket) {
        if packet.kind == .proposal {
            if firstProposal == nil { firstProposal = packet.zxid }
            return packet.encode(into: &proposals)
        }
        if let firstProposal, packet.kind != .commit || packet.zxid >= firstProposal { joinProposals() }
        packet.encode(into: &unsent)
    }

    /// Ends the proposals' wait.
    private func joinProposals() {
        guard firstProposal != nil else { return }
        firstProposal = nil
        if unsent.readableBytes == 0 { swap(&unsent, &proposals) } else { unsent.writeBuffer(&proposals) }
        proposals.clear()
    }

    /// Puts a piece of a tree behind what is to be sent with the next `flush`.
    func add(_ bytes: ByteBuffer) {
        joinProposals()
        treeBytes += bytes.readableBytes
        guard bytes.readableBytes > PacketHandler.copiedBytesMax else {
            unsent.writeImmutableBuffer(bytes)
            return
        }
        writeUnsent()
        channel?.write(bytes, promise: nil)
        heldBytes += bytes.readableBytes
    }

    /// Sends what was added. The owner is never called from inside this.
    ///
    /// - Returns: Whether that was all: proposals may wait on.
    func flush(proposals: Bool) -> Bool {
        if proposals { joinProposals() }
        linkState.isWriting = true
        defer { linkState.isWriting = false }
        writeUnsent()
        channel?.flush()
        heldBytes = channelBytes
        return firstProposal == nil
    }

    private func writeUnsent() {
        guard unsent.readableBytes > 0 else { return }
        heldBytes += unsent.readableBytes
        channel?.write(unsent, promise: nil)
        unsent = ByteBuffer()
    }

    /// Whether the peer has not taken more than `bytesMax` beside a tree: bytes that were added and are not
    /// in the kernel's hands yet. Looks closely only when it may be so.
    func isBehind(by bytesMax: Int) -> Bool {
        let added = unsent.readableBytes + proposals.readableBytes
        guard added + heldBytes > bytesMax + treeBytes else { return false }
        heldBytes = channelBytes
        treeBytes = min(treeBytes, added + heldBytes)
        return added + heldBytes > bytesMax + treeBytes
    }

    private var channelBytes: Int {
        // A closed channel holds nothing.
        (try? channel?.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    // MARK: From the socket

    func parse() throws(LinkFault) {
        while try parseNext() {}
        guard linkState.unparsed.readableBytes <= unparsedBytesMax else {
            throw LinkFault("sent \(linkState.unparsed.readableBytes) bytes that nothing comes of")
        }
    }

    /// Parses one packet, or gives the owner what it takes of a snapshot; false when more must come first.
    private func parseNext() throws(LinkFault) -> Bool {
        switch phase {
        case .unidentified:
            guard let packet = try packet(dataBytesMax: PacketHandler.introductionBytesMax) else {
                return false
            }
            guard packet.kind == .followerInfo || packet.kind == .observerInfo else {
                throw LinkFault("began with a packet that is no learner's first: \(packet.kind)")
            }
            owner.port.release(channel)
            owner.introduced(self, packet)
            return true
        case .learner(let link):
            guard let packet = try packet(dataBytesMax: owner.limits.dataBytesMax, from: link) else {
                return isPassingOver
            }
            owner.received(packet, from: link)
            return true
        case .overlong(var request, let link):
            guard let packet = try passOver(&request, from: link) else { return false }
            owner.received(packet, from: link)
            return true
        case .leader:
            guard let packet = try packet(dataBytesMax: owner.limits.leaderDataBytesMax) else { return false }
            if packet.kind == .snapshot { phase = .snapshot }
            owner.receivedFromLeader(packet)
            return true
        case .snapshot: return readSnapshotBytes()
        case .dialed: return false
        case .closed:
            linkState.unparsed = ByteBuffer()
            return false
        }
    }

    /// Bytes that may wait for the rest of their packet.
    private var unparsedBytesMax: Int {
        switch phase {
        case .unidentified, .dialed: 2 * PacketHandler.introductionBytesMax
        case .learner, .overlong, .closed: 2 * owner.limits.dataBytesMax + PacketHandler.packetFrameBytesMax
        case .leader, .snapshot: 2 * owner.limits.leaderDataBytesMax + PacketHandler.packetFrameBytesMax
        }
    }

    /// The owner has the bytes to itself meanwhile: it may close this link from inside.
    private func readSnapshotBytes() -> Bool {
        guard linkState.unparsed.readableBytes > 0 else { return false }
        var bytes = linkState.unparsed
        linkState.unparsed = ByteBuffer()
        let isComplete = owner.whenSnapshotBytes(&bytes)
        guard case .snapshot = phase else { return false }
        linkState.unparsed = bytes
        if isComplete { phase = .leader }
        return isComplete
    }

    private func packet(dataBytesMax: Int) throws(LinkFault) -> QuorumPacket? {
        do {
            return try QuorumPacket(from: &linkState.unparsed, dataBytesMax: dataBytesMax)
        } catch {
            throw LinkFault("sent what is no packet", error)
        }
    }

    private var isPassingOver: Bool {
        guard case .overlong = phase else { return false }
        return true
    }

    /// A packet of a learner. A request that is refused for its size ends no link: what is left of it is
    /// passed over.
    private func packet(dataBytesMax: Int, from link: LinkID) throws(LinkFault) -> QuorumPacket? {
        do {
            return try QuorumPacket(from: &linkState.unparsed, dataBytesMax: dataBytesMax)
        } catch {
            guard error.isOfSize, let request = OverlongRequest(beginning: linkState.unparsed) else {
                throw LinkFault("sent what is no packet", error)
            }
            phase = .overlong(request, link)
            return nil
        }
    }

    private func passOver(
        _ request: inout OverlongRequest, from link: LinkID
    ) throws(LinkFault) -> QuorumPacket? {
        let packet: QuorumPacket?
        do {
            packet = try request.pass(over: &linkState.unparsed)
        } catch {
            throw LinkFault("sent what is no packet", error)
        }
        phase = packet == nil ? .overlong(request, link) : .learner(link)
        return packet
    }

    func end() {
        linkState.handshake?.cancel()
        let former = phase
        phase = .closed
        switch former {
        case .unidentified: owner.port.release(channel)
        case .learner(let link), .overlong(_, let link):
            owner.loop.assumeIsolated().execute { self.owner.ended(self, link) }
        case .leader, .snapshot: owner.loop.assumeIsolated().execute { self.owner.endedLeader(self) }
        case .dialed, .closed: break
        }
    }
}
