package import Settings

/// When a node takes a snapshot of itself: when the log since the last one outweighs it.
///
/// So what snapshots write is never more than what the log writes, however large the tree is and however
/// little of it changes; and a restart replays no more than it loads. A small tree is not written all the
/// time, but after 96 MiB, which are replayed within a second; or, where `snapCount` is set, after so many
/// transactions. As in ZooKeeper the number is drawn anew each time, between the half and the whole of it, so
/// that the servers of an ensemble do not write theirs at once. An election changes nothing.
package struct SnapshotSchedule: Sendable {
    /// What the log grows by between two snapshots of a small tree, at most.
    package static let bytesMin = 96 << 20

    private let settings: StorageSettings
    /// In the log since the last snapshot was begun.
    private var transactions = 0
    private var bytes = 0
    private var transactionsDue: Int
    private var bytesEnough: Int
    private var bytesDue: Int

    /// - Parameter roll: Any number, by chance.
    package init(_ settings: StorageSettings, roll: UInt64) {
        self.settings = settings
        (transactionsDue, bytesEnough, bytesDue) = SnapshotSchedule.draw(settings, roll)
    }

    private static func draw(_ settings: StorageSettings, _ roll: UInt64) -> (Int, Int, Int) {
        func between(_ whole: Int) -> Int {
            let half = whole / 2
            return half + Int(roll % UInt64(whole - half + 1))
        }
        return (
            settings.snapshotTransactions.map(between) ?? .max,
            settings.snapshotTransactions == nil ? between(bytesMin) : .max,
            settings.snapshotLogBytes > 0 ? between(settings.snapshotLogBytes) : .max
        )
    }

    package mutating func note(transactions: Int, bytes: Int) {
        self.transactions += transactions
        self.bytes += bytes
    }

    /// Whether one may be due: the tree decides.
    package var hasEnough: Bool {
        transactions >= transactionsDue || bytes >= bytesEnough || bytes >= bytesDue
    }

    /// - Parameter treeBytes: What a snapshot would take, about.
    package func isDue(treeBytes: Int) -> Bool {
        bytes >= bytesDue || (hasEnough && bytes >= treeBytes)
    }

    /// One was begun, or could not be: the next is due after as much again.
    package mutating func restart(roll: UInt64) {
        transactions = 0
        bytes = 0
        (transactionsDue, bytesEnough, bytesDue) = SnapshotSchedule.draw(settings, roll)
    }
}
