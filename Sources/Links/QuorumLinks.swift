internal import Logbook
package import Logging
package import NIOCore
internal import NIOPosix
package import Replica
package import Vocabulary
internal import Zab

/// The quorum port: connections of learners while this server leads, and its own to its leader while it
/// follows (quorum protocol 3.1, 3.2, 3.5).
///
/// Everything is called on `loop`, and so are the callbacks, never from inside a method of this class. What
/// is sent leaves with `flush`, in order and in one write a link.
package final class QuorumLinks {
    /// Learners that may be connected at once.
    static let learnersMax = 1024

    /// Whom this server knows. A change counts for the next dial.
    package var members: [PeerID: MemberAddress]

    /// Told of everything else that a `LinkEvent` can say. `learnerLinkUp` comes when a connection has said
    /// that it is a learner, ahead of its first packet; `learnerLinkDown` once for each, whoever ended the
    /// link, and nothing after it. `leaderLinkDown` comes once for each `follow`, where the link broke or
    /// there never was one, and never after `unfollow`.
    package var whenHappened: (LinkEvent) -> Void = { _ in }
    /// After a SNAP packet: all bytes that came and were not taken. Takes what it can by moving the reader
    /// index; true once the snapshot, signature included, is complete (3.5). What it leaves is bounded by
    /// what one packet may hold.
    package var whenSnapshotBytes: (inout ByteBuffer) -> Bool = { _ in false }

    let me: PeerID
    let loop: any EventLoop
    let log: Logger
    let port: Port
    let limits: Limits
    let connectTimeout: TimeAmount
    var learners: [LinkID: PacketHandler] = [:]
    var lastLink: UInt64 = 0
    var leaderLink = LeaderLink.nobody
    /// Tells the answer to an earlier dial from that to the last.
    var leaderLinkNumber: UInt64 = 0
    private(set) var isClosed = false
    /// Links with something to send.
    private var unflushed: [PacketHandler] = []

    struct Limits {
        /// Bytes of data in one packet of a learner, at most.
        let dataBytesMax: Int
        /// The same of a leader, and of a znode in its snapshot.
        let leaderDataBytesMax: Int
        /// Bytes that a peer may leave unread, beside a tree, before its link is closed.
        let unsentBytesMax: Int
    }

    /// The way to a leader.
    enum LeaderLink {
        case nobody
        case pausing(Scheduled<Void>)
        case dialing
        case linked(PacketHandler)
    }

    /// - Parameters:
    ///   - leaderDataBytesMax: nil for as much as of a learner.
    ///   - handshakeTimeoutMs: For whoever connects to say that it is a learner.
    package init(
        me: PeerID, members: [PeerID: MemberAddress], dataBytesMax: Int, leaderDataBytesMax: Int? = nil,
        unsentBytesMax: Int = 512 << 20,
        connectTimeoutMs: Int64 = 5000, handshakeTimeoutMs: Int64 = 10_000,
        loop: any EventLoop, log: Logger,
        security: LinkSecurity? = nil
    ) {
        self.me = me
        self.members = members
        self.limits = Limits(
            dataBytesMax: dataBytesMax, leaderDataBytesMax: leaderDataBytesMax ?? dataBytesMax,
            unsentBytesMax: unsentBytesMax)
        self.connectTimeout = .milliseconds(connectTimeoutMs)
        self.loop = loop
        self.log = log
        self.port = Port(
            "quorum", handshakeTimeoutMs: handshakeTimeoutMs, security: security,
            loop: loop, log: log)
        port.memberHosts = { [unowned self] in self.members.values.map(\.host) }
    }

    /// Accepts learners from now on.
    ///
    /// - Parameter host: nil for all of this machine's addresses.
    package func listen(host: String?, port: Int) -> EventLoopFuture<Void> {
        loop.assertInEventLoop()
        return self.port.listen(host: host, port: port) { PacketHandler(owner: self, phase: .unidentified) }
    }

    /// Accepts nobody from now on; learners that are connected stay. Apache's servers take a closed port
    /// for a leader that is not ready yet, and try again (3.2); a connection that is closed sends them back
    /// to look.
    package func stopListening() -> EventLoopFuture<Void> {
        loop.assertInEventLoop()
        return port.close()
    }

    package var boundPort: Int? { port.boundPort }

    /// Says what comes of a learner: somebody who dials without end is a number after a while.
    func logLearner(_ what: String, of link: LinkID, _ facts: @autoclosure () -> Logger.Metadata) {
        port.complaints.note(
            .info, what, from: Port.host(of: learners[link]?.channel?.remoteAddress), facts())
    }

    /// Writes out everything that was sent since the last time.
    ///
    /// - Parameter proposals: Whether proposals go too. Without them they stay, with what was sent behind
    ///   them; but commits of earlier ones go.
    package func flush(proposals: Bool = true) {
        loop.assertInEventLoop()
        let handlers = unflushed
        unflushed.removeAll(keepingCapacity: true)
        for handler in handlers where !handler.flush(proposals: proposals) { unflushed.append(handler) }
    }

    /// Whether something waits for `flush`.
    package var hasUnsent: Bool { !unflushed.isEmpty }

    func flushLater(_ handler: PacketHandler) {
        if !unflushed.contains(where: { $0 === handler }) { unflushed.append(handler) }
    }

    /// Closes all connections. No callback comes from now on.
    ///
    /// - Returns: Succeeds when the sockets are closed.
    package func close() -> EventLoopFuture<Void> {
        loop.assertInEventLoop()
        isClosed = true
        flush()
        var handlers = Array(learners.values)
        if case .linked(let leader) = leaderLink { handlers.append(leader) }
        let endings = [port.close()] + handlers.compactMap { $0.channel?.closeFuture }
        dropLeaderLink()
        for learner in learners.values { learner.close() }
        learners.removeAll()
        return .andAllComplete(endings, on: loop)
    }
}
