internal import Vocabulary

/// How a learner is brought to the leader's history (quorum protocol 3.4).
enum SyncPlan: Equatable, Sendable {
    /// Send what stands behind `after`; nothing has to go.
    case diff(after: Zxid)
    /// The learner's tail behind `after` was never committed: it goes, then what stands behind it here is
    /// sent.
    case truncate(after: Zxid)
    case snapshot
}

extension History {
    /// - Parameters:
    ///   - peer: The end of the learner's log.
    ///   - end: The end of what it is to be brought to: all that is committed, and for a leader whose epoch
    ///     has not opened yet, all of its log.
    func plan(for peer: Zxid, to end: Zxid) -> SyncPlan {
        switch shortestPlan(for: peer, to: end) {
        case .diff(let common) where isOverlong(after: common),
            .truncate(let common) where isOverlong(after: common):
            .snapshot
        case let plan: plan
        }
    }

    /// Whether the tree must be sent, which holds what is committed, since what is behind `zxid` cannot be.
    private func isOverlong(after zxid: Zxid) -> Bool { zxid < lastOverlong && lastOverlong <= committed }

    private func shortestPlan(for peer: Zxid, to end: Zxid) -> SyncPlan {
        if peer == end { return .diff(after: end) }
        // An empty learner's zero is no position in an epoch: only a history that begins at the beginning
        // serves.
        if peer == .zero { return floor == .zero ? .diff(after: .zero) : .snapshot }
        if peer > end {
            // Nothing was committed there, or its author would lead; a counter of 0 is no entry to cut at.
            return peer.counter == 0 ? .snapshot : .truncate(after: end)
        }
        guard let common = last(through: peer) else { return .snapshot }
        if common == peer || peer.counter == 0 { return .diff(after: common) }
        return common.epoch == peer.epoch ? .truncate(after: common) : .snapshot
    }
}
