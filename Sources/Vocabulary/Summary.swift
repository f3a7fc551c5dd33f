/// A summary of measured values, in ZooKeeper's sense: how many, their sum and average, the extremes.
package struct Summary: Equatable, Sendable {
    package private(set) var count: Int64 = 0
    package private(set) var sum: Int64 = 0
    /// 0 while there are none, like `max`.
    package private(set) var min: Int64 = 0
    package private(set) var max: Int64 = 0

    package init() {}

    /// Of one value.
    package init(_ value: Int64) {
        self.init()
        add(value)
    }

    package init(count: Int64, sum: Int64, min: Int64, max: Int64) {
        self.count = count
        self.sum = sum
        self.min = count == 0 ? 0 : min
        self.max = count == 0 ? 0 : max
    }

    package mutating func add(_ value: Int64) {
        min = count == 0 ? value : Swift.min(min, value)
        max = count == 0 ? value : Swift.max(max, value)
        count += 1
        sum &+= value
    }

    package mutating func reset() {
        self = Summary()
    }

    /// Rounded half up to four decimals, as ZooKeeper's counters do.
    package var average: Double {
        guard count > 0 else { return 0 }
        let exact = Double(sum) / Double(count)
        // Above, the arithmetic below would not be exact; no latency or size averages so much.
        guard exact.magnitude < 4e11 else { return exact }
        let below = (exact * 10_000).rounded(.down)
        // One rounding only, so that the sign is right even where `exact * 20_000` would round to a tie.
        let distance = (-(2 * below + 1)).addingProduct(exact, 20_000)
        return (distance >= 0 ? below + 1 : below) / 10_000
    }
}
