package import Vocabulary
internal import Zab

/// The sessions of all clients, and when each runs out unless its client is heard from.
///
/// Deadlines are rounded up to a tick, so that a session lives at least as long as was negotiated and at most
/// a tick longer. A touch only moves the deadline; the session is looked at again when its old tick comes.
/// Nothing here walks all sessions: what happens to all of them at once is noted once, and found by each when
/// its turn comes.
package struct SessionTable: Sendable {
    package struct Session: Sendable {
        package var timeoutMs: Int32
        /// The connection that speaks for it, if its client is connected here.
        package var connection: ConnectionID?
        /// The session's creation is in the history that is applied here. A snapshot holds no other session:
        /// one whose creation is under way may never come to be.
        package fileprivate(set) var isCommitted = false
        /// The session is in `heard`.
        fileprivate var isHeard = false
        /// When its client was last heard of, and its timeout, said. Monotonic milliseconds, a multiple of
        /// the tick.
        fileprivate var deadlineMs: Int64 = 0
        /// The tick that it is under. Under any other tick, its number is that of a session that was removed.
        fileprivate var scheduledMs: Int64 = 0
        /// When a leader was told that its client lives: last, and when it is known to have heard that.
        /// Monotonic milliseconds.
        fileprivate var reportedMs: Int64 = .min / 2
        fileprivate var knownMs: Int64 = .min / 2
        fileprivate var view = LeaderView()

        /// One report at a time is followed until it is known to have arrived.
        fileprivate mutating func report(at nowMs: Int64, confirmedMs: Int64) {
            guard reportedMs <= confirmedMs || reportedMs == knownMs else { return }
            knownMs = reportedMs
            reportedMs = nowMs
        }
    }

    /// A leader's own view of a session. It ends with the reign in which it was noted.
    fileprivate struct LeaderView {
        var reign: UInt32 = 0
        /// The server that speaks for it, where that is known: whoever else asks has not noticed that its
        /// client has moved.
        var holder: Holder?
        /// The session's end is decided but not yet applied; nothing more is done for it.
        var isClosing = false
    }

    /// A learner keeps its sessions when it dials its leader again: its clients are connected as before.
    enum Holder: Equatable, Sendable {
        case leader
        case learner(PeerID)
    }

    private let tickMs: Int64
    private var sessions: [SessionID: Session] = [:]
    /// Which sessions to look at when; each session is under one tick, or `due`.
    private var ticks: [Int64: [SessionID]] = [:]
    /// No session is under an earlier one.
    private var nextTickMs: Int64?
    /// Sessions of a tick that has come, which tick that is, and how many of them were looked at.
    private var due: [SessionID] = []
    private var dueMs: Int64 = 0
    private var dueTaken = 0
    private var reign: UInt32 = 0
    /// Servers that have asked this leader for sessions which are not made yet.
    private var creators: [SessionID: Holder] = [:]
    /// Sessions heard from since the leader last asked.
    private var heard: [SessionID] = []
    /// When all of them were given their full time.
    private var allTouchedMs: Int64 = .min
    private var lastID: Int64
    /// Sessions looked at so far because their tick had come.
    package private(set) var visited = 0

    /// - Parameters:
    ///   - server: The top byte of the numbers given here.
    ///   - wallMs: Makes the numbers of one run differ from those of the last.
    package init(tickMs: Int64, server: PeerID, wallMs: Int64) {
        self.tickMs = tickMs
        let clock = Int64(bitPattern: (UInt64(bitPattern: wallMs) << 24) >> 8)
        self.lastID = clock | (server.rawValue << 56)
    }

    package var count: Int { sessions.count }
    package var ids: [SessionID] { sessions.keys.sorted() }

    package subscript(id: SessionID) -> Session? {
        get { sessions[id] }
        _modify { yield &sessions[id] }
    }

    /// A number that no known session has.
    package mutating func makeID() -> SessionID {
        while true {
            let id = SessionID(rawValue: lastID)
            lastID &+= 1
            if sessions[id] == nil, id.rawValue != 0, id.rawValue != Int64.min { return id }
        }
    }

    /// Adds a session, or gives a known one its time anew.
    package mutating func add(_ id: SessionID, timeoutMs: Int32, isCommitted: Bool, at now: Instant) {
        if sessions[id] == nil {
            var session = Session(timeoutMs: timeoutMs)
            session.deadlineMs = deadline(timeoutMs, after: now.monotonicMs)
            sessions[id] = session
            schedule(id, at: session.deadlineMs)
        } else {
            sessions[id]?.timeoutMs = timeoutMs
            touch(id, at: now)
        }
        if isCommitted { sessions[id]?.isCommitted = true }
    }

    /// Adds a session that a transaction has made. Whoever asked this leader for it speaks for it.
    mutating func create(_ id: SessionID, timeoutMs: Int32, at now: Instant) {
        add(id, timeoutMs: timeoutMs, isCommitted: true, at: now)
        if let creator = creators.removeValue(forKey: id) { setHolder(creator, of: id) }
    }

    mutating func removeAll() {
        sessions = [:]
        ticks = [:]
        nextTickMs = nil
        due = []
        dueTaken = 0
    }

    package mutating func remove(_ id: SessionID) {
        sessions[id] = nil
    }

    /// The connection is gone: its session is nobody's here, unless another one speaks for it by now.
    mutating func forget(_ connection: Connection) {
        if sessions[connection.session]?.connection == connection.id {
            sessions[connection.session]?.connection = nil
        }
    }

    /// When it ends unless its client is heard of, in monotonic milliseconds; nil for an unknown one.
    package func deadlineMs(of id: SessionID) -> Int64? { sessions[id].map { deadline(of: $0) } }

    /// The client was heard from.
    ///
    /// - Returns: Whether the session lives; for one that is closing nothing more is done.
    @discardableResult
    package mutating func touch(_ id: SessionID, at now: Instant) -> Bool {
        guard let index = sessions.index(forKey: id), !isClosing(sessions.values[index]) else { return false }
        sessions.values[index].deadlineMs = deadline(sessions.values[index].timeoutMs, after: now.monotonicMs)
        return true
    }

    // MARK: What a learner tells its leader

    /// A client was heard from: the leader is told at its next ping.
    mutating func recordHeard(_ id: SessionID) {
        guard let index = sessions.index(forKey: id), !sessions.values[index].isHeard else { return }
        sessions.values[index].isHeard = true
        heard.append(id)
    }

    /// Sessions heard from since the leader last asked, which it is told now.
    ///
    /// - Parameter confirmedMs: Until when all that it was told has arrived.
    mutating func takeHeard(
        at now: Instant, confirmedMs: Int64
    ) -> [(session: SessionID, timeoutMs: Int32)] {
        var taken: [(session: SessionID, timeoutMs: Int32)] = []
        taken.reserveCapacity(heard.count)
        for id in heard {
            guard let index = sessions.index(forKey: id) else { continue }
            sessions.values[index].report(at: now.monotonicMs, confirmedMs: confirmedMs)
            taken.append((id, sessions.values[index].timeoutMs))
        }
        forgetHeard()
        return taken
    }

    /// A leader knew of the session when it was asked about it, at `ms` or later.
    mutating func recordKnown(_ id: SessionID, atMs ms: Int64) {
        sessions[id]?.reportedMs = ms
        sessions[id]?.knownMs = ms
    }

    /// The leader is lost: what has not arrived never will.
    mutating func forgetReport(of id: SessionID, confirmedMs: Int64) {
        recordKnown(id, atMs: knownMs(of: id, confirmedMs: confirmedMs))
    }

    /// When a learner last told a leader, which heard it, that the session lives.
    func knownMs(of id: SessionID, confirmedMs: Int64) -> Int64 {
        guard let session = sessions[id] else { return .min / 2 }
        return session.reportedMs <= confirmedMs ? session.reportedMs : session.knownMs
    }

    /// Sessions heard from before there was a leader are no news to it.
    mutating func forgetHeard() {
        for id in heard { sessions[id]?.isHeard = false }
        heard.removeAll(keepingCapacity: true)
    }

    // MARK: What only a leader knows

    /// The session's end is decided.
    package mutating func beginClosing(_ id: SessionID) {
        withLeaderView(of: id) { $0.isClosing = true }
    }

    /// A server has asked for a session, and will speak for it. Others may say earlier that they have heard
    /// of it: one of Apache's learners does at its next ping, of every session whose creation it applies.
    mutating func recordCreator(_ holder: Holder, of id: SessionID) { creators[id] = holder }

    /// `holder` speaks for it from now on.
    mutating func setHolder(_ holder: Holder, of id: SessionID) {
        withLeaderView(of: id) { $0.holder = holder }
    }

    /// A client takes up its session at a server.
    ///
    /// - Returns: Whether the session lives.
    mutating func reopen(_ id: SessionID, timeoutMs: Int32, by holder: Holder, at now: Instant) -> Bool {
        guard let session = sessions[id], !isClosing(session) else { return false }
        sessions[id]?.timeoutMs = timeoutMs
        setHolder(holder, of: id)
        return touch(id, at: now)
    }

    /// Whether `holder` may speak for the session; the first one that does may from then on.
    mutating func isHeld(_ id: SessionID, by holder: Holder) -> Bool {
        recordHolder(holder, of: id)
        guard let session = sessions[id], session.view.reign == reign else { return false }
        return session.view.holder == holder
    }

    /// The session's client was heard from by way of `holder`, who speaks for it unless another is known to.
    mutating func recordHolder(_ holder: Holder, of id: SessionID) {
        withLeaderView(of: id) { if $0.holder == nil { $0.holder = holder } }
    }

    /// A leader's own knowledge holds no longer: who holds a session, and which ends were decided and perhaps
    /// lost.
    package mutating func forgetLeadership() {
        reign &+= 1
        creators.removeAll()
    }

    private func isClosing(_ session: Session) -> Bool {
        session.view.isClosing && session.view.reign == reign
    }

    private mutating func withLeaderView(of id: SessionID, _ change: (inout LeaderView) -> Void) {
        guard let index = sessions.index(forKey: id) else { return }
        if sessions.values[index].view.reign != reign {
            sessions.values[index].view = LeaderView(reign: reign)
        }
        change(&sessions.values[index].view)
    }

    // MARK: Running out

    /// Gives every session its full time, as a new leader or a restarted node does.
    package mutating func touchAll(at now: Instant) { allTouchedMs = now.monotonicMs }

    /// Goes on looking at the sessions whose tick has come, up to one that has run out and is not closing.
    ///
    /// A session that has run out is looked at again after its timeout: its end may be lost with the leader
    /// that decided it.
    ///
    /// - Parameter visits: How many may be looked at; counted down.
    /// - Returns: nil when there is none, or no more may be looked at.
    package mutating func takeExpired(at now: Instant, visits: inout Int) -> SessionID? {
        while visits > 0, hasDue(at: now) {
            visits -= 1
            visited += 1
            let id = due[dueTaken]
            dueTaken += 1
            guard let session = sessions[id], session.scheduledMs == dueMs else { continue }
            let deadline = deadline(of: session)
            let hasRunOut = deadline <= now.monotonicMs
            schedule(id, at: hasRunOut ? self.deadline(session.timeoutMs, after: now.monotonicMs) : deadline)
            if hasRunOut, !isClosing(session) { return id }
        }
        return nil
    }

    /// Whether there are sessions to be looked at.
    package mutating func hasDue(at now: Instant) -> Bool {
        while dueTaken == due.count {
            guard let tick = nextTickMs, tick <= now.monotonicMs, !ticks.isEmpty else { return false }
            due = ticks.removeValue(forKey: tick) ?? []
            dueMs = tick
            dueTaken = 0
            nextTickMs = tick + tickMs
        }
        return true
    }

    private func deadline(of session: Session) -> Int64 {
        guard allTouchedMs > .min else { return session.deadlineMs }
        return max(session.deadlineMs, deadline(session.timeoutMs, after: allTouchedMs))
    }

    private func deadline(_ timeoutMs: Int32, after nowMs: Int64) -> Int64 {
        ((nowMs + Int64(timeoutMs)) / tickMs + 1) * tickMs
    }

    private mutating func schedule(_ id: SessionID, at tick: Int64) {
        sessions[id]?.scheduledMs = tick
        ticks[tick, default: []].append(id)
        nextTickMs = min(nextTickMs ?? tick, tick)
    }
}
