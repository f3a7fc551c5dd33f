import Testing
import Vocabulary

@Suite struct `A histogram` {
    @Test(arguments: [
        (-1, 0), (0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (32_767, 15), (32_768, 16), (Int64.max, 16),
    ])
    func `has a range for every value, below its bound`(value: Int64, index: Int) {
        var histogram = Histogram()
        histogram.add(value)
        #expect((0...Histogram.boundCount).map { histogram[$0] }.firstIndex(of: 1) == index)
        if index < Histogram.boundCount { #expect(value < Histogram.bound(index)) }
    }

    @Test func `tells quantiles as if values were evenly spread`() {
        var histogram = Histogram()
        #expect(histogram.quantile(0.5) == nil)
        for _ in 0..<50 { histogram.add(0) }
        for _ in 0..<50 { histogram.add(5) }
        #expect(histogram.quantile(0.5) == 0)
        #expect(histogram.quantile(0.75) == 6)
        #expect(histogram.sum == 250)
    }

    @Test func `forgets in its quantiles what is longer ago than ten minutes`() {
        var times = MeasuredTimes()
        for _ in 0..<100 { times.add(ms: 1000, length: 1000, at: 1_000_000) }
        let first = times.quantile(0.5, at: 1_000_000) ?? 0
        #expect(first > 511 && first <= 1024)
        #expect(times.quantile(0.5, at: 1_599_999) == first)
        #expect(times.quantile(0.5, at: 1_600_000) == nil)
        times.add(ms: 0, length: 0, at: 1_700_000)
        #expect(times.quantile(0.99, at: 1_700_000) == 0)
        #expect(times.summary.count == 101)
    }

    @Test func `keeps the last window while the next one fills`() {
        var times = MeasuredTimes()
        for _ in 0..<9 { times.add(ms: 100, length: 100, at: 1_000_000) }
        times.add(ms: 0, length: 0, at: 1_400_000)
        #expect((times.quantile(0.5, at: 1_400_000) ?? 0) > 63)
        times.add(ms: 0, length: 0, at: 1_800_000)
        #expect(times.quantile(0.5, at: 1_800_000) == 0)
    }
}
