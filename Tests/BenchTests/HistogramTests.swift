import Testing

@testable import aviary_bench

@Suite struct `A histogram of durations` {
    @Test func `answers zero while it is empty`() {
        #expect(Histogram().value(at: 0.99) == 0)
    }

    @Test func `keeps small values exactly`() {
        var histogram = Histogram()
        for value: UInt64 in 1...200 { histogram.record(value) }
        #expect(histogram.value(at: 0.5) == 100)
        #expect(histogram.value(at: 0.99) == 198)
        #expect(histogram.maximum == 200)
    }

    @Test(arguments: [300, 4_095, 4_096, 123_456, 9_999_999, 3_600_000_000_000] as [UInt64])
    func `keeps large values within one percent, never too small`(value: UInt64) {
        var histogram = Histogram()
        histogram.record(value)
        histogram.record(value * 1000)
        let answer = histogram.value(at: 0.5)
        #expect(answer >= value)
        #expect(Double(answer - value) < Double(value) / 100)
    }

    @Test func `never answers more than its maximum`() {
        var histogram = Histogram()
        histogram.record(1_000_001)
        #expect(histogram.value(at: 1) == 1_000_001)
    }

    @Test func `adds up`() {
        var one = Histogram()
        var two = Histogram()
        one.record(10)
        two.record(30)
        one.add(two)
        #expect(one.count == 2)
        #expect(one.mean == 20)
        #expect(one.value(at: 1) == 30)
    }
}
