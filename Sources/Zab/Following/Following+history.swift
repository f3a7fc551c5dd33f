internal import Vocabulary

/// The history that a learner is sent: to begin with, and from then on (quorum protocol 3.4 to 3.7).
extension Following {
    mutating func beginDiff() throws(StepDown) {
        guard case .promised(let epoch) = phase else { throw StepDown("DIFF out of turn") }
        phase = .synchronization(epoch)
    }

    /// TRUNC: the tail behind `zxid` was never committed.
    mutating func truncate(after zxid: Zxid, _ server: inout ServerState) throws(StepDown) {
        guard case .promised(let epoch) = phase else { throw StepDown("TRUNC out of turn") }
        guard server.history.truncate(after: zxid) else {
            throw StepDown(
                "leader \(leader.rawValue) asks to take back everything after \(zxid), but what is here "
                    + "up to \(server.history.committed) is committed and applied: the two histories have "
                    + "parted. Compare the servers' folders (`aviary-admin compare`). If this server stands "
                    + "alone and all other voters are up, stop it, move its folder aside and start it with "
                    + "an empty one; if the leader has lost what the others have, stop the leader. Until "
                    + "then this server tries again ever more slowly",
                isFailure: false, isLasting: true)
        }
        server.persistent.lastLogged = server.history.last
        server.store(.truncate(after: zxid), then: nil)
        phase = .synchronization(epoch)
    }

    mutating func beginSnapshot(_ zxid: Zxid) throws(StepDown) {
        guard case .promised(let epoch) = phase else { throw StepDown("SNAP out of turn") }
        guard zxid > .zero, zxid.epoch <= epoch else { throw StepDown("SNAP at \(zxid)") }
        snapshot = zxid
        committed = zxid
        phase = .synchronization(epoch)
    }

    /// A proposal: kept until it may be logged, logged at once when this node serves.
    ///
    /// One of Apache's leaders first decides what to send behind SNAP and labels it afterwards, when it has
    /// applied more: what it sends twice is in the snapshot (quorum protocol 3.4).
    mutating func accept(_ entry: Entry, _ server: inout ServerState) throws(StepDown) {
        if let snapshot, entry.zxid <= snapshot { return }
        let last = unlogged.last?.zxid ?? snapshot ?? server.history.last
        guard last.isFollowed(by: entry.zxid) else {
            throw StepDown("the leader proposed \(entry.zxid) behind \(last)")
        }
        guard let epoch, entry.zxid.epoch <= epoch else {
            throw StepDown("the leader proposed \(entry.zxid) in an epoch that it did not open")
        }
        switch phase {
        case .synchronization, .ready: unlogged.append(entry)
        case .broadcast: server.log(entry, isAcknowledged: !isObserver)
        case .connecting, .introduced, .promised: throw StepDown("a proposal out of turn")
        }
    }

    mutating func commit(_ zxid: Zxid, _ server: inout ServerState) throws(StepDown) {
        let last = unlogged.last?.zxid ?? snapshot ?? server.history.last
        guard zxid <= last else { throw StepDown("the leader committed \(zxid), which it never proposed") }
        switch phase {
        case .synchronization, .ready: committed = max(committed, zxid)
        case .broadcast: server.deliver(through: zxid)
        case .connecting, .introduced, .promised: throw StepDown("a commit out of turn")
        }
    }

    /// NEWLEADER: the committed history, then the epoch, then the acknowledgement.
    mutating func enter(
        _ epoch: Epoch, _ server: inout ServerState, at nowMs: Int64
    ) throws(StepDown) {
        guard case .synchronization(epoch) = phase else { throw StepDown("NEWLEADER out of turn") }
        let committed = takeCommitted()
        if let snapshot {
            server.install(snapshot, committed)
            self.snapshot = nil
        } else {
            for entry in committed { server.log(entry, isAcknowledged: false) }
        }
        server.persistent.currentEpoch = epoch
        // The disk forgets it with the same write, and no vote is given before that is done.
        server.persistent.mustSynchronize = false
        server.store(.enterEpoch(epoch), then: .acknowledgeNewLeader(epoch))
        phase = .ready(epoch)
        deadlineMs = nowMs + server.timeouts.initMs
    }

    /// Entries that came and may be logged: the rest waits for UPTODATE.
    private mutating func takeCommitted() -> [Entry] {
        let loggable = Array(unlogged.prefix { $0.zxid <= committed })
        unlogged.removeFirst(loggable.count)
        return loggable
    }

    /// UPTODATE: a quorum has this history, so all that the leader had when it sent NEWLEADER is committed.
    mutating func serve(_ server: inout ServerState) throws(StepDown) {
        guard case .ready(let epoch) = phase, hasAcknowledged else {
            throw StepDown("UPTODATE out of turn")
        }
        phase = .broadcast(epoch)
        server.settle(in: epoch)
        server.emit(.toLeader(.acknowledge(Zxid(epoch: epoch, counter: 0))))
        server.deliver(through: server.history.last)
        if let servingRole { server.emit(.serve(servingRole)) }
        let late = unlogged
        unlogged = []
        for entry in late { server.log(entry, isAcknowledged: !isObserver) }
        server.deliver(through: committed)
    }
}

extension ServerState {
    /// Takes a leader's tree, and what came behind it, in the place of all that was here.
    fileprivate mutating func install(_ snapshot: Zxid, _ entries: [Entry]) {
        history.reset(to: snapshot)
        for entry in entries { history.append(entry) }
        persistent.lastLogged = history.last
        store(.install(snapshot: snapshot, entries), then: nil)
    }
}
