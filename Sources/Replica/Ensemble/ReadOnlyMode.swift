internal import Vocabulary
internal import Zab

/// Read-only mode (`readonlymode.enabled`, client protocol 2.9): whether it is on, and its sessions.
struct ReadOnlyMode {
    /// The change that a look at the election brings.
    enum Change {
        case begins(afterMs: Int64)
        case ends
    }

    /// Longer than members that can reach one another take to elect.
    private let graceMs: Int64
    /// Since when this server looks for a leader, in monotonic milliseconds; nil while it does not.
    private var lookingSinceMs: Int64?
    /// Reads are answered though there is no leader.
    private(set) var isOn = false
    /// Of this server alone: the ensemble knows nothing of them.
    var sessions: SessionTable

    init(tickMs: Int64, server: PeerID, at now: Instant) {
        self.graceMs = max(2000, tickMs)
        self.sessions = SessionTable(tickMs: tickMs, server: server, wallMs: now.wallMs)
    }

    /// Begins when this server has looked for a leader long enough, and ends as soon as one is elected.
    mutating func review(isLooking: Bool, at now: Instant) -> Change? {
        guard isLooking else {
            lookingSinceMs = nil
            guard isOn else { return nil }
            isOn = false
            return .ends
        }
        let since = lookingSinceMs ?? now.monotonicMs
        lookingSinceMs = since
        guard !isOn, now.monotonicMs - since >= graceMs else { return nil }
        isOn = true
        return .begins(afterMs: now.monotonicMs - since)
    }
}
