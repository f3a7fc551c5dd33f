internal import Vocabulary

/// A learner's part, from the connection to its leader to the end of that leader's reign (quorum protocol
/// 3.3, 3.7).
///
/// What the leader sends before UPTODATE is put in order and kept; at NEWLEADER what is committed goes to the
/// disk, then the epoch, then the acknowledgement leaves; what was proposed and not committed waits until
/// UPTODATE, since a leader would take its acknowledgement for the one of NEWLEADER (ZOOKEEPER-4685).
struct Following {
    enum Phase: Equatable {
        case connecting
        /// Told the leader who this is; LEADERINFO comes next.
        case introduced
        /// The accepted epoch is on its way to the disk, or acknowledged; DIFF, TRUNC or SNAP comes next.
        case promised(Epoch)
        case synchronising(Epoch)
        /// NEWLEADER came; its acknowledgement waits for the disk, or UPTODATE is awaited.
        case ready(Epoch)
        case serving(Epoch)
    }

    /// A leader is often found before it has learnt that it leads: dialled so often, ever later, in all for
    /// about a second and a half.
    static var attemptsMax: Int { 8 }
    static var firstRetryMs: Int64 { 5 }

    let leader: PeerID
    let isObserver: Bool
    /// Dials that led to nothing.
    var failedAttempts = 0
    /// Whether one led to a link.
    var wasConnected = false
    var phase = Phase.connecting
    /// A snapshot was announced; everything this node held goes at NEWLEADER.
    var snapshot: Zxid?
    /// Proposed by the leader and not in the log yet.
    var unlogged: [Entry] = []
    /// The end of what the leader said is committed.
    var committed: Zxid = .zero
    /// Nothing more of NEWLEADER waits for the disk.
    var hasAcknowledged = false
    /// When to give up unless something arrives.
    var deadlineMs: Int64
    /// Since when it is up to date.
    var servingSinceMs: Int64?

    var isServing: Bool {
        guard case .serving = phase else { return false }
        return true
    }

    var epoch: Epoch? {
        switch phase {
        case .connecting, .introduced: nil
        case .promised(let epoch), .synchronising(let epoch), .ready(let epoch), .serving(let epoch): epoch
        }
    }
}

/// Why a peer gives up the part it plays, for the log.
struct Abandonment: Error, Equatable {
    let reason: String
    /// Whether the leader has failed, and not the election before it.
    let isFailure: Bool
    /// Whether trying again is of no use before somebody has done something about it.
    let isLasting: Bool

    init(_ reason: String, isFailure: Bool = true, isLasting: Bool = false) {
        self.reason = reason
        self.isFailure = isFailure
        self.isLasting = isLasting
    }
}

/// What came on the link to the leader.
extension Peer {
    mutating func receiveFromLeader(
        _ message: LeaderMessage, _ following: inout Following, at nowMs: Int64
    ) throws(Abandonment) {
        switch message {
        case .leaderInfo(let epoch): try promise(epoch, &following, at: nowMs)
        case .diff: try beginDiff(&following)
        case .truncate(let zxid): try truncate(after: zxid, &following)
        case .snapshot(let zxid): try beginSnapshot(zxid, &following)
        case .proposal(let entry): try take(entry, &following)
        case .commit(let zxid): try commit(zxid, &following)
        case .inform(let entry):
            try take(entry, &following)
            try commit(entry.zxid, &following)
        case .newLeader(let epoch, _): try enter(epoch, &following, at: nowMs)
        case .upToDate: try serve(&following)
        case .ping: if case .serving = following.phase { act(.toLeader(.alive)) }
        }
        guard following.isServing else { return }
        following.deadlineMs = nowMs + patience.syncMs
        if following.servingSinceMs == nil { following.servingSinceMs = nowMs }
    }

    // MARK: Discovery

