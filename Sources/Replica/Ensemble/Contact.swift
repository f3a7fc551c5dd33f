internal import Vocabulary

/// How long this node may know that its clients' sessions live. Their ends are decided by a leader, which it
/// may have lost without knowing, or which it may have been until others chose another.
///
/// A session lives for its timeout from when a leader heard of it. So long a member answers its client, and
/// no longer: another client may have the lock by then that this one believes it holds.
struct Contact {
    /// The part of their time after which clients are closed, to know in time: as late as a client itself
    /// waits for an answer, in Apache's library as in others.
    static let warning = (parts: Int64(2), of: Int64(3))

    /// Whether others decide, and clients are to be told.
    let matters: Bool
    private let tickMs: Int64
    /// A leader: when last it knew that a quorum followed. A learner: its leader's last ping.
    private(set) var heardMs: Int64
    /// The time until which all that a learner told its leader has arrived there.
    private(set) var confirmedMs: Int64
    /// When the question was asked whose answer is awaited.
    private var askedMs: Int64?
    /// Something was reported behind that question.
    private var owesQuestion = false
    /// Every session that is spoken for here lived then, whatever is noted of each.
    private(set) var floorMs: Int64
    private var reviewMs: Int64

    init(matters: Bool, tickMs: Int64, at now: Instant) {
        self.matters = matters
        self.tickMs = tickMs
        self.heardMs = now.monotonicMs
        self.confirmedMs = now.monotonicMs
        self.floorMs = now.monotonicMs
        self.reviewMs = now.monotonicMs
    }

    /// A quorum follows this leader.
    mutating func hearQuorum(atMs: Int64) { heardMs = max(heardMs, atMs) }

    /// The leader pings.
    mutating func hearPing(at now: Instant) { heardMs = now.monotonicMs }

    /// Something was reported to the leader.
    ///
    /// - Returns: Whether to ask it something behind that: the answer shows that the report has arrived. A
    ///   ping does not, which may have been on its way for long.
    mutating func asks(at now: Instant) -> Bool {
        guard askedMs == nil else {
            owesQuestion = true
            return false
        }
        askedMs = now.monotonicMs
        return true
    }

    /// The leader has answered.
    ///
    /// - Returns: Whether to ask again.
    mutating func hearAnswer(at now: Instant) -> Bool {
        guard let askedMs else { return false }
        confirmedMs = askedMs
        self.askedMs = owesQuestion ? now.monotonicMs : nil
        defer { owesQuestion = false }
        return owesQuestion
    }

    /// A role begins: there is a quorum, or the leader has answered what it was asked behind the last report.
    mutating func begin(at now: Instant) {
        heardMs = now.monotonicMs
        confirmedMs = now.monotonicMs
    }

    /// A role ends: what was asked is not answered any more.
    ///
    /// - Parameter wasLead: Whether this node led.
    mutating func end(wasLead: Bool) {
        if wasLead { floorMs = heardMs }
        askedMs = nil
        owesQuestion = false
    }

    /// Whether a leader pings in vain: it does so each half of a tick.
    func isSilent(at now: Instant) -> Bool { now.monotonicMs - heardMs > tickMs * 3 / 4 }

    /// Whether clients are to be looked through: some times in a tick.
    mutating func isReviewDue(at now: Instant) -> Bool {
        guard matters, isSilent(at: now), now.monotonicMs >= reviewMs else { return false }
        reviewMs = now.monotonicMs + tickMs / 32
        return true
    }

    /// Whether a session may have ended elsewhere that lived at `knownMs`.
    func mayHaveEnded(_ timeoutMs: Int32, knownMs: Int64, at now: Instant) -> Bool {
        now.monotonicMs - max(knownMs, floorMs) >= Int64(timeoutMs)
    }

    /// Whether its client is to be told now.
    func isToBeTold(_ timeoutMs: Int32, knownMs: Int64, at now: Instant) -> Bool {
        (now.monotonicMs - max(knownMs, floorMs)) * Contact.warning.of
            >= Int64(timeoutMs) * Contact.warning.parts
    }
}
