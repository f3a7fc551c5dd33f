internal import Vocabulary

/// One connection of a learner, as its leader sees it.
struct Learner {
    enum Phase: Equatable {
        /// FOLLOWERINFO or OBSERVERINFO comes first.
        case connected
        /// Waits for the epoch to be chosen, or for the leader's disk.
        case introduced
        /// LEADERINFO is sent, ACKEPOCH comes next.
        case informed
        /// ACKEPOCH came; the history is sent once the epoch is this leader's.
        case promised
        /// The history up to `sent` and NEWLEADER are sent.
        case synchronising
        /// NEWLEADER is acknowledged; UPTODATE is sent once a quorum has.
        case ready
        case serving
    }

    let link: LinkID
    var phase = Phase.connected
    /// Known from `introduced` on.
    var peer = PeerID(rawValue: -1)
    /// Its acknowledgements count.
    var isVoter = false
    /// Hears what is committed, not what is proposed.
    var isObserver = false
    var lastLogged = Zxid.zero
    /// The end of what was sent of the history, then of what was proposed or, to an observer, committed.
    var sent = Zxid.zero
    var acknowledged = Zxid.zero
    /// The end of what was sent when the oldest unanswered proposal left, and when that was.
    var owed: (through: Zxid, sinceMs: Int64)?
    /// When it counts as gone unless something arrives.
    var deadlineMs: Int64

    init(link: LinkID, deadlineMs: Int64) {
        self.link = link
        self.deadlineMs = deadlineMs
    }
}
