package import DequeModule
package import Vocabulary

/// Zab's third phase as its leader sees it: what is proposed, who has it on disk, what is committed.
///
/// Proposals are committed strictly in order, and only by acknowledgements; the leader's own counts like any
/// other, once its disk has answered. `Payload` is what the leader does on commit; Zab does not look into it.
///
/// Inlinable, so that a write's payload is moved and not copied through the runtime's generic paths.
package struct Broadcast<Payload> {
    package let quorum: Quorum
    /// The last position proposed; committed ≤ decided ≤ proposed.
    @usableFromInline package internal(set) var lastProposed: Zxid
    @usableFromInline package internal(set) var lastCommitted: Zxid
    /// What a quorum holds.
    @usableFromInline var decided: Zxid
    @usableFromInline var outstanding: Deque<Outstanding> = []
    private var acknowledged: [PeerID: Zxid] = [:]

    @usableFromInline
    package struct Outstanding {
        @usableFromInline let zxid: Zxid
        @usableFromInline let payload: Payload

        @inlinable
        init(zxid: Zxid, payload: Payload) {
            self.zxid = zxid
            self.payload = payload
        }
    }

    /// - Parameter zxid: The end of the history that this reign begins with, committed already.
    package init(quorum: Quorum, after zxid: Zxid) {
        self.quorum = quorum
        self.lastProposed = zxid
        self.lastCommitted = zxid
        self.decided = zxid
    }

    @inlinable
    package var outstandingCount: Int { outstanding.count }

    /// Takes the next place in the order.
    ///
    /// - Precondition: `zxid` follows the last proposal without a gap.
    @inlinable
    package mutating func propose(_ payload: Payload, as zxid: Zxid) {
        precondition(zxid == lastProposed.next, "the history has no gaps")
        outstanding.append(Outstanding(zxid: zxid, payload: payload))
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
    @inlinable
    package mutating func nextCommitted() -> Payload? {
        guard !outstanding.isEmpty, outstanding[0].zxid <= decided else { return nil }
        let next = outstanding.removeFirst()
        lastCommitted = next.zxid
        return next.payload
    }
}
