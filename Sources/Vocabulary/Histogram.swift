/// How many measured values were in which range: each range is twice as wide as the one below it.
///
/// The unit is the owner's, in which values are whole numbers. Adding one costs a few instructions and no
/// memory.
package struct Histogram: Equatable, Sendable {
    /// Ranges with an upper bound; one more takes what is larger than all of them.
    package static let boundCount = 16

    /// Of all that was added.
    package private(set) var sum: Int64 = 0
    private var counts = InlineArray<17, Int64>(repeating: 0)

    package init() {}

    /// The range at `index` ends below 2 to the power of `index`; the first one has 0 alone.
    package static func bound(_ index: Int) -> Int64 { 1 << index }

    package mutating func add(_ value: Int64) {
        let width = Int64.bitWidth - max(value, 0).leadingZeroBitCount
        counts[min(width, Histogram.boundCount)] += 1
        sum &+= value
    }

    package subscript(index: Int) -> Int64 { counts[index] }

    package var count: Int64 { (0...Histogram.boundCount).reduce(0) { $0 + counts[$1] } }

    /// Only the values that were added since it was `former`.
    package func since(_ former: Histogram) -> Histogram {
        var difference = self
        difference.sum -= former.sum
        for index in 0...Histogram.boundCount { difference.counts[index] -= former.counts[index] }
        return difference
    }

    /// The value that the given share of all values does not exceed, taken as evenly spread in their range;
    /// nil where there are none.
    package func quantile(_ share: Double) -> Double? {
        let rank = share * Double(count)
        guard rank > 0 else { return nil }
        var below: Int64 = 0
        for index in 0..<Histogram.boundCount {
            let here = counts[index]
            if here > 0, Double(below + here) >= rank {
                guard index > 0 else { return 0 }
                let start = Double(Histogram.bound(index - 1))
                return start + start * (rank - Double(below)) / Double(here)
            }
            below += here
        }
        return Double(Histogram.bound(Histogram.boundCount - 1))
    }

    package static func == (one: Histogram, other: Histogram) -> Bool {
        one.sum == other.sum && (0...boundCount).allSatisfy { one.counts[$0] == other.counts[$0] }
    }
}
