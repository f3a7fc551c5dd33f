internal import Vocabulary

/// How a peer gives up the part it plays, and what it remembers of that.
extension Peer {
    /// Leaves the part it plays, keeps what the disk was ordered to do, and looks again.
    mutating func abandon(_ why: Abandonment, at nowMs: Int64) {
        disk.withdrawPromises()
        switch role {
        case .resting, .looking: return
        case .following: act(.unfollow)
        case .leading(let leading):
            act(.acceptLearners(false))
            for learner in leading.learners { act(.drop(learner.link, why.reason)) }
        }
        if why.isFailure { noteFailure(at: nowMs) }
        pause(after: role, because: why, at: nowMs)
        role = .resting
        vote = Vote(leader: me, zxid: standing.lastLogged, epoch: standing.currentEpoch)
        act(.standBy(why.reason))
    }

    /// The leader that is given up, this server where it led, is not the first to be tried again.
    private mutating func noteFailure(at nowMs: Int64) {
        guard membership.isVoter(me) else { return }
        let leader: PeerID
        switch role {
        case .resting, .looking: return
        case .following(let following): leader = following.leader
        case .leading: leader = me
        }
        failedLeaders.note(leader, untilMs: nowMs + patience.failureMs, quorum: membership.quorum)
    }

    /// Who served for a while, or failed for once, looks again at once; who fails again and again does so
    /// ever more slowly, though it may have served for a moment each time, and with long pauses for what
    /// only its operator can mend.
    private mutating func pause(after role: Role, because why: Abandonment, at nowMs: Int64) {
        let sinceMs: Int64? =
            switch role {
            case .resting, .looking: nil
            case .following(let following): following.servingSinceMs
            case .leading(let leading): leading.servingSinceMs
            }
        let hasServed = sinceMs.map { nowMs - $0 >= patience.tickMs / 8 } ?? false
        failures = hasServed ? 0 : failures + 1
        isRestLong = why.isLasting
        if why.isLasting {
            restsUntilMs = nowMs + min(Peer.longRestMsMax, 500 << Int64(min(failures, 10)))
            return
        }
        restsUntilMs = failures < 2 ? nowMs : nowMs + min(1000, 5 << Int64(min(failures, 10)))
    }
}
