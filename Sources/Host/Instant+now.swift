internal import Glibc
package import Vocabulary

extension Instant {
    /// Reads both clocks of the machine.
    package static var now: Instant {
        Instant(monotonicMs: milliseconds(CLOCK_MONOTONIC), wallMs: milliseconds(CLOCK_REALTIME))
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
