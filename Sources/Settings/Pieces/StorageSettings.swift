import Ensembles

/// When snapshots are due, how many stay, and which syncs are slow.
package struct StorageSettings: Equatable, Sendable {
    /// `snapCount`: transactions after which a snapshot may be due, if they outweigh it; nil where it is not
    /// set and their weight alone decides.
    package var snapshotTransactions: Int?
    /// `snapSizeLimitInKb`: bytes of log after which one is due, whichever comes first; 0 for no such rule.
    package var snapshotLogBytes = 4_194_304 << 10
    /// `txnLogSizeLimitInKb`: bytes of rows after which the log goes on in another file.
    package var segmentBytes = 4096 << 10
    /// `autopurge.snapRetainCount`, at least 3.
    package var snapshotsKept = 3
    /// `autopurge.purgeInterval`: without effect, old snapshots go when a new one is complete.
    package var purgeIntervalMs = 0
    /// `fsync.warningthresholdms`: a slower sync is worth a line in the log.
    package var slowSyncMs = 1000
}

extension StorageSettings {
    init(_ entries: Entries, warnings: inout [SettingsWarning]) throws(SettingsError) {
        // Apache raises smaller numbers silently: with one, every request would start a snapshot.
        snapshotTransactions =
            try entries["snapCount"] == nil
            ? nil
            : max(
                2,
                entries.integer(
                    "snapCount", default: 100_000, in: Entries.anyInteger, "a number of transactions"))
        let limitKb = try entries.integer(
            "snapSizeLimitInKb", default: 4_194_304, in: -1...Int.max >> 10, "KiB")
        snapshotLogBytes = max(0, limitKb) << 10
        let segmentKb = try entries.integer(
            "txnLogSizeLimitInKb", default: 4096, in: -1...Int.max >> 10, "KiB, or -1")
        // Smaller ones would be more files than a start should open.
        if segmentKb > 0 { segmentBytes = max(64, segmentKb) << 10 }
        snapshotsKept = try entries.integer(
            "autopurge.snapRetainCount", default: 3, in: Entries.anyInteger, "a number of snapshots")
        if snapshotsKept < 3 {
            warnings.append(
                entries.advice("autopurge.snapRetainCount", "is raised to 3, the least that can be kept"))
            snapshotsKept = 3
        }
        purgeIntervalMs = try StorageSettings.interval(entries)
        slowSyncMs = try entries.integer("fsync.warningthresholdms", default: 1000, "milliseconds")
    }

    /// Hours, or from 3.10 on a number with `ms`, `s`, `m`, `h` or `d`.
    private static func interval(_ entries: Entries) throws(SettingsError) -> Int {
        let key = "autopurge.purgeInterval"
        guard let text = entries.text(key)?.lowercased() else { return 0 }
        let digits = text.prefix { $0.isNumber || $0 == "-" }
        let unitMs: [String: Int] = [
            "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "": 3_600_000,
        ]
        let unit = unitMs[String(text.dropFirst(digits.count)).trimmed]
        guard let unit, let count = Int32(digits) else {
            throw entries.invalid(
                key, "is not a number of hours", "write hours, such as \(key)=24, or 0 to keep everything")
        }
        return max(0, Int(count)) * unit
    }
}
