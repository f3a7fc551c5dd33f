internal import DequeModule

/// Until when no other client can have what this session holds, because the session cannot have expired.
///
/// A touch is a request that was answered: its server will have told the leader of it. A proof is a write
/// that was: a quorum has committed it, so the leader was none that is deposed. The lease counts from the
/// sending of the newest touch that went out a third of the time-out before the newest proof did; by then
/// the touch had reached the leader that committed the proof.
package struct LeaseClock: Equatable, Sendable {
    private var timeout = Duration.zero
    private var touches: Deque<Duration> = []
    private var base: Duration?
    /// When the session was asked for again, until a write says what that was worth.
    private var resumed: Duration?

    package init() {}

    /// When the lease ends; nil without a session.
    package var safeUntil: Duration? {
        guard let base else { return nil }
        return base + timeout - max(timeout / 100, .milliseconds(20))
    }

    /// The session was made by a request sent at `sent`, which a quorum has committed; or it was taken up
    /// again: then its leader was asked, who may be deposed, and it counts once a write behind it is done.
    mutating func connected(sent: Duration, timeout: Duration, isNew: Bool = true) {
        self.timeout = timeout
        touches = [sent]
        resumed = isNew ? nil : sent
        if isNew { base = max(sent, base ?? sent) }
    }

    mutating func sessionLost() {
        touches.removeAll()
        resumed = nil
        base = nil
    }

    /// A request sent at `sent` was answered.
    mutating func touched(sent: Duration) {
        // Fewer touches only make the lease shorter: no two within a sixteenth of the time-out are kept.
        if let last = touches.last, sent - last < timeout / 16 { return }
        if touches.count == LeaseClock.touchesMax { touches.removeFirst() }
        touches.append(sent)
    }

    /// A write sent at `sent` was answered, and had been done.
    mutating func proved(sent: Duration) {
        guard let held = base else { return }
        if let resumed { base = max(resumed, held) }
        resumed = nil
        while let first = touches.first, first <= sent - timeout / 3 {
            base = max(first, base ?? held)
            touches.removeFirst()
        }
    }

    private static let touchesMax = 64
}