    /// The link to the leader is up.
    mutating func introduce(_ following: inout Following, at nowMs: Int64) {
        guard following.phase == .connecting else { return }
        following.phase = .introduced
        if !following.wasConnected { following.deadlineMs = nowMs + patience.discoveryMs }
        following.wasConnected = true
        act(
            .toLeader(
                .info(
                    me, acceptedEpoch: standing.acceptedEpoch, isObserver: following.isObserver,
                    configurationVersion: membership.version)))
    }

    /// LEADERINFO: the promise is kept on the disk before it is given.
    private mutating func promise(
        _ epoch: Epoch, _ following: inout Following, at nowMs: Int64
    ) throws(Abandonment) {
        guard following.phase == .introduced else { throw Abandonment("LEADERINFO out of turn") }
        guard epoch >= standing.acceptedEpoch else {
            throw Abandonment(
                "leader \(following.leader.rawValue) opens epoch \(epoch.rawValue), promised was "
                    + "\(standing.acceptedEpoch.rawValue)")
        }
        guard epoch < .last else {
            throw Abandonment("leader \(following.leader.rawValue) opens an epoch that none can follow")
        }
        following.phase = .promised(epoch)
        following.deadlineMs = nowMs + patience.initMs
        if epoch == standing.acceptedEpoch {
            act(.toLeader(.acknowledgeEpoch(lastLogged: standing.lastLogged, currentEpoch: nil)))
        } else {
            standing.acceptedEpoch = epoch
            order(.acceptEpoch(epoch), then: .acknowledgeEpoch(epoch))
        }
    }

    // MARK: Synchronization

    private mutating func beginDiff(_ following: inout Following) throws(Abandonment) {
        guard case .promised(let epoch) = following.phase else { throw Abandonment("DIFF out of turn") }
        following.phase = .synchronising(epoch)
    }

    /// TRUNC: the tail behind `zxid` was never committed.
    private mutating func truncate(
        after zxid: Zxid, _ following: inout Following
    ) throws(Abandonment) {
        guard case .promised(let epoch) = following.phase else { throw Abandonment("TRUNC out of turn") }
        guard history.truncate(after: zxid) else {
            throw Abandonment(
                "leader \(following.leader.rawValue) asks to take back everything after \(zxid), but "
                    + "what is here "
                    + "up to \(history.committed) is committed and applied: the two histories have parted. "
                    + "Compare the servers' folders (`aviary-admin compare`). If this server stands "
                    + "alone and "
                    + "all other voters are up, stop it, move its folder aside and start it with an "
                    + "empty one; "
                    + "if the leader has lost what the others have, stop the leader. Until then this server "
                    + "tries again ever more slowly",
                isFailure: false, isLasting: true)
        }
        standing.lastLogged = history.last
        order(.truncate(after: zxid), then: nil)
        following.phase = .synchronising(epoch)
    }

    private mutating func beginSnapshot(
        _ zxid: Zxid, _ following: inout Following
    ) throws(Abandonment) {
        guard case .promised(let epoch) = following.phase else { throw Abandonment("SNAP out of turn") }
        guard zxid > .zero, zxid.epoch <= epoch else { throw Abandonment("SNAP at \(zxid)") }
        following.snapshot = zxid
        following.committed = zxid
        following.phase = .synchronising(epoch)
    }

    /// A proposal: kept until it may be logged, logged at once when this node serves.
    ///
    /// One of Apache's leaders first decides what to send behind SNAP and labels it afterwards, when it has
    /// applied more: what it sends twice is in the snapshot (quorum protocol 3.4).
    private mutating func take(
        _ entry: Entry, _ following: inout Following
    ) throws(Abandonment) {
        if let snapshot = following.snapshot, entry.zxid <= snapshot { return }
        let last = following.unlogged.last?.zxid ?? following.snapshot ?? history.last
        guard last.isFollowed(by: entry.zxid) else {
            throw Abandonment("the leader proposed \(entry.zxid) behind \(last)")
        }
        guard let epoch = following.epoch, entry.zxid.epoch <= epoch else {
            throw Abandonment("the leader proposed \(entry.zxid) in an epoch that it did not open")
        }
        switch following.phase {
        case .synchronising, .ready: following.unlogged.append(entry)
        case .serving: log(entry, isAcknowledged: !following.isObserver)
        case .connecting, .introduced, .promised: throw Abandonment("a proposal out of turn")
        }
    }

