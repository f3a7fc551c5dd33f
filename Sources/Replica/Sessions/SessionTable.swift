package import Vocabulary
internal import Zab

/// The sessions of all clients, and when each runs out unless its client is heard from.
///
/// Deadlines are rounded up to a tick, so that a session lives at least as long as was negotiated and at most
/// a tick longer. A touch only moves the deadline; the session is looked at again when its old tick comes.
package struct SessionTable {
    package struct Session {
        package var timeoutMs: Int32
        /// The connection that speaks for it, if its client is connected here.
        package var connection: ConnectionID?
        /// Its end is decided but not yet applied; nothing more is done for it.
        package var isClosing = false
        /// The server that speaks for it, where that is known: whoever else asks has not noticed that its
        /// client has moved. Known to the leader only.
        var holder: Holder?
        /// Its creation is in the history that is applied here. A snapshot holds no other: one whose creation
        /// is under way may never come to be.
        package fileprivate(set) var isCommitted = false
        /// Its server has noted that the leader must be told of it.
        var isReported = false
        /// Monotonic milliseconds, a multiple of the tick.
        package fileprivate(set) var deadlineMs: Int64 = 0
    }

    /// A learner keeps its sessions when it dials its leader again: its clients are connected as before.
    enum Holder: Equatable {
        case leader
        case learner(PeerID)
    }

    private let tickMs: Int64
    private var sessions: [SessionID: Session] = [:]
    /// Which sessions to look at when; each session is under exactly one tick.
    private var ticks: [Int64: [SessionID]] = [:]
    private var nextTickMs: Int64?
    private var lastID: Int64

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
            sessions[id] = Session(timeoutMs: timeoutMs)
            let deadline = deadline(timeoutMs, after: now)
            sessions[id]?.deadlineMs = deadline
            schedule(id, at: deadline)
        } else {
            sessions[id]?.timeoutMs = timeoutMs
            touch(id, at: now)
        }
        if isCommitted { sessions[id]?.isCommitted = true }
    }

    mutating func removeAll() {
        sessions = [:]
        ticks = [:]
        nextTickMs = nil
    }

    package mutating func remove(_ id: SessionID) {
        sessions[id] = nil
    }

    /// The client was heard from.
    ///
    /// - Returns: Whether the session lives; for one that is closing nothing more is done.
    @discardableResult
    package mutating func touch(_ id: SessionID, at now: Instant) -> Bool {
        guard let index = sessions.index(forKey: id) else { return false }
        guard !sessions.values[index].isClosing else { return false }
        sessions.values[index].deadlineMs = deadline(sessions.values[index].timeoutMs, after: now)
        return true
    }

    /// A client takes up its session at a server.
    ///
    /// - Returns: Whether the session lives.
    mutating func claim(_ id: SessionID, timeoutMs: Int32, by holder: Holder, at now: Instant) -> Bool {
        guard let session = sessions[id], !session.isClosing else { return false }
        sessions[id]?.timeoutMs = timeoutMs
        sessions[id]?.holder = holder
        return touch(id, at: now)
    }

    /// Whether `holder` may speak for the session; the first one that does may from then on.
    mutating func isHeld(_ id: SessionID, by holder: Holder) -> Bool {
        hold(id, by: holder)
        return sessions[id]?.holder == holder
    }

    /// The session's client was heard from by way of `holder`, who speaks for it unless another is known to.
    mutating func hold(_ id: SessionID, by holder: Holder) {
        guard let index = sessions.index(forKey: id), sessions.values[index].holder == nil else { return }
        sessions.values[index].holder = holder
    }

    /// What only a leader knows is no longer so: who holds a session, and which ends were decided and perhaps
    /// lost.
    mutating func forgetLeadership() {
        for index in sessions.values.indices {
            sessions.values[index].holder = nil
            sessions.values[index].isClosing = false
        }
    }

    /// Gives every session its full time, as a new leader or a restarted node does.
    package mutating func touchAll(at now: Instant) {
        ticks = [:]
        nextTickMs = nil
        for id in ids {
            touch(id, at: now)
            if let session = sessions[id] { schedule(id, at: session.deadlineMs) }
        }
    }

    /// Sessions that ran out by `now` and are not closing yet, in order of their numbers within a tick.
    package mutating func expired(at now: Instant) -> [SessionID] {
        var result: [SessionID] = []
        while let tick = nextTickMs, tick <= now.monotonicMs {
            for id in (ticks.removeValue(forKey: tick) ?? []).sorted() {
                guard let session = sessions[id], !session.isClosing else { continue }
                if session.deadlineMs <= now.monotonicMs {
                    result.append(id)
                } else {
                    schedule(id, at: session.deadlineMs)
                }
            }
            nextTickMs = ticks.keys.min()
        }
        return result
    }

    private func deadline(_ timeoutMs: Int32, after now: Instant) -> Int64 {
        ((now.monotonicMs + Int64(timeoutMs)) / tickMs + 1) * tickMs
    }

    private mutating func schedule(_ id: SessionID, at tick: Int64) {
        ticks[tick, default: []].append(id)
        nextTickMs = min(nextTickMs ?? tick, tick)
    }
}
