internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// What Zab wants done, and what changes for this node's clients when it does another thing for the ensemble.
extension Replica {
    /// Does what Zab asks for until it asks for no more: what is done may bring new proposals.
    mutating func carryOutZab() {
        var taken: [Effect] = []
        swap(&taken, &spareZabEffects)
        while zab.hasEffects {
            zab.takeEffects(into: &taken)
            for effect in taken { carryOut(effect) }
            releaseBarriers()
        }
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &spareZabEffects)
    }

    private mutating func carryOut(_ effect: Effect) {
        switch effect {
        case .store(let order, let ticket): effects.order(described(order), ticket: ticket)
        case .deliver(let entry):
            commit(ahead.take(entry.zxid) ?? decoded(entry))
        case .toLearner(let link, let message):
            effects.act(.peer(.toLearner(link, QuorumPacket(message))))
        case .toLeader(.alive): reportTouched()
        case .toLeader(let message): effects.act(.peer(.toLeader(QuorumPacket(message))))
        case .notify(let peer, let notification): effects.act(.peer(.notify(peer, notification)))
        case .seek(let peer): effects.act(.peer(.seek(peer)))
        case .follow(let leader, let afterMs): effects.act(.peer(.follow(leader, afterMs: afterMs)))
        case .acceptLearners(let areWelcome): effects.act(.peer(.acceptLearners(areWelcome)))
        case .unfollow: effects.act(.peer(.unfollow))
        case .sendSnapshot(let link): sendSnapshot(to: link)
        case .drop(let link, let reason): effects.act(.peer(.drop(link, reason)))
        case .adoptSnapshot(let zxid): adoptSnapshot(zxid)
        case .serve(let duty): prepare(duty)
        case .standBy(let reason): standBy(because: reason)
        }
    }

    private func decoded(_ entry: Entry) -> Transaction {
        guard let transaction = try? Transaction(decoding: entry.body.readableBytesSpan) else {
            preconditionFailure("nothing enters the history that has not been decoded once")
        }
        return transaction
    }

    /// The same order with what the log shows of a transaction beside its bytes.
    private func described(_ order: DiskOrder) -> Effects.Order.What {
        switch order {
        case .append(let entry): .append(append(of: entry))
        case .truncate(let zxid): .truncate(after: zxid)
        // Comes right behind `adoptSnapshot`: the tree is still the one that was received.
        case .install(_, let entries): .install(committed.stored, entries.map { append(of: $0) })
        case .acceptEpoch(let epoch): .acceptEpoch(epoch)
        case .enterEpoch(let epoch): .enterEpoch(epoch)
        }
    }

    private func append(of entry: Entry) -> Effects.Append {
        Effects.Append(ahead[entry.zxid] ?? decoded(entry), body: entry.body)
    }

    /// There is a leader. A learner that comes back to one it has lost in the same epoch may have given it
    /// writes that are under way there still: it synchronises before it gives them to anybody again, so that
    /// what will be in the history is.
    private mutating func prepare(_ duty: Duty) {
        let asker = connections.all.first { $0.phase != .fresh && $0.waiting.contains { $0.isWrite } }
        guard duty.isLearners, let asker else { return serve(duty) }
        nextDuty = duty
        syncs.noteQuestion(.node)
        requestSync(.root, xid: 0, of: asker)
    }

    /// Requests go on. What an earlier leader was given and is not in the history is given to this one, in
    /// order; then comes what was not given to anybody.
    mutating func serve(_ duty: Duty) {
        nextDuty = nil
        self.duty = duty
        dutySinceMs = now.monotonicMs
        isServing = true
        committed.isTreeExact = true
        if case .lead = duty {
            committed.sessions.touchAll(at: now)
            endings.begin()
            sweep.begin(at: now)
        }
        for connection in connections.all { takeUp(connection) }
    }

    private mutating func takeUp(_ connection: Connection) {
        if connection.phase == .connecting { return askAgain(for: connection) }
        for index in connection.waiting.indices {
            let waiting = connection.waiting[index]
            switch waiting.kind {
            case .write(let frame?):
                connection.waiting[index].timesGiven += 1
                guard !connection.isTurnedDown(connection.waiting[index], frame) else {
                    return end(connection)
                }
                if !submitAgain(frame, waiting, of: connection) {
                    connection.waiting[index].kind = .failure(.marshallingError)
                }
            case .sync(let path, nil):
                let through = askForSync(path, waiting.xid, of: connection)
                connection.waiting[index].kind = .sync(path, through: through)
            case .write(nil), .sync, .read, .failure, .fixed, .noToken:
                break
            }
        }
        drain(connection)
    }

    /// There is no leader: what was promised to come by the former one no longer is. Clients stay connected.
    private mutating func standBy(because reason: String) {
        if duty != nil { leaderlessSinceMs = now.monotonicMs }
        duty = nil
        nextDuty = nil
        isServing = false
        overlay = Overlay()
        syncs = SyncQueue()
        returning = [:]
        incoming = nil
        committed.sessions.forgetLeadership()
        committed.sessions.forgetHeard()
        endings.begin()
        for connection in connections.all {
            for index in connection.waiting.indices {
                guard case .sync(let path, let through?) = connection.waiting[index].kind,
                    through > committed.lastZxid
                else { continue }
                connection.waiting[index].kind = .sync(path, through: nil)
            }
        }
        effects.act(.warn("looking for a leader: \(reason)"))
    }
}

extension Duty {
    fileprivate var isLearners: Bool {
        switch self {
        case .lead: false
        case .follow, .observe: true
        }
    }
}
