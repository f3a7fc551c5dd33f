package import Vocabulary

/// What a peer wants done, in order.
package enum Effect<Body> {
    // MARK: Election

    case notify(PeerID, Notification)
    /// Open an election link where there is none.
    case seek(PeerID)

    // MARK: Learner and leader

    /// Dial the leader's quorum port; `linkUp` or `linkDown` answers.
    case follow(PeerID)
    /// Close the link to the leader.
    case unfollow
    case toLeader(LearnerMessage)
    case toLearner(LinkID, LeaderMessage<Body>)
    /// Serialise the tree, exact at what is delivered, to this learner: it stands between `snapshot` and what
    /// follows.
    case sendSnapshot(LinkID)
    /// Close the link to a learner; the sentence is for the log.
    case drop(LinkID, String)

    // MARK: Disk

    /// Do this on the disk behind everything ordered before it; `stored` with the ticket answers.
    case store(DiskOrder<Body>, ticket: UInt64)

    // MARK: The replica

    /// Committed: apply it. Comes in order, each entry once.
    case deliver(Entry<Body>)
    /// The tree is the one received as a snapshot from now on.
    case adoptSnapshot(Zxid)
    /// Committed entries and clients' requests may come from now on.
    case serve(Duty)
    /// There is no leader any more, or this node is none any more: serve nobody.
    case standBy(String)
}

extension Effect: Equatable where Body: Equatable {}
extension Effect: Sendable where Body: Sendable {}

/// What a peer does for the ensemble once an epoch runs.
package enum Duty: Equatable, Sendable {
    /// Propose from `epoch << 32 | 1` on.
    case lead(Epoch)
    case follow(PeerID, Epoch)
    case observe(PeerID, Epoch)
}

/// One thing for the disk. Orders are carried out one after the other, and are durable when they are reported.
package enum DiskOrder<Body> {
    case append(Entry<Body>)
    /// Take everything behind `after` out of the log.
    case truncate(after: Zxid)
    /// Put the received snapshot in the place of all that was there.
    case installSnapshot(Zxid)
    case acceptEpoch(Epoch)
    case enterEpoch(Epoch)
}

extension DiskOrder: Equatable where Body: Equatable {}
extension DiskOrder: Sendable where Body: Sendable {}
