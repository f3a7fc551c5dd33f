/// A moment as the core is told it: one clock for waiting, one for people.
package struct Instant: Equatable, Sendable {
    /// Milliseconds of a clock that never jumps; every timeout is counted with it.
    package var monotonicMs: Int64
    /// Milliseconds since 1970 UTC by the node's wall clock; becomes ctime and mtime.
    package var wallMs: Int64

    @inlinable
    package init(monotonicMs: Int64, wallMs: Int64) {
        self.monotonicMs = monotonicMs
        self.wallMs = wallMs
    }
}
