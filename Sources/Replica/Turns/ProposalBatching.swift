package import Vocabulary

/// When a leader passes on what it has proposed, to its own disk and to the others.
///
/// At once while nothing is under way. Else together, once everything under way is committed: every server
/// then syncs its log once for what came meanwhile, all of them at the same time, where each would have
/// synced once for the first of it and once for the rest (Nagle's rule, RFC 896, with commits for
/// acknowledgements).
///
/// A client that is answered by that commit often has the next request ready in a moment. So there is a pause
/// after it, until as many have come as were answered, or as much time has passed as the commit took. Where
/// few come in it, the next commits are not followed by one.
///
/// A value: whoever owns it tells it what is proposed, what is committed, and the time.
package struct ProposalBatching: Sendable {
    /// So many are worth a sync of their own.
    package static let proposalsMax = 64
    /// Nanoseconds that anything waits, at most: about as long as a disk takes to sync.
    package static let waitMaxNs: Int64 = 2_000_000
    /// Commits without a pause, at most, after one in which few came.
    static let pauselessMax = 32

    private var passedOn = Zxid.zero
    private var passedOnNs: Int64 = 0
    /// How many were passed on together.
    private var batch = 0
    /// The one behind their commit; nil before that, and where none follows.
    private var pause: Pause?
    /// So many commits are not followed by a pause, and how many there were the last time.
    private var pauselessLeft = 0
    private var pauseless = 0

    private struct Pause {
        let endNs: Int64
        /// Gathered when it began, and answered then.
        let gathered: Int
        let answered: Int
    }

    package init() {}

    /// By when what was proposed is to be passed on, in nanoseconds like `nowNs`; nil when that is now.
    ///
    /// To be asked whenever something was proposed or committed.
    ///
    /// - Parameters:
    ///   - proposed: The last place that this leader has given.
    ///   - committed: The end of what is committed.
    ///   - nowNs: Monotonic.
    package mutating func deadline(proposed: Zxid, committed: Zxid, nowNs: Int64) -> Int64? {
        // The place before an epoch's first proposal is never committed, and nothing is under way there.
        guard proposed.epoch == passedOn.epoch, passedOn.counter > 0 else { return nil }
        let gathered = Int(proposed.counter) - Int(passedOn.counter)
        guard gathered < ProposalBatching.proposalsMax else { return nil }
        var end = passedOnNs + ProposalBatching.waitMaxNs
        if committed >= passedOn {
            guard let pause = pause ?? begin(with: gathered, nowNs: nowNs) else { return nil }
            guard gathered < pause.gathered + pause.answered else { return nil }
            end = pause.endNs
        }
        return nowNs < end ? end : nil
    }

    /// Everything up to `proposed` is on its way.
    package mutating func passOn(proposed: Zxid, nowNs: Int64) {
        let count = Int(proposed.counter) - (proposed.epoch == passedOn.epoch ? Int(passedOn.counter) : 0)
        guard count > 0 || proposed.epoch != passedOn.epoch else { return }
        if let pause {
            learn(from: pause, gathered: count)
        } else {
            pauselessLeft = max(0, pauselessLeft - 1)
        }
        passedOn = proposed
        passedOnNs = nowNs
        batch = count
        pause = nil
    }

    /// Everything passed on is committed: the pause after it, if there is one.
    private mutating func begin(with gathered: Int, nowNs: Int64) -> Pause? {
        guard pauselessLeft == 0 else { return nil }
        let tookNs = min(nowNs - passedOnNs, ProposalBatching.waitMaxNs)
        pause = Pause(endNs: nowNs + tookNs, gathered: gathered, answered: batch)
        return pause
    }

    private mutating func learn(from pause: Pause, gathered: Int) {
        if (gathered - pause.gathered) * 2 >= pause.answered {
            pauseless = 0
        } else {
            pauseless = min(max(1, pauseless * 2), ProposalBatching.pauselessMax)
            pauselessLeft = pauseless
        }
    }
}
