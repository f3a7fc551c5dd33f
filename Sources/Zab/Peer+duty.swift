package import Vocabulary

/// What a peer is and does, for those who look at it.
extension Peer {
    /// Entries that were proposed and are not committed.
    package var outstandingCount: Int { history.uncommittedCount }

    /// Who has its history and follows on this link; nil for a learner that does not yet, or not any more.
    package func server(on link: LinkID) -> PeerID? {
        guard case .leading(let leading) = role else { return nil }
        return leading.learners.first { $0.link == link && $0.phase == .serving }?.peer
    }

    /// The learners of a leader that have said who they are.
    package var learners: [(peer: PeerID, isObserver: Bool, isSynced: Bool)] {
        guard case .leading(let leading) = role else { return [] }
        return leading.learners.filter { $0.phase != .connected }.map {
            ($0.peer, $0.isObserver, $0.phase == .serving)
        }
    }

    /// What it does in a running epoch; nil while there is none.
    package var duty: Duty? {
        switch role {
        case .resting, .looking: return nil
        case .following(let following):
            guard case .serving(let epoch) = following.phase else { return nil }
            return following.isObserver ? .observe(following.leader, epoch) : .follow(following.leader, epoch)
        case .leading(let leading):
            guard case .serving(let epoch) = leading.phase else { return nil }
            return .lead(epoch)
        }
    }
}
