/// Counts of durations in nanoseconds, each kept to better than one percent (log-linear, like HdrHistogram).
///
/// Recording is two shifts and an increment, and never allocates.
struct Histogram {
    /// 2 to the 7th steps within each doubling.
    private static let stepBits = 7
    /// Everything above 73 minutes counts as 73 minutes; `maximum` stays exact.
    private static let largest: UInt64 = 1 << 42 - 1

    private var counts = [UInt64](repeating: 0, count: Self.slot(of: Self.largest) + 1)
    private(set) var count: UInt64 = 0
    private(set) var maximum: UInt64 = 0
    private var sum: UInt64 = 0

    mutating func record(_ nanoseconds: UInt64) {
        counts[Self.slot(of: min(nanoseconds, Self.largest))] += 1
        count += 1
        sum += nanoseconds
        if nanoseconds > maximum { maximum = nanoseconds }
    }

    mutating func add(_ other: Histogram) {
        for slot in counts.indices { counts[slot] += other.counts[slot] }
        count += other.count
        sum += other.sum
        maximum = max(maximum, other.maximum)
    }

    /// Nanoseconds within which `fraction` of everything recorded lies; 0 when nothing was.
    func value(at fraction: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        let wanted = max(1, UInt64((fraction * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for (slot, here) in counts.enumerated() {
            seen += here
            if seen >= wanted { return min(Self.upperBound(of: slot), maximum) }
        }
        return maximum
    }

    var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

    private static func slot(of value: UInt64) -> Int {
        let shift = max(0, 63 - stepBits - value.leadingZeroBitCount)
        return shift << stepBits + Int(value >> UInt64(shift))
    }

    private static func upperBound(of slot: Int) -> UInt64 {
        let steps = 1 << stepBits
        guard slot >= 2 * steps else { return UInt64(slot) }
        let shift = slot >> stepBits - 1
        return UInt64(slot - shift << stepBits + 1) << UInt64(shift) - 1
    }
}
