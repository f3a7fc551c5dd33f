internal import ClientCore
internal import Synchronization
internal import Vocabulary

/// All that everybody may know of a session at any time: its state, its lease, and the time it counts by.
final class SessionBoard: Sendable {
    private struct State {
        var report = SessionReport()
        var safeUntil: Duration?
        var isStarted = false
        var listeners: [UInt64: AsyncStream<SessionReport>.Continuation] = [:]
        var lastListener: UInt64 = 0
    }

    private let start = ContinuousClock.now
    private let state = Mutex(State())
    // Relaxed: numbers only have to differ.
    private let lastRequest = Atomic<UInt64>(0)

    /// Since the client was made, by a clock that goes on while the machine is suspended.
    var now: Duration { start.duration(to: .now) }

    func instant(_ time: Duration) -> ContinuousClock.Instant { start + time }

    func takeRequestID() -> RequestID {
        RequestID(rawValue: lastRequest.wrappingAdd(1, ordering: .relaxed).newValue)
    }

    var report: SessionReport { state.withLock(\.report) }

    /// Until when nobody else can hold what the session of this number holds; nil when it is over.
    func safeUntil(generation: Int) -> Duration? {
        state.withLock { $0.report.generation == generation ? $0.safeUntil : nil }
    }

    /// Whether this is the first time.
    func begin() -> Bool {
        state.withLock { state in
            defer { state.isStarted = true }
            return !state.isStarted
        }
    }

    func holdSafe(until time: Duration?) { state.withLock { $0.safeUntil = time } }

    func publish(_ report: SessionReport) {
        let ended: [UInt64: AsyncStream<SessionReport>.Continuation] = state.withLock { state in
            state.report = report
            for listener in state.listeners.values { listener.yield(report) }
            guard case .ended = report.state else { return [:] }
            defer { state.listeners = [:] }
            return state.listeners
        }
        // Outside the lock: a stream that ends gives back its place here at once.
        for listener in ended.values { listener.finish() }
    }

    /// The present state and each one after it; of a reader that is slow the last 64.
    func reports() -> AsyncStream<SessionReport> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: SessionReport.self, bufferingPolicy: .bufferingNewest(64))
        let number: UInt64? = state.withLock { state in
            continuation.yield(state.report)
            if case .ended = state.report.state {
                continuation.finish()
                return nil
            }
            state.lastListener += 1
            state.listeners[state.lastListener] = continuation
            return state.lastListener
        }
        if let number {
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { state in state.listeners[number] = nil }
            }
        }
        return stream
    }
}
