/// Times that something took: all of them summed up and by their length, and the quantiles of the last
/// minutes.
package struct MeasuredTimes: Sendable {
    /// Quantiles are of so long at the least, and of twice as long at the most.
    package static let windowMs: Int64 = 300_000

    /// In milliseconds.
    package private(set) var summary = Summary()
    /// In the owner's unit.
    package private(set) var histogram = Histogram()
    /// The histogram as it was when the last window began, and the one before.
    private var marks = (last: Histogram(), former: Histogram())
    private var markedMs: Int64 = 0

    package init() {}

    /// - Parameters:
    ///   - ms: How long it took.
    ///   - length: The same in the histogram's unit.
    ///   - now: Monotonic milliseconds.
    package mutating func add(ms: Int64, length: Int64, at now: Int64) {
        if now - markedMs >= MeasuredTimes.windowMs { mark(at: now) }
        summary.add(ms)
        histogram.add(length)
    }

    /// The histogram's quantile of the last minutes; nil where nothing was measured in them.
    package func quantile(_ share: Double, at now: Int64) -> Double? {
        switch now - markedMs {
        case ..<MeasuredTimes.windowMs: histogram.since(marks.former).quantile(share)
        case ..<(2 * MeasuredTimes.windowMs): histogram.since(marks.last).quantile(share)
        default: nil
        }
    }

    private mutating func mark(at now: Int64) {
        let isLongAgo = now - markedMs >= 2 * MeasuredTimes.windowMs
        marks = (last: histogram, former: isLongAgo ? histogram : marks.last)
        markedMs = now
    }
}
