/// When a node takes a snapshot of itself: when the log since the last one outweighs it.
///
/// Asked, like `TurnPolicy`, by the owner of a replica: the loop of a node and the simulator's servers.
///
/// So what snapshots write is never more than what the log writes, however large the tree is and however
/// little of it changes; and a restart replays no more than it loads. A small tree is not written all the
/// time, but after 96 MiB, which are replayed within a second; or, where `snapCount` is set, after so many
/// transactions. As in ZooKeeper the number is drawn anew each time, between the half and the whole of it, so
/// that the servers of an ensemble do not write theirs at once. An election changes nothing.
package struct SnapshotSchedule: Sendable {
    /// Bytes that the log grows by between two snapshots of a small tree, at most.
    package static let bytesMin = 96 << 20

    /// After how many transactions a snapshot is due once they outweigh the tree; nil for `bytesMin`.
    private let transactionsMax: Int?
    /// After how many bytes of log one is due however large the tree is; 0 for never.
    private let logBytesMax: Int
    /// In the log since the last snapshot was begun.
    private var transactions = 0
    private var bytes = 0
    private var transactionsDue: Int
    private var bytesEnough: Int
    private var bytesDue: Int

    /// - Parameters:
    ///   - transactions: Of the log, after which one is due once they outweigh the tree; nil for `bytesMin`.
    ///   - logBytes: After which one is due however large the tree is; 0 for never.
    ///   - roll: Any number, by chance.
    package init(transactions: Int?, logBytes: Int, roll: UInt64) {
        transactionsMax = transactions
        logBytesMax = logBytes
        (transactionsDue, bytesEnough, bytesDue) = (0, 0, 0)
        draw(roll)
    }

    private mutating func draw(_ roll: UInt64) {
        func between(_ whole: Int) -> Int {
            let half = whole / 2
            return half + Int(roll % UInt64(whole - half + 1))
        }
        transactionsDue = transactionsMax.map(between) ?? .max
        bytesEnough = transactionsMax == nil ? between(SnapshotSchedule.bytesMin) : .max
        bytesDue = logBytesMax > 0 ? between(logBytesMax) : .max
    }

    package mutating func recordGrowth(transactions: Int, bytes: Int) {
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
        draw(roll)
    }
}
