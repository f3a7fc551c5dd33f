internal import Vocabulary
internal import Zab

/// What this node does for the ensemble, and since when.
struct Service {
    /// nil while there is no leader.
    private(set) var duty: Duty?
    /// What it will do once the leader has said where requests of this node stand that it may have been given
    /// before.
    private(set) var next: Duty?
    /// Since when it has its duty, in monotonic milliseconds.
    private(set) var sinceMs: Int64 = 0
    /// Since when there is no leader, in monotonic milliseconds; of no meaning while there is one.
    private(set) var leaderlessSinceMs: Int64

    init(at now: Instant) {
        self.leaderlessSinceMs = now.monotonicMs
    }

    mutating func prepare(_ duty: Duty) { next = duty }

    mutating func begin(_ duty: Duty, at now: Instant) {
        self.duty = duty
        next = nil
        sinceMs = now.monotonicMs
    }

    /// There is no leader any more, or the one that there was to be.
    mutating func end(at now: Instant) {
        if duty != nil { leaderlessSinceMs = now.monotonicMs }
        duty = nil
        next = nil
    }
}
