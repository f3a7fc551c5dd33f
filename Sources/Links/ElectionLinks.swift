package import Logging
package import NIOCore
internal import NIOPosix
package import Replica
package import Vocabulary
internal import Wire
package import Zab

/// The election port: one connection a pair of servers, dialed by the larger number (quorum protocol
/// 2.1-2.3).
///
/// Everything is called on `loop`, and so is `whenHappened`, never from inside a method of this class. A link
/// that breaks is dialed again by the next `seek` or `notify`, not by itself. Nobody's messages pile up: a
/// peer that has no link, or does not read, gets only the newest. A link on which nothing is acknowledged for
/// as long as a dial may take is broken: after a cut the kernel would try it so late that a new one is there
/// first.
package final class ElectionLinks {
    /// Observers without a number that may be connected at once.
    static let anonymousMax = 64

    /// Whom this server knows. A change counts for the next dial and the next greeting.
    package var members: [PeerID: MemberAddress]
    /// Told of `notified`, where an observer without a number has a negative one, and of `reachable`: a link
    /// came up, also in the place of another; or the only one went down.
    package var whenHappened: (LinkEvent) -> Void = { _ in }

    /// Answers other servers' questions (`PeerQuestion`); nil: they are not answered.
    package var whenAsked: ((ByteBuffer) -> EventLoopFuture<ByteBuffer>)?
    /// Whether no links are made: this server takes no part yet, and only answers.
    package var answersOnly = false
    /// Servers that are being answered; one question each at a time.
    var answered: Set<PeerID> = []

    package let me: PeerID
    package let loop: any EventLoop
    let log: Logger
    let port: Port
    let connectTimeout: TimeAmount
    let admitsJoiners: Bool
    var electionPeers: [PeerID: ElectionPeer] = [:]
    var nextAnonymous: Int64 = -1
    private(set) var isClosed = false

    /// Another server, as far as this port goes.
    struct ElectionPeer {
        /// The kept connection.
        var link: ElectionHandler?
        var attempt = Attempt.none
        /// The last notification, where it has not been sent yet: an older one is worth nothing.
        var newest: ByteBuffer?
    }

    /// The attempt under way to get a link; there is one at a time.
    enum Attempt {
        case none
        case dialing
        /// The other server was asked to dial back, and has until then.
        case awaited(Scheduled<Void>)
    }

    /// - Parameters:
    ///   - me: This server; its own address among `members` is what it tells the others to dial.
    ///   - connectTimeoutMs: For a dial, for the other side to dial back, and for its kernel to acknowledge
    ///     (`cnxTimeout`).
    ///   - handshakeTimeoutMs: For whoever connects to say who it is.
    ///   - admitsJoiners: Whether observers without a number are let in.
    package init(
        me: PeerID, members: [PeerID: MemberAddress], connectTimeoutMs: Int64, handshakeTimeoutMs: Int64,
        admitsJoiners: Bool = false, loop: any EventLoop, log: Logger,
        security: LinkSecurity? = nil
    ) {
        self.me = me
        self.members = members
        self.connectTimeout = .milliseconds(connectTimeoutMs)
        self.admitsJoiners = admitsJoiners
        self.loop = loop
        self.log = log
        self.port = Port(
            "election", handshakeTimeoutMs: handshakeTimeoutMs,
            unacknowledgedMsMax: connectTimeoutMs, security: security, loop: loop, log: log)
        port.memberHosts = { [unowned self] in self.members.values.map(\.host) }
    }

    /// Accepts connections from now on. Every server must, whatever its number.
    ///
    /// - Parameter host: nil for all of this machine's addresses.
    package func listen(host: String?, port: Int) -> EventLoopFuture<Void> {
        loop.assertInEventLoop()
        return self.port.listen(host: host, port: port) { ElectionHandler(owner: self, phase: .unidentified) }
    }

    package var boundPort: Int? { port.boundPort }

    /// Whether other machines may connect.
    package var isBeyondLoopback: Bool { port.isBeyondLoopback }

    /// Gets a link, unless there is one or it is being got.
    package func seek(_ peer: PeerID) {
        loop.assertInEventLoop()
        guard !isClosed, peer != me, liveLink(to: peer) == nil else { return }
        if case .none = electionPeers[peer]?.attempt ?? .none { dial(peer) }
    }

    /// Sends to `peer` what it should know now; what it has not been sent before is forgotten.
    ///
    /// Without a link, gets one. Notifications to oneself do not come back.
    package func notify(_ peer: PeerID, _ notification: Notification) {
        loop.assertInEventLoop()
        guard !isClosed, peer != me else { return }
        let frame = ByteBuffer(framing: notification)
        guard let link = liveLink(to: peer) else {
            guard members[peer] != nil else { return }
            electionPeers[peer, default: ElectionPeer()].newest = frame
            return seek(peer)
        }
        guard link.isWritable else {
            electionPeers[peer]?.newest = frame
            return
        }
        // A dial of ours beside a link is there to replace it: the frame may be lost with the old one.
        let kept = isReplacing(peer) ? frame : nil
        electionPeers[peer]?.newest = kept
        link.send(frame)
    }

    /// Closes all connections. No callback comes from now on.
    ///
    /// - Returns: Succeeds when the sockets are closed.
    package func close() -> EventLoopFuture<Void> {
        loop.assertInEventLoop()
        isClosed = true
        var endings = [port.close()]
        for electionPeer in electionPeers.values {
            if case .awaited(let deadline) = electionPeer.attempt { deadline.cancel() }
            guard let link = electionPeer.link else { continue }
            if let channel = link.channel { endings.append(channel.closeFuture) }
            link.close()
        }
        electionPeers.removeAll()
        return .andAllComplete(endings, on: loop)
    }

    // MARK: What happens on a link

    func received(_ notification: Notification, from peer: PeerID) {
        if !isClosed { whenHappened(.notified(notification, by: peer)) }
    }

    /// There is room on the link for what was kept back.
    func sendNewest(to peer: PeerID) {
        guard let link = liveLink(to: peer), link.isWritable, let frame = electionPeers[peer]?.newest
        else { return }
        electionPeers[peer]?.newest = nil
        link.send(frame)
    }

    func ended(_ handler: ElectionHandler, _ peer: PeerID) {
        guard !isClosed, electionPeers[peer]?.link === handler else { return }
        electionPeers[peer]?.link = nil
        if peer.rawValue < 0 { electionPeers[peer] = nil }
        whenHappened(.reachable(peer, false))
    }

    /// A link that is not known to be broken.
    func liveLink(to peer: PeerID) -> ElectionHandler? {
        guard let link = electionPeers[peer]?.link, link.isLink else { return nil }
        return link
    }

    private func isReplacing(_ peer: PeerID) -> Bool {
        guard peer < me, case .dialing = electionPeers[peer]?.attempt else { return false }
        return true
    }
}
