/// How far a load is: it warms up, is measured, and then waits for what is still on its way.
struct LoadPhases {
    private enum Phase {
        case warmingUp(until: UInt64)
        case measuring(until: UInt64)
        case draining(until: UInt64)
        case done
    }

    private static let drainNanoseconds: UInt64 = 10_000_000_000

    private let warmupNanoseconds: UInt64
    private let limit: LoadPlan.Limit
    private var phase = Phase.done
    private(set) var measurement: Measurement

    init(warmupNanoseconds: UInt64, limit: LoadPlan.Limit, serverPids: [Int32]) {
        self.warmupNanoseconds = warmupNanoseconds
        self.limit = limit
        measurement = Measurement(serverPids: serverPids)
    }

    /// Whether each reply asks for the next request.
    var isAsking: Bool {
        switch phase {
        case .warmingUp, .measuring: true
        case .draining, .done: false
        }
    }

    var isMeasuring: Bool {
        if case .measuring = phase { true } else { false }
    }

    var isDone: Bool {
        if case .done = phase { true } else { false }
    }

    mutating func begin(at now: UInt64) {
        phase = .warmingUp(until: now + warmupNanoseconds)
        advance(at: now, inFlightCount: 0)
    }

    /// Notes a reply that is measured, the `count`th.
    mutating func heard(_ count: Int, at now: UInt64) {
        measurement.heard(at: now)
        if case .requests(let limit) = limit, count >= limit { stopMeasuring(at: now) }
    }

    mutating func advance(at now: UInt64, inFlightCount: Int) {
        switch phase {
        case .warmingUp(let end) where now >= end:
            measurement.open(at: now)
            if case .nanoseconds(let length) = limit {
                phase = .measuring(until: now + length)
            } else {
                phase = .measuring(until: .max)
            }
        case .measuring(let end) where now >= end:
            stopMeasuring(at: now)
        case .draining(let end) where now >= end || inFlightCount == 0:
            phase = .done
        default:
            break
        }
    }

    private mutating func stopMeasuring(at now: UInt64) {
        measurement.close(at: now)
        phase = .draining(until: now + Self.drainNanoseconds)
    }
}
