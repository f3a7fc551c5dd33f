internal import Replica
internal import Settings

extension SnapshotSchedule {
    /// By `snapCount` and `snapSizeLimitInKb`.
    init(_ settings: StorageSettings, roll: UInt64) {
        self.init(
            transactions: settings.snapshotTransactions, logBytes: settings.snapshotLogBytes, roll: roll)
    }
}