    private mutating func commit(
        _ zxid: Zxid, _ following: inout Following
    ) throws(Abandonment) {
        let last = following.unlogged.last?.zxid ?? following.snapshot ?? history.last
        guard zxid <= last else { throw Abandonment("the leader committed \(zxid), which it never proposed") }
        switch following.phase {
        case .synchronising, .ready: following.committed = max(following.committed, zxid)
        case .serving: deliver(through: zxid)
        case .connecting, .introduced, .promised: throw Abandonment("a commit out of turn")
        }
    }

    /// NEWLEADER: the committed history, then the epoch, then the acknowledgement.
    private mutating func enter(
        _ epoch: Epoch, _ following: inout Following, at nowMs: Int64
    ) throws(Abandonment) {
        guard case .synchronising(epoch) = following.phase else { throw Abandonment("NEWLEADER out of turn") }
        let committed = takeCommitted(&following)
        if let snapshot = following.snapshot {
            install(snapshot, committed)
            following.snapshot = nil
        } else {
            for entry in committed { log(entry, isAcknowledged: false) }
        }
        standing.currentEpoch = epoch
        // The disk forgets it with the same order, and no vote is given before that is done.
        standing.mustSynchronize = false
        order(.enterEpoch(epoch), then: .acknowledgeNewLeader(epoch))
        following.phase = .ready(epoch)
        following.deadlineMs = nowMs + patience.initMs
    }

    private mutating func install(_ snapshot: Zxid, _ committed: [Entry]) {
        history.reset(to: snapshot)
        for entry in committed { history.append(entry) }
        standing.lastLogged = history.last
        act(.adoptSnapshot(snapshot))
        order(.install(snapshot: snapshot, committed), then: nil)
    }

    /// What may be logged of what came: the rest waits for UPTODATE.
    private func takeCommitted(_ following: inout Following) -> [Entry] {
        let committed = Array(following.unlogged.prefix { $0.zxid <= following.committed })
        following.unlogged.removeFirst(committed.count)
        return committed
    }

    /// UPTODATE: a quorum has this history, so all that the leader had when it sent NEWLEADER is committed.
    private mutating func serve(_ following: inout Following) throws(Abandonment) {
        guard case .ready(let epoch) = following.phase, following.hasAcknowledged else {
            throw Abandonment("UPTODATE out of turn")
        }
        following.phase = .serving(epoch)
        settle(in: epoch)
        act(.toLeader(.acknowledge(Zxid(epoch: epoch, counter: 0))))
        deliver(through: history.last)
        act(
            .serve(
                following.isObserver ? .observe(following.leader, epoch) : .follow(following.leader, epoch)))
        let late = following.unlogged
        following.unlogged = []
        for entry in late { log(entry, isAcknowledged: !following.isObserver) }
        deliver(through: following.committed)
    }

    // MARK: What the disk answered

    mutating func keep(_ promise: Promise, _ following: inout Following) {
        switch promise {
        case .acknowledgeEpoch:
            // Without its epoch a history is synchronized and not counted, by Apache's leaders too.
            let proven = standing.mustSynchronize ? nil : standing.currentEpoch
            act(.toLeader(.acknowledgeEpoch(lastLogged: standing.lastLogged, currentEpoch: proven)))
        case .acknowledgeNewLeader(let epoch):
            following.hasAcknowledged = true
            act(.toLeader(.acknowledge(Zxid(epoch: epoch, counter: 0))))
        case .acknowledge(let zxid):
            act(.toLeader(.acknowledge(zxid)))
        case .announceEpoch, .countMyselfForEpoch:
            preconditionFailure("a leader's promises are withdrawn when it follows")
        }
    }
}
