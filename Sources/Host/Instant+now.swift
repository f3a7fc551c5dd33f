internal import Clocks
package import Vocabulary

extension Instant {
    /// Reads both clocks of the machine.
    package static var now: Instant {
        Instant(monotonicMs: MachineClock.monotonicMs, wallMs: MachineClock.wallMs)
    }

    /// The monotonic clock, for what is shorter than a millisecond.
    static var monotonicNs: Int64 { MachineClock.monotonicNs }
}
