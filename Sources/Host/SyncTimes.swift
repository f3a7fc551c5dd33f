package import Console

/// How long the disk took to have what it was given, each time.
package struct SyncTimes {
    /// In milliseconds.
    package private(set) var summary = Summary()
    /// How many took longer than operators think right (`fsync.warningthresholdms`).
    package private(set) var slowCount: Int64 = 0
    private let slowMs: Int64

    package init(slowMs: Int64) {
        self.slowMs = slowMs
    }

    /// - Returns: Milliseconds, when they are too many.
    package mutating func note(ns: Int64) -> Int64? {
        let tookMs = ns / 1_000_000
        summary.add(tookMs)
        guard tookMs > slowMs else { return nil }
        slowCount += 1
        return tookMs
    }

    /// `srst`; summaries go on.
    package mutating func resetCount() { slowCount = 0 }
}
