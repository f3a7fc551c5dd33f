internal import Vocabulary
internal import Zab

/// The service that this node does for the ensemble, and since when.
struct Service {
    /// nil while there is no leader.
    private(set) var servingRole: ServingRole?
    /// The role that begins once the leader has answered a sync: it may have been given requests of this node
    /// before, and they are in its history then.
    private(set) var next: ServingRole?
    /// Since when it has its role, in monotonic milliseconds.
    private(set) var sinceMs: Int64 = 0
    /// Since when there is no leader, in monotonic milliseconds; of no meaning while there is one.
    private(set) var leaderlessSinceMs: Int64
    /// Since when a leader is looked for, in monotonic milliseconds; nil once there is one.
    private(set) var lookingSinceMs: Int64?
    private(set) var lookingCount: Int64 = 0
    /// Milliseconds that each election took.
    private(set) var electionTimes = Summary()
    /// Milliseconds that it served nobody, each time.
    private(set) var unavailableTimes = Summary()
    /// The same where it led then.
    private(set) var leaderUnavailableTimes = Summary()

    /// How long it may know that sessions live which others may end.
    var contact: Contact

    init(_ contact: Contact, at now: Instant) {
        self.contact = contact
        self.leaderlessSinceMs = now.monotonicMs
    }

    /// The role begins later.
    mutating func schedule(_ servingRole: ServingRole) { next = servingRole }

    mutating func begin(_ servingRole: ServingRole, at now: Instant) {
        if self.servingRole == nil { recordUnavailable(until: now, servingRole) }
        self.servingRole = servingRole
        next = nil
        sinceMs = now.monotonicMs
        contact.begin(at: now)
    }

    mutating func recordLooking(_ isLooking: Bool, at now: Instant) {
        if let since = lookingSinceMs {
            if !isLooking { electionTimes.add(now.monotonicMs - since) }
        } else if isLooking {
            lookingCount += 1
        }
        lookingSinceMs = isLooking ? lookingSinceMs ?? now.monotonicMs : nil
    }

    private mutating func recordUnavailable(until now: Instant, _ next: ServingRole) {
        let tookMs = now.monotonicMs - leaderlessSinceMs
        unavailableTimes.add(tookMs)
        if case .lead = next { leaderUnavailableTimes.add(tookMs) }
    }

    /// There is no leader any more, or the one that there was to be.
    mutating func end(at now: Instant) {
        let wasLead = if case .lead = servingRole { true } else { false }
        contact.end(wasLead: wasLead)
        if servingRole != nil { leaderlessSinceMs = now.monotonicMs }
        servingRole = nil
        next = nil
    }
}
