internal import DequeModule
internal import Vocabulary
internal import Zab
internal import Znodes

/// The passing of time: sessions end, empty containers and outlived znodes go, connections that stay
/// unidentified are closed.
extension Replica {
    mutating func tick() {
        clients.closeUnidentified(
            openedBefore: now.monotonicMs - settings.handshakeTimeoutMs, into: &effects)
        if service.servingRole == nil { closeAbandoned() }
        if clients.intake.isShut { clients.closeCrowded(into: &effects) }
        reviewDisk()
        committed.watches.spendNext(settings.largeAudience)
        endSessions()
        if isLeading { sweepOutlived() }
    }

    /// Looks through some of the containers and TTL znodes, from the end of their list, and leaves the rest
    /// to the next turn.
    mutating func lookForOutlived() {
        guard isLeading, chores.sweep.unseen > 0 else { return }
        let end = min(chores.sweep.unseen, committed.tree.sweepablePlaces.count)
        let start = max(0, end - Sweep.visitsPerStep)
        chores.sweep.queue += committed.tree.sweepCandidates(
            among: start..<end, wallMs: now.wallMs, neverUsedMs: settings.containerNeverUsedMs)
        chores.sweep.unseen = start
        if start > 0 { continueSoon() }
    }

    private mutating func sweepOutlived() {
        if chores.sweep.isDue(at: now) { chores.sweep.unseen = committed.tree.sweepablePlaces.count }
        lookForOutlived()
        for path in chores.sweep.take(at: now) {
            propose(.sweep(path: path), by: Requester(session: .none, identities: []), cxid: 0)
        }
    }
}
