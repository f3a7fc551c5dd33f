import Links
import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Zab

/// A server's quorum port, with all that it reported.
@OnLoop
final class QuorumNode {
    let me: PeerID
    let links: QuorumLinks
    private(set) var up: [LinkID] = []
    private(set) var down: [LinkID] = []
    private(set) var fromLearners: [(link: LinkID, packet: QuorumPacket)] = []
    private(set) var leaderUps = 0
    private(set) var leaderDowns = 0
    var fromLeader: [QuorumPacket] = []
    /// Whether what is sent leaves by itself.
    var flushes = true
    /// Bytes of a snapshot that a test expects, and those that came.
    var snapshotBytesExpected = 0
    private(set) var snapshot: [UInt8] = []

    init(
        _ number: Int64, handshakeTimeoutMs: Int64 = 60_000, unsentBytesMax: Int = 512 << 20
    ) async throws {
        me = PeerID(rawValue: number)
        links = QuorumLinks(
            me: me, members: [:], dataBytesMax: 1 << 20, unsentBytesMax: unsentBytesMax,
            handshakeTimeoutMs: handshakeTimeoutMs, loop: OnLoop.loop, log: .silent)
        links.whenHappened = { [unowned self] event in note(event) }
        links.whenSnapshotBytes = { [unowned self] bytes in takeSnapshot(&bytes) }
        try await links.listen(host: "127.0.0.1", port: 0).onLoop()
        QuorumNode.all.append(Living(node: self))
        if QuorumNode.all.count == 1 { QuorumNode.flushAll() }
    }

    private func note(_ event: LinkEvent) {
        switch event {
        case .learnerLinkUp(let link): up.append(link)
        case .learnerLinkDown(let link): down.append(link)
        case .fromLearner(let packet, let link): fromLearners.append((link, packet))
        case .leaderLinkUp:
            leaderUps += 1
            links.sendToLeader(.introduction(of: me.rawValue))
        case .leaderLinkDown: leaderDowns += 1
        case .fromLeader(let packet): fromLeader.append(packet)
        case .notified, .reachable, .snapshotUnreadable: Issue.record("of another port: \(event)")
        }
    }

    private struct Living {
        weak var node: QuorumNode?
    }

    /// Of all tests, which run at once.
    private static var all: [Living] = []

    /// Sends each millisecond what nodes were given to send, as a node's loop does at the end of turns: one
    /// clock for all of them, which a busy machine does not notice.
    private static func flushAll() {
        all.removeAll { $0.node == nil }
        for living in all {
            if let node = living.node, node.flushes { node.links.flush() }
        }
        guard !all.isEmpty else { return }
        OnLoop.loop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { flushAll() }
    }

    /// Takes a few bytes at a time, as a parser does that needs whole fields.
    private func takeSnapshot(_ bytes: inout ByteBuffer) -> Bool {
        while case let missing = snapshotBytesExpected - snapshot.count, missing > 0,
            let some = bytes.readBytes(length: min(7, missing, bytes.readableBytes)), !some.isEmpty
        {
            snapshot += some
        }
        return snapshot.count == snapshotBytesExpected
    }

    /// A leader that has learned who `learner` is.
    static func pair(leader: QuorumNode, learner: QuorumNode) async throws -> LinkID {
        let (ups, heard) = (leader.up.count, leader.fromLearners.count)
        learner.links.members[leader.me] = leader.address
        learner.links.follow(leader.me, afterMs: 0)
        try await eventually("linked") { leader.up.count > ups && leader.fromLearners.count > heard }
        return leader.up[ups]
    }

    var address: MemberAddress {
        MemberAddress(host: "127.0.0.1", quorumPort: links.boundPort ?? 0, electionPort: 1)
    }

    func packets(on link: LinkID) -> [QuorumPacket] {
        fromLearners.filter { $0.link == link }.map(\.packet)
    }
}

extension QuorumPacket {
    static func introduction(of learner: Int64) -> QuorumPacket {
        QuorumPacket(
            LearnerMessage.info(
                PeerID(rawValue: learner), acceptedEpoch: .zero, isObserver: false, configurationVersion: 0))
    }

    static func numbered(_ number: Int, _ kind: Kind = .proposal) -> QuorumPacket {
        QuorumPacket(
            kind, zxid: Zxid(rawValue: Int64(number)), data: ByteBuffer(repeating: 7, count: number % 100),
            identities: number.isMultiple(of: 3) ? [Identity(scheme: "ip", id: "::1")] : nil)
    }

    var bytes: [UInt8] {
        var buffer = ByteBuffer()
        encode(into: &buffer)
        return Array(buffer.readableBytesView)
    }
}
