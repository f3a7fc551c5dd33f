internal import DequeModule
package import Vocabulary

/// Zab's third phase as its leader sees it: what is proposed, who has it on disk, what is committed.
///
/// Proposals are committed strictly in order, and only by acknowledgements; the leader's own counts like any
/// other, once its disk has answered. `Payload` is what the leader does on commit; Zab does not look into it.
package struct Broadcast<Payload> {
    package let quorum: Quorum
    /// The last position proposed; committed ≤ decided ≤ proposed.
    package private(set) var lastProposed: Zxid
    package private(set) var lastCommitted: Zxid
    /// What a quorum holds.
    private var decided: Zxid
    private var outstanding: Deque<(zxid: Zxid, payload: Payload)> = []
    private var acknowledged: [PeerID: Zxid] = [:]

    /// - Parameter zxid: The end of the history that this reign begins with, committed already.
    package init(quorum: Quorum, after zxid: Zxid) {
        self.quorum = quorum
        self.lastProposed = zxid
        self.lastCommitted = zxid
        self.decided = zxid
    }

    package var outstandingCount: Int { outstanding.count }

    /// Takes the next place in the order.
    ///
    /// - Precondition: `zxid` follows the last proposal without a gap.
    package mutating func propose(_ payload: Payload, as zxid: Zxid) {
        precondition(zxid == lastProposed.next, "the history has no gaps")
        outstanding.append((zxid, payload))
        lastProposed = zxid
    }

    /// `peer` has everything up to `zxid` on its disk.
    ///
    /// Acknowledgements may come late or twice; one that claims more than was proposed is ignored.
    package mutating func acknowledge(from peer: PeerID, through zxid: Zxid) {
        guard zxid <= lastProposed, zxid > acknowledged[peer, default: .zero] else { return }
        acknowledged[peer] = zxid
        decided = max(decided, quorum.reached { acknowledged[$0, default: lastCommitted] })
    }

    /// The next proposal that a quorum holds, taken out; nil when there is none.
    package mutating func nextCommitted() -> (zxid: Zxid, payload: Payload)? {
        guard let first = outstanding.first, first.zxid <= decided else { return nil }
        lastCommitted = first.zxid
        return outstanding.removeFirst()
    }
}
