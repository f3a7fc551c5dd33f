internal import Glibc

/// The two clocks of the machine.
package enum MachineClock {
    /// Only goes forward, from a moment that means nothing.
    package static var monotonicNs: Int64 { nanoseconds(CLOCK_MONOTONIC) }

    package static var monotonicMs: Int64 { nanoseconds(CLOCK_MONOTONIC) / 1_000_000 }

    /// Since 1970 UTC; jumps when it is set.
    package static var wallMs: Int64 { nanoseconds(CLOCK_REALTIME) / 1_000_000 }

    private static func nanoseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
