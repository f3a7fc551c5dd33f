internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// What happens because time passed: sessions end, empty containers and outlived znodes go, silent strangers
/// are shown the door.
extension Replica {
    mutating func tick(at now: Instant, into effects: inout Effects) {
        guard isServing else { return }
        for session in sessions.expired(at: now) {
            statistics.staleSessionsExpired += 1
            close(session, cxid: 0, origin: nil, at: now, into: &effects)
        }
        closeStrangers(at: now, into: &effects)
        sweepOutlived(at: now, into: &effects)
    }

    private mutating func closeStrangers(at now: Instant, into effects: inout Effects) {
        guard settings.handshakeTimeoutMs > 0 else { return }
        for connection in connections.all
        where connection.phase == .fresh
            && now.monotonicMs - connection.statistics.openedMs > settings.handshakeTimeoutMs
        {
            end(connection.id, into: &effects)
        }
    }

    private mutating func sweepOutlived(at now: Instant, into effects: inout Effects) {
        if sweep.isDue(at: now) {
            sweep.queue = tree.sweepCandidates(wallMs: now.wallMs, neverUsedMs: settings.containerNeverUsedMs)
        }
        for path in sweep.take(at: now) {
            proposeOperation(
                .sweep(path: path), for: Requester(session: .none, identities: []), cxid: 0,
                type: OpCode.deleteContainer.rawValue, origin: nil, at: now, into: &effects)
        }
    }
}

/// When containers and TTL znodes are looked through, and how fast the outlived ones are deleted.
struct Sweep {
    let intervalMs: Int64
    let perMinuteMax: Int
    var queue: [ZnodePath] = []
    private var nextMs: Int64 = 0
    private var takenAtMs: Int64 = 0

    init(intervalMs: Int64, perMinuteMax: Int) {
        self.intervalMs = max(1, intervalMs)
        self.perMinuteMax = max(1, perMinuteMax)
    }

    mutating func begin(at now: Instant) {
        nextMs = now.monotonicMs + intervalMs
        takenAtMs = now.monotonicMs
    }

    mutating func isDue(at now: Instant) -> Bool {
        guard queue.isEmpty, now.monotonicMs >= nextMs else { return false }
        nextMs = now.monotonicMs + intervalMs
        takenAtMs = now.monotonicMs - 60_000 / Int64(perMinuteMax)
        return true
    }

    /// As many as the rate allows since they were last taken.
    mutating func take(at now: Instant) -> [ZnodePath] {
        guard !queue.isEmpty else { return [] }
        let allowed = Int((now.monotonicMs - takenAtMs) * Int64(perMinuteMax) / 60_000)
        guard allowed > 0 else { return [] }
        takenAtMs = now.monotonicMs
        let taken = Array(queue.prefix(allowed))
        queue.removeFirst(taken.count)
        return taken
    }
}
