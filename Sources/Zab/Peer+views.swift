package import Vocabulary

/// Views of a peer, for those who look at what it is and does.
extension Peer {
    package var me: PeerID { server.me }
    package var membership: Membership { server.membership }
    /// The state that is on the disk, or on its way there.
    package var persistent: PersistentState { server.persistent }
    package var history: History { server.history }
    /// The last place this leader gave away.
    package var lastProposed: Zxid { server.lastProposed }
    /// Entries that were proposed and are not committed.
    package var outstandingCount: Int { server.history.uncommittedCount }
    /// Bytes of what was proposed and is not committed, or not on this server's disk, whichever are more.
    package var pendingBytes: Int { server.pendingBytes }
    /// The ticket of the last write that the disk was given; 0 before the first.
    package var lastWrite: UInt64 { server.disk.issued }

    /// Whether it looks for a leader: no election it took part in since has come to an end.
    package var isLooking: Bool {
        switch role {
        case .looking: true
        default: false
        }
    }

    /// The voters that it waits for: it may have forgotten what it acknowledged, and gives no vote before
    /// they have said how far their histories reach.
    package var awaited: [PeerID] {
        switch role {
        case .looking(let election): election.awaited
        default: []
        }
    }

    /// The server that leads it, itself where it leads; nil while it looks for one.
    package var leader: PeerID? {
        switch role {
        case .following(let following): following.leader
        case .leading: me
        default: nil
        }
    }

    /// Whether it leads in an epoch that is open.
    var canPropose: Bool {
        switch role {
        case .leading(let leading): leading.isServing
        default: false
        }
    }

    /// The last time at which this leader knows that a quorum followed it, in monotonic milliseconds; nil for
    /// one that does not lead.
    package func quorumHeardMs(at nowMs: Int64) -> Int64? {
        switch role {
        case .leading(let leading): leading.isServing ? leading.quorumHeardMs(server, at: nowMs) : nil
        default: nil
        }
    }

    /// The server that has this leader's history and follows on this link; nil for a learner that does not
    /// yet, or not any more.
    package func server(on link: LinkID) -> PeerID? {
        switch role {
        case .leading(let leading): leading.learners.first { $0.link == link && $0.isServing }?.peer
        default: nil
        }
    }

    /// Whether a learner of this leader is on the link.
    package func isLearner(_ link: LinkID) -> Bool {
        switch role {
        case .leading(let leading): leading.learners.contains { $0.link == link }
        default: false
        }
    }

    /// Whether a quorum by `quorum` follows this leader and has its history, this server among them where it
    /// votes.
    package func isFollowed(by quorum: Quorum) -> Bool {
        switch role {
        case .leading(let leading): leading.isFollowed(by: quorum, server)
        default: false
        }
    }

    /// One that follows a leader, as its leader sees it.
    package struct LearnerView {
        package let peer: PeerID
        package let isObserver: Bool
        package let isSynced: Bool
        /// Since when its oldest unanswered proposal is on its way, in monotonic milliseconds.
        package let owedSinceMs: Int64?
    }

    /// The learners of a leader that have said who they are.
    package var learners: [LearnerView] {
        switch role {
        case .leading(let leading):
            leading.learners.filter { $0.phase != .connected }.map {
                LearnerView(
                    peer: $0.peer, isObserver: $0.isObserver, isSynced: $0.isServing,
                    owedSinceMs: $0.owed?.sinceMs)
            }
        default: []
        }
    }

    /// The peer's role in a running epoch; nil while there is none.
    package var servingRole: ServingRole? {
        switch role {
        case .following(let following): following.servingRole
        case .leading(let leading): leading.servingRole
        default: nil
        }
    }
}
