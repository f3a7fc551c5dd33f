import NIOCore
import Replica
import Testing
import Vocabulary
import Wire
import Zab
import Znodes

/// Server 1 of three; the test plays the other two.
extension TestNode {
    static func member(
        replaying log: [Transaction] = [], _ change: (inout ReplicaSettings) -> Void = { _ in }
    ) -> TestNode {
        TestNode(replaying: log) { settings in
            settings.membership = Membership(
                quorum: Quorum(majorityOf: [1, 2, 3].map { PeerID(rawValue: $0) }), observers: [], version: 0,
                text: "")
            settings.isReadOnlyModeEnabled = true
            change(&settings)
        }
    }

    /// A member that has found no leader for as long as it takes.
    static func readOnly(
        replaying log: [Transaction] = [], _ change: (inout ReplicaSettings) -> Void = { _ in }
    ) -> TestNode {
        let node = member(replaying: log, change)
        node.advance(ms: 2000)
        return node
    }

    /// The others have server 2 for their leader.
    func electServer2(round: Int64) {
        let vote = Vote(leader: PeerID(rawValue: 2), zxid: replica.tree.lastZxid, epoch: Epoch(rawValue: 9))
        for other in [2, 3] as [Int64] {
            step(.link(.reachable(PeerID(rawValue: other), true)))
            step(
                .link(
                    .notified(
                        Notification(state: other == 2 ? .leading : .following, vote: vote, round: round),
                        by: PeerID(rawValue: other))))
        }
        advance(ms: 300)
    }

    /// Server 2 leads in `epoch`, and this node has what it has.
    func follow(in epoch: Int32) {
        electServer2(round: Int64(epoch) * 100)
        step(.link(.leaderLinkUp))
        hear(.leaderInfo(Epoch(rawValue: epoch)))
        hear(.diff(through: replica.tree.lastZxid))
        hear(.newLeader(Epoch(rawValue: epoch), configuration: ""))
        hear(.upToDate)
    }

    /// The leader has done all that it was asked before.
    func answerSync() { step(.link(.fromLeader(QuorumPacket(.sync, zxid: .zero)))) }

    /// A tree without sessions, as a leader would send it.
    static func stream(of tree: borrowing Tree) -> ByteBuffer {
        let (acls, pages) = tree.packed(pageBytes: 1 << 20)
        var stream = SnapshotStreamEncoder.head(sessions: [], acls: acls)
        for page in pages { stream.writeImmutableBuffer(SnapshotStreamEncoder.znodes(page)) }
        SnapshotStreamEncoder.writeEnd(to: &stream)
        return stream
    }

    var isReadOnly: Bool { replica.isReadOnly }
    var isServing: Bool { replica.isServingClients }

    func hear(_ message: LeaderMessage) {
        step(.link(.fromLeader(QuorumPacket(message))))
    }

    func loseLeader() {
        step(.link(.leaderLinkDown))
    }

    /// What clients asked for by way of the leader, oldest first.
    var forwarded: [ForwardedRequest] {
        linkActions.compactMap { action in
            guard case .toLeader(let packet) = action, packet.kind == .request, let data = packet.data else {
                return nil
            }
            return try? ForwardedRequest(decoding: data)
        }
    }

    /// The leader gives the last of `forwarded` this place and commits it.
    func commitForwarded(as change: Change, at zxid: Zxid) throws {
        let request = try #require(forwarded.last)
        let transaction = Transaction(
            session: request.session, cxid: request.cxid, zxid: zxid, timeMs: now.wallMs, change: change,
            digest: nil)
        var bytes = ByteBuffer()
        transaction.encode(into: &bytes)
        hear(.proposal(Entry(zxid, bytes)))
        hear(.commit(zxid))
    }
}
