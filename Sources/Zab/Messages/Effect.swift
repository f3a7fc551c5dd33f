package import Vocabulary

/// Effects of a peer's step, to be carried out in order.
package enum Effect: Equatable, Sendable {
    // MARK: Election

    case notify(PeerID, Notification)
    /// Open an election link where there is none.
    case seek(PeerID)

    // MARK: Learner and leader

    /// Dial the leader's quorum port after this many milliseconds; `leaderLinkUp` or `leaderLinkDown`
    /// answers.
    case follow(PeerID, afterMs: Int64)
    /// Whether learners may dial this server: it is to refuse them at once while it does not lead.
    case acceptLearners(Bool)
    /// Close the link to the leader.
    case unfollow
    case toLeader(LearnerMessage)
    case toLearner(LinkID, LeaderMessage)
    /// Serialize the tree, exact at what is delivered, to this learner: it stands between `snapshot` and what
    /// follows there.
    case sendSnapshot(LinkID)
    /// Close the link to a learner; the sentence is for the log.
    case drop(LinkID, String)

    // MARK: Disk

    /// Do this on the disk behind every write before it; `stored` with the ticket answers. With
    /// `install` the tree is the received one from then on.
    case store(DiskWrite, ticket: UInt64)

    // MARK: The replica

    /// Committed: apply it. Comes in order, each entry once.
    case deliver(Entry)
    /// Committed entries and clients' requests may come from now on.
    case serve(ServingRole)
    /// The role ends, for the reason given: there is no leader, or this node leads no more. Serve nobody.
    case standBy(String)
}

/// The role that a peer plays for the ensemble once an epoch runs.
package enum ServingRole: Equatable, Sendable {
    /// Propose from `epoch << 32 | 1` on.
    case lead(Epoch)
    case follow(PeerID, Epoch)
    case observe(PeerID, Epoch)
}

/// One thing for the disk. Writes are carried out one after the other, and are durable when they are
/// reported.
package enum DiskWrite: Equatable, Sendable {
    case append(Entry)
    /// Take everything behind `after` out of the log.
    case truncate(after: Zxid)
    /// Put the received snapshot, and what came behind it, in the place of all that was there. A
    /// crash leaves the old history or this one whole: a part of it would lack what this server has
    /// acknowledged.
    case install(snapshot: Zxid, [Entry])
    case acceptEpoch(Epoch)
    case enterEpoch(Epoch)
}
