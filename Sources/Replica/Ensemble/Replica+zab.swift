internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Zab's effects, carried out.
extension Replica {
    /// Does what Zab asks for until it asks for no more: what is done may bring new proposals.
    mutating func carryOutZab() {
        var taken = UniqueDeque<Effect>()
        swap(&taken, &zabEffects)
        while zab.hasEffects {
            zab.takeEffects(into: &taken)
            while let effect = taken.popFirst() { carryOut(effect) }
            answerPendingSyncs()
        }
        if zab.isLooking != (service.lookingSinceMs != nil) {
            service.recordLooking(zab.isLooking, at: now)
        }
        taken.removeAll()
        swap(&taken, &zabEffects)
    }

    private mutating func carryOut(_ effect: consuming Effect) {
        switch consume effect {
        case .store(let write, let ticket):
            if case .install(let snapshot, _) = write { adoptSnapshot(snapshot) }
            effects.store(described(write), ticket: ticket)
        case .deliver(let entry):
            commit(pendingTransactions.take(entry.zxid) ?? decoded(entry))
        case .toLearner(let link, let message):
            send(QuorumPacket(message), to: link)
        case .toLeader(.alive):
            service.contact.hearPing(at: now)
            reportTouched()
        case .toLeader(let message): effects.perform(.link(.toLeader(QuorumPacket(message))))
        case .notify(let peer, let notification): effects.perform(.link(.notify(peer, notification)))
        case .seek(let peer): effects.perform(.link(.seek(peer)))
        case .follow(let leader, let afterMs): effects.perform(.link(.follow(leader, afterMs: afterMs)))
        case .acceptLearners(let areWelcome): effects.perform(.link(.acceptLearners(areWelcome)))
        case .unfollow: effects.perform(.link(.unfollow))
        case .sendSnapshot(let link): sendSnapshot(to: link)
        case .drop(let link, let reason): effects.perform(.link(.drop(link, reason)))
        case .serve(let servingRole): serve(as: servingRole)
        case .standBy(let reason): standBy(because: reason)
        }
    }

    private func decoded(_ entry: Entry) -> Transaction {
        guard let transaction = try? Transaction(decoding: entry.body.readableBytesSpan) else {
            preconditionFailure("nothing enters the history that has not been decoded once")
        }
        return transaction
    }

    /// The same write with what the log shows of a transaction beside its bytes.
    private func described(_ write: DiskWrite) -> Effects.LogWrite.What {
        switch write {
        case .append(let entry): .append(append(of: entry))
        case .truncate(let zxid): .truncate(after: zxid)
        // The tree is the received one, which was adopted for this write.
        case .install(_, let entries): .install(committed.stored, entries.map { append(of: $0) })
        case .acceptEpoch(let epoch): .acceptEpoch(epoch)
        case .enterEpoch(let epoch): .enterEpoch(epoch)
        }
    }

    private func append(of entry: Entry) -> Effects.Append {
        pendingTransactions.append(of: entry.zxid, body: entry.body)
            ?? Effects.Append(decoded(entry), body: entry.body)
    }
}
