internal import Glibc
package import Vocabulary

extension Instant {
    /// Reads both clocks of the machine.
    package static var now: Instant {
        Instant(monotonicMs: milliseconds(CLOCK_MONOTONIC), wallMs: milliseconds(CLOCK_REALTIME))
    }

    /// The monotonic clock, for what is shorter than a millisecond.
    static var monotonicNs: Int64 {
        let time = read(CLOCK_MONOTONIC)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        let time = read(clock)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
