internal import Vocabulary

/// How a server gives up a role, and what it remembers of that.
extension ServerState {
    /// Keeps what the disk was given to do, votes for itself again, and rests.
    ///
    /// - Parameters:
    ///   - leader: The leader that is given up; this server where it led.
    ///   - servingSinceMs: Since when the role served in a running epoch; nil where it never did.
    mutating func rest(
        after leader: PeerID, servingSinceMs: Int64?, because why: StepDown, at nowMs: Int64
    ) -> Resting {
        disk.withdrawAcknowledgements()
        if why.isFailure { recordFailure(of: leader, at: nowMs) }
        let hasServed = servingSinceMs.map { nowMs - $0 >= timeouts.tickMs / 8 } ?? false
        failures = hasServed ? 0 : failures + 1
        vote = Vote(leader: me, zxid: persistent.lastLogged, epoch: persistent.currentEpoch)
        emit(.standBy(why.reason))
        return Resting(after: failures, isLasting: why.isLasting, at: nowMs)
    }

    /// The leader that is given up is not the first to be tried again.
    private mutating func recordFailure(of leader: PeerID, at nowMs: Int64) {
        guard membership.isVoter(me) else { return }
        failedLeaders.record(leader, untilMs: nowMs + timeouts.failureMs, quorum: membership.quorum)
    }
}
