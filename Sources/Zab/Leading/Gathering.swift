package import Vocabulary

/// When a leader passes on what it has proposed, to its own disk and to the others: at once while nothing is
/// under way, else together, with the next commit.
///
/// Every server then syncs its log once for what came meanwhile, all of them at the same time, where each
/// would have synced once for the first of it and once for the rest. That is Nagle's rule (RFC 896) with
/// commits for acknowledgements. Who passes on has a clock too: what is slow to commit holds up nothing for
/// long.
package struct Gathering: Sendable {
    /// So many are worth a sync of their own.
    package static let proposalsMax = 64

    private var passedOn = Zxid.zero
    private var committed = Zxid.zero

    package init() {}

    /// - Parameters:
    ///   - proposed: The last place that this leader has given.
    ///   - committed: The end of what is committed.
    /// - Returns: Whether what was proposed may wait; never when a commit is to be told.
    package func mayWait(proposed: Zxid, committed: Zxid) -> Bool {
        // The place before an epoch's first proposal is never committed, and nothing is under way there.
        let isUnderWay = passedOn > committed && passedOn.counter > 0
        guard isUnderWay, committed == self.committed, proposed.epoch == passedOn.epoch else { return false }
        return Int(proposed.counter) - Int(passedOn.counter) < Gathering.proposalsMax
    }

    /// Everything up to `proposed` is on its way.
    package mutating func passOn(proposed: Zxid, committed: Zxid) {
        passedOn = proposed
        self.committed = committed
    }
}
