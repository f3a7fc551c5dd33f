internal import DequeModule
internal import Vocabulary

/// When containers and TTL znodes are looked through, and how fast the outlived ones are deleted.
struct Sweep {
    /// Containers and TTL znodes that one step looks at, at most.
    static let visitsPerStep = 4096

    let intervalMs: Int64
    let perMinuteMax: Int
    var queue: Deque<ZnodePath> = []
    /// How many are still to be looked at.
    var unseen = 0
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
        guard queue.isEmpty, unseen == 0, now.monotonicMs >= nextMs else { return false }
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
