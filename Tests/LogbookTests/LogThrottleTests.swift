import Testing

@testable import Logbook

/// A throttle that expectations may change.
private final class ThrottleAtWork {
    private var throttle = LogThrottle()

    func admits(_ kind: String, from address: String, timesMax: Int = 1, atMs now: Int64) -> Bool {
        throttle.admits(kind, from: address, timesMax: timesMax, atMs: now)
    }

    func counts(atMs now: Int64) -> [LogThrottle.Count] { throttle.counts(atMs: now) }
    var nextEndMs: Int64? { throttle.nextEndMs }
}

@Suite struct `Complaints about strangers` {
    private let throttle = ThrottleAtWork()

    @Test func `are said once, then counted, and said as a number`() {
        var said = 0
        for _ in 0..<36_365 where throttle.admits("bad frame", from: "10.0.0.1", atMs: 5) { said += 1 }
        #expect(said == 1)
        #expect(throttle.counts(atMs: 5 + LogThrottle.windowMs - 1).isEmpty, "not before the window is over")
        #expect(
            throttle.counts(atMs: 5 + LogThrottle.windowMs) == [
                .init(kind: "bad frame", address: "10.0.0.1", times: 36_364)
            ])
    }

    @Test func `that go on are one line a window`() {
        var said = 0
        var counted = 0
        for now in stride(from: 0, to: 10 * LogThrottle.windowMs, by: 100) {
            if throttle.admits("bad frame", from: "a", atMs: now) { said += 1 }
            counted += throttle.counts(atMs: now).count
        }
        #expect(said == 1)
        #expect(counted == 9)
    }

    @Test func `that end are forgotten, and said anew`() {
        #expect(throttle.admits("bad frame", from: "a", atMs: 0))
        #expect(throttle.counts(atMs: LogThrottle.windowMs).isEmpty)
        #expect(throttle.nextEndMs == nil)
        #expect(throttle.admits("bad frame", from: "a", atMs: LogThrottle.windowMs))
    }

    @Test func `are told apart by kind and address`() {
        #expect(throttle.admits("bad frame", from: "a", atMs: 0))
        #expect(throttle.admits("bad frame", from: "b", atMs: 0))
        #expect(throttle.admits("bad name", from: "a", atMs: 0))
        #expect(!throttle.admits("bad name", from: "a", atMs: 0))
    }

    @Test func `from many addresses are some lines and one number`() {
        var said = 0
        for number in 0..<100_000 where throttle.admits("bad frame", from: "a\(number)", atMs: 0) {
            said += 1
        }
        #expect(said == LogThrottle.addressesMax)
        let counts = throttle.counts(atMs: LogThrottle.windowMs)
        #expect(counts == [.init(kind: "bad frame", address: nil, times: 100_000 - said)])
        #expect(throttle.admits("bad frame", from: "late", atMs: LogThrottle.windowMs))
    }

    @Test func `remember no more than they may, whatever comes`() {
        var said = 0
        for number in 0..<20_000 where throttle.admits("kind \(number)", from: "a\(number)", atMs: 0) {
            said += 1
        }
        #expect(said == LogThrottle.windowsMax)
        #expect(throttle.counts(atMs: LogThrottle.windowMs).count <= LogThrottle.windowsMax)
    }

    @Test func `that are ordinary are said some times first`() {
        let said = (0..<100).count { _ in throttle.admits("comes", from: "a", timesMax: 10, atMs: 0) }
        #expect(said == 10)
        #expect(throttle.counts(atMs: LogThrottle.windowMs).map(\.times) == [90])
        #expect(!throttle.admits("comes", from: "a", timesMax: 10, atMs: LogThrottle.windowMs))
    }
}
