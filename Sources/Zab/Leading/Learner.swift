internal import Vocabulary

/// One connection of a learner, as its leader sees it: what it has said, what it was sent, what it owes.
///
/// Always: `phase` takes one step after the other, in the order of the cases. `sent` never goes back.
/// `owed.through <= sent`, and nothing is owed by an observer, or before `serving`.
struct Learner {
    enum Phase: Equatable {
        /// FOLLOWERINFO or OBSERVERINFO comes first.
        case connected
        /// Waits for the epoch to be chosen, or for the leader's disk.
        case introduced
        /// LEADERINFO is sent, ACKEPOCH comes next.
        case informed
        /// ACKEPOCH came; the history is sent once the epoch is this leader's.
        case promised
        /// The history up to `sent` and NEWLEADER are sent.
        case synchronizing
        /// NEWLEADER is acknowledged; UPTODATE is sent once a quorum has.
        case ready
        case serving
    }

    let link: LinkID
    private(set) var phase = Phase.connected
    /// Known from `introduced` on.
    private(set) var peer = PeerID(rawValue: -1)
    /// The learner's acknowledgements count.
    private(set) var isVoter = false
    /// Hears what is committed, not what is proposed. Never a voter.
    private(set) var isObserver = false
    /// The end of its log. Known from `promised` on.
    private(set) var lastLogged = Zxid.zero
    /// The end of what was sent of the history, then of what was proposed or, to an observer, committed.
    private(set) var sent = Zxid.zero
    /// The end of what it has acknowledged of this reign's proposals.
    private(set) var acknowledged = Zxid.zero
    /// The end of what was sent when the oldest unanswered proposal left, and when that was.
    private(set) var owed: (through: Zxid, sinceMs: Int64)?
    /// When something of it has arrived last.
    private(set) var heardMs: Int64 = .min
    /// When it counts as gone unless something arrives.
    private(set) var deadlineMs: Int64

    init(link: LinkID, deadlineMs: Int64) {
        self.link = link
        self.deadlineMs = deadlineMs
    }

    var isServing: Bool { phase == .serving }

    // MARK: What it says

    /// Something of it has arrived.
    mutating func extendDeadline(_ timeouts: Timeouts, at nowMs: Int64) {
        heardMs = nowMs
        deadlineMs = nowMs + (isServing ? timeouts.syncMs : timeouts.initMs)
    }

    /// FOLLOWERINFO or OBSERVERINFO.
    mutating func introduce(as peer: PeerID, isVoter: Bool, isObserver: Bool) {
        precondition(phase == .connected && !(isVoter && isObserver))
        self.peer = peer
        self.isVoter = isVoter
        self.isObserver = isObserver
        phase = .introduced
    }

    /// ACKEPOCH.
    mutating func promise(lastLogged: Zxid) {
        precondition(phase == .informed)
        self.lastLogged = lastLogged
        phase = .promised
    }

    /// ACK of NEWLEADER.
    mutating func enter() {
        precondition(phase == .synchronizing)
        phase = .ready
    }

    /// ACK of a proposal, and of all before it.
    mutating func acknowledge(_ zxid: Zxid, at nowMs: Int64) {
        precondition(zxid > acknowledged)
        acknowledged = zxid
        if let owed, zxid >= owed.through { self.owed = zxid >= sent ? nil : (sent, nowMs) }
    }

    /// Why it counts as gone; nil while it does not.
    func absence(_ timeouts: Timeouts, at nowMs: Int64) -> String? {
        if nowMs >= deadlineMs { return "nothing was heard of it in time" }
        if let owed, nowMs >= owed.sinceMs + timeouts.syncMs {
            return "it did not acknowledge \(owed.through) in time"
        }
        return nil
    }

    // MARK: What it is sent

    /// LEADERINFO.
    mutating func inform(of epoch: Epoch, _ server: inout ServerState) {
        precondition(phase == .introduced)
        phase = .informed
        server.emit(.toLearner(link, .leaderInfo(epoch)))
    }

    /// The history up to `end`, and NEWLEADER.
    ///
    /// Committed history only, so that every release of Apache's followers takes it well (quorum protocol
    /// 3.8).
    mutating func synchronize(through end: Zxid, in epoch: Epoch, _ server: inout ServerState) {
        precondition(phase == .promised)
        switch server.history.plan(for: lastLogged, to: end) {
        case .diff(let common):
            server.emit(.toLearner(link, .diff(through: end)))
            sendHistory(after: common, through: end, &server)
        case .truncate(let common):
            server.emit(.toLearner(link, .truncate(after: common)))
            sendHistory(after: common, through: end, &server)
        case .snapshot:
            sendTree(before: end, in: epoch, &server)
            sendHistory(after: server.history.committed, through: end, &server)
        }
        sent = max(end, Zxid(epoch: epoch, counter: 0))
        phase = .synchronizing
        server.emit(.toLearner(link, .newLeader(epoch, configuration: server.membership.text)))
    }

    /// The tree holds what is committed, and only that; what a quorum has still to confirm follows it.
    private func sendTree(before end: Zxid, in epoch: Epoch, _ server: inout ServerState) {
        // An empty tree has no zxid, and SNAP needs one: the place before the first entry that follows.
        let committed = server.history.committed
        let follows = server.history.entries(after: committed, through: end)
        let label =
            committed == .zero ? Zxid(epoch: follows.first?.zxid.epoch ?? epoch, counter: 0) : committed
        server.emit(.toLearner(link, .snapshot(label)))
        server.emit(.sendSnapshot(link))
    }

    private func sendHistory(after common: Zxid, through end: Zxid, _ server: inout ServerState) {
        for entry in server.history.entries(after: common, through: end) {
            server.emit(.toLearner(link, .proposal(entry)))
            server.emit(.toLearner(link, .commit(entry.zxid)))
        }
    }

    /// Whether what follows its history is still held here.
    func canCatchUp(from history: History) -> Bool { history.floor <= sent }

    /// UPTODATE, and behind it what was committed and proposed since the learner got its history.
    mutating func catchUp(_ server: inout ServerState, at nowMs: Int64) {
        precondition(phase == .ready && canCatchUp(from: server.history))
        phase = .serving
        deadlineMs = nowMs + server.timeouts.syncMs
        server.emit(.toLearner(link, .upToDate))
        for entry in server.history.entries(after: sent, through: server.history.committed) {
            if !isObserver { propose(entry, &server, at: nowMs) }
            commit(entry, &server)
        }
        if isObserver { return }
        for entry in server.history.entries(after: server.history.committed, through: server.history.last) {
            propose(entry, &server, at: nowMs)
        }
    }

    /// PROPOSAL.
    mutating func propose(_ entry: Entry, _ server: inout ServerState, at nowMs: Int64) {
        assert(isServing && !isObserver && entry.zxid > sent)
        server.emit(.toLearner(link, .proposal(entry)))
        sent = entry.zxid
        if owed == nil { owed = (entry.zxid, nowMs) }
    }

    /// COMMIT, or INFORM to an observer.
    mutating func commit(_ entry: Entry, _ server: inout ServerState) {
        assert(isServing)
        server.emit(.toLearner(link, isObserver ? .inform(entry) : .commit(entry.zxid)))
        if isObserver { sent = entry.zxid }
    }
}
