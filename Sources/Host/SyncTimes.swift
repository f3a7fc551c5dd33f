package import Vocabulary

/// Times that the disk took to have what it was given.
package struct SyncTimes {
    /// Of which the histogram counts sixteenths of a millisecond.
    package private(set) var times = MeasuredTimes()
    /// Transactions that the disk was given at a time.
    package private(set) var batchSizes = Summary()
    /// How many took longer than operators think right (`fsync.warningthresholdms`).
    package private(set) var slowCount: Int64 = 0
    private let slowMs: Int64
    private let serverID: Int64

    /// Of the histogram.
    package static let unitNs: Int64 = 62_500

    package init(slowMs: Int64, serverID: Int64) {
        self.slowMs = slowMs
        self.serverID = serverID
    }

    /// - Returns: A warning of a sync that was slow, in the words of Apache's servers: they are looked for
    ///   in logs.
    package mutating func add(ns: Int64, transactions: Int, at now: Int64) -> String? {
        let tookMs = ns / 1_000_000
        times.add(ms: tookMs, length: ns / SyncTimes.unitNs, at: now)
        batchSizes.add(Int64(transactions))
        guard tookMs > slowMs else { return nil }
        slowCount += 1
        return """
            fsync-ing the write ahead log in SyncThread:\(serverID) took \(tookMs)ms which will adversely \
            effect operation latency; look at what else uses the device of the log
            """
    }

    /// `srst`; summaries go on.
    package mutating func resetCount() { slowCount = 0 }
}
