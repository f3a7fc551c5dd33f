internal import Vocabulary

/// A learner's part, from the connection to its leader to the end of that leader's reign (quorum protocol
/// 3.3, 3.7).
///
/// The history that the leader sends before UPTODATE is put in order and kept; at NEWLEADER what is committed
/// goes to the disk, then the epoch, then the acknowledgement leaves; what was proposed and not committed
/// waits until UPTODATE, since a leader would take its acknowledgement for the one of NEWLEADER
/// (ZOOKEEPER-4685).
struct Following: ~Copyable {
    enum Phase: Equatable {
        case connecting
        /// Told the leader who this is; LEADERINFO comes next.
        case introduced
        /// The accepted epoch is on its way to the disk, or acknowledged; DIFF, TRUNC or SNAP comes next.
        case promised(Epoch)
        case synchronization(Epoch)
        /// NEWLEADER came; its acknowledgement waits for the disk, or UPTODATE is awaited.
        case ready(Epoch)
        case broadcast(Epoch)
    }

    /// A leader is often found before it has learned that it leads: dialed so often, ever later, in all for
    /// about a second and a half.
    static var attemptsMax: Int { 8 }
    static var firstRetryMs: Int64 { 5 }

    let leader: PeerID
    let isObserver: Bool
    /// When the election chose the leader.
    let sinceMs: Int64
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
        guard case .broadcast = phase else { return false }
        return true
    }

    var epoch: Epoch? {
        switch phase {
        case .connecting, .introduced: nil
        case .promised(let epoch), .synchronization(let epoch), .ready(let epoch), .broadcast(let epoch):
            epoch
        }
    }

    /// The learner's role in a running epoch; nil before that.
    var servingRole: ServingRole? {
        guard case .broadcast(let epoch) = phase else { return nil }
        return isObserver ? .observe(leader, epoch) : .follow(leader, epoch)
    }

    /// How it tells of itself to one that looks for a leader.
    var state: Notification.State { isObserver ? .observing : .following }

    mutating func handle(
        _ input: Peer.Input, _ server: inout ServerState, at nowMs: Int64
    ) throws(StepDown) {
        switch input {
        case .ticked:
            if nowMs >= deadlineMs { throw StepDown("nothing came from the leader in time") }
        case .notified(let notification, let peer):
            server.answer(notification, from: peer, as: state)
            try doubt(notification, from: peer, server, at: nowMs)
        case .stored: while let acknowledgement = server.disk.next() { release(acknowledgement, &server) }
        case .leaderLinkUp: introduce(&server, at: nowMs)
        case .leaderLinkDown(let reason?): throw StepDown(reason)
        case .leaderLinkDown(nil): try dialAgain(&server)
        case .fromLeader(let message): try receive(message, &server, at: nowMs)
        case .learnerLinkUp(let link): server.refuse(link)
        case .reachable, .learnerLinkDown, .fromLearner, .proposed: return
        }
    }

    /// Leaves its leader.
    consuming func stepDown(
        _ why: StepDown, _ server: inout ServerState, at nowMs: Int64
    ) -> Resting {
        server.emit(.unfollow)
        return server.rest(after: leader, servingSinceMs: servingSinceMs, because: why, at: nowMs)
    }

    private mutating func receive(
        _ message: LeaderMessage, _ server: inout ServerState, at nowMs: Int64
    ) throws(StepDown) {
        switch message {
        case .leaderInfo(let epoch): try promise(epoch, &server, at: nowMs)
        case .diff: try beginDiff()
        case .truncate(let zxid): try truncate(after: zxid, &server)
        case .snapshot(let zxid): try beginSnapshot(zxid)
        case .proposal(let entry): try accept(entry, &server)
        case .commit(let zxid): try commit(zxid, &server)
        case .inform(let entry):
            try accept(entry, &server)
            try commit(entry.zxid, &server)
        case .newLeader(let epoch, _): try enter(epoch, &server, at: nowMs)
        case .upToDate: try serve(&server)
        case .ping: if case .broadcast = phase { server.emit(.toLeader(.alive)) }
        }
        guard isServing else { return }
        deadlineMs = nowMs + server.timeouts.syncMs
        if servingSinceMs == nil { servingSinceMs = nowMs }
    }

    // MARK: Discovery

    /// The link to the leader is up.
    private mutating func introduce(_ server: inout ServerState, at nowMs: Int64) {
        guard phase == .connecting else { return }
        phase = .introduced
        if !wasConnected { deadlineMs = nowMs + server.timeouts.discoveryMs }
        wasConnected = true
        server.emit(
            .toLeader(
                .info(
                    server.me, acceptedEpoch: server.persistent.acceptedEpoch, isObserver: isObserver,
                    configurationVersion: server.membership.version)))
    }

    /// LEADERINFO: the promise is kept on the disk before it is given.
    private mutating func promise(
        _ epoch: Epoch, _ server: inout ServerState, at nowMs: Int64
    ) throws(StepDown) {
        guard phase == .introduced else { throw StepDown("LEADERINFO out of turn") }
        guard epoch >= server.persistent.acceptedEpoch else {
            throw StepDown(
                "leader \(leader.rawValue) opens epoch \(epoch.rawValue), promised was "
                    + "\(server.persistent.acceptedEpoch.rawValue)")
        }
        guard epoch < .last else {
            throw StepDown("leader \(leader.rawValue) opens an epoch that none can follow")
        }
        phase = .promised(epoch)
        deadlineMs = nowMs + server.timeouts.initMs
        if epoch == server.persistent.acceptedEpoch {
            acknowledgeEpoch(proving: nil, &server)
        } else {
            server.persistent.acceptedEpoch = epoch
            server.store(.acceptEpoch(epoch), then: .acknowledgeEpoch(epoch))
        }
    }

    private func acknowledgeEpoch(proving currentEpoch: Epoch?, _ server: inout ServerState) {
        server.emit(
            .toLeader(
                .acknowledgeEpoch(lastLogged: server.persistent.lastLogged, currentEpoch: currentEpoch)))
    }

    /// The link broke, or never came up. Before the leader has said anything that is no reason to give it up.
    private mutating func dialAgain(_ server: inout ServerState) throws(StepDown) {
        guard phase == .connecting || phase == .introduced else {
            throw StepDown("the link to the leader broke")
        }
        guard failedAttempts < Following.attemptsMax else {
            throw StepDown("server \(leader.rawValue) was elected and does not lead")
        }
        server.emit(.follow(leader, afterMs: Following.firstRetryMs << Int64(failedAttempts)))
        failedAttempts += 1
        phase = .connecting
    }

    /// A leader that looks for a leader is left at once: before an epoch is promised, an election may be
    /// taken back at no cost. One that does when all must have heard of its election has failed: it is
    /// heard, and hears too few.
    private func doubt(
        _ notification: Notification, from peer: PeerID, _ server: borrowing ServerState, at nowMs: Int64
    ) throws(StepDown) {
        guard server.membership.isVoter(peer), notification.state != .observing else { return }
        guard phase == .connecting || phase == .introduced else { return }
        guard peer == leader else { return }
        let looksAgain = notification.state == .looking && notification.round > server.round
        guard looksAgain || notification.vote.leader != peer else { return }
        throw StepDown(
            "server \(peer.rawValue) was elected and looks for a leader",
            isFailure: nowMs - sinceMs > 2 * Election.settlingMs)
    }

    // MARK: What the disk answered

    private mutating func release(_ acknowledgement: PendingAcknowledgement, _ server: inout ServerState) {
        switch acknowledgement {
        case .acknowledgeEpoch:
            // Without its epoch a history is synchronized and not counted, by Apache's leaders too.
            let isProof = !server.persistent.mustSynchronize || server.vouches
            let proven = isProof ? server.persistent.currentEpoch : nil
            acknowledgeEpoch(proving: proven, &server)
        case .acknowledgeNewLeader(let epoch):
            hasAcknowledged = true
            server.emit(.toLeader(.acknowledge(Zxid(epoch: epoch, counter: 0))))
        case .acknowledge(let zxid):
            server.emit(.toLeader(.acknowledge(zxid)))
        case .announceEpoch, .countMyselfForEpoch:
            preconditionFailure("a leader's acknowledgements are withdrawn when it follows")
        }
    }
}
