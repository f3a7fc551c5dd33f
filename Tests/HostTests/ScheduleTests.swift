import Replica
import Settings
import Testing

@testable import Host

@Suite struct `When a snapshot is due` {
    private static func settings(_ change: (inout StorageSettings) -> Void = { _ in }) -> StorageSettings {
        var settings = NodeSettings.standalone().storage
        settings.snapshotTransactions = 1000
        change(&settings)
        return settings
    }

    @Test func `the log outweighs the tree, and holds enough transactions`() {
        var schedule = SnapshotSchedule(Self.settings(), roll: 0)
        schedule.recordGrowth(transactions: 499, bytes: 10_000)
        #expect(!schedule.hasEnough && !schedule.isDue(treeBytes: 0))
        schedule.recordGrowth(transactions: 1, bytes: 0)
        #expect(schedule.hasEnough)
        #expect(schedule.isDue(treeBytes: 10_000) && !schedule.isDue(treeBytes: 10_001))
    }

    @Test func `the number is drawn anew, between the half and the whole`() {
        var due: Set<Int> = []
        for roll in 0..<2000 as Range<UInt64> {
            var schedule = SnapshotSchedule(Self.settings(), roll: 5)
            schedule.restart(roll: roll)
            var transactions = 0
            while !schedule.hasEnough {
                schedule.recordGrowth(transactions: 1, bytes: 1)
                transactions += 1
            }
            due.insert(transactions)
        }
        #expect(due.min() == 500 && due.max() == 1000 && due.count == 501)
    }

    @Test func `without a number the log's weight alone decides`() {
        var schedule = SnapshotSchedule(NodeSettings.standalone().storage, roll: 0)
        schedule.recordGrowth(transactions: 10_000_000, bytes: SnapshotSchedule.bytesMin / 2 - 1)
        #expect(!schedule.hasEnough && !schedule.isDue(treeBytes: 0))
        schedule.recordGrowth(transactions: 1, bytes: 1)
        #expect(schedule.hasEnough && schedule.isDue(treeBytes: 1000))
        #expect(!schedule.isDue(treeBytes: SnapshotSchedule.bytesMin))
    }

    @Test func `much log is enough, whatever the tree weighs`() {
        var schedule = SnapshotSchedule(Self.settings { $0.snapshotLogBytes = 1 << 20 }, roll: 0)
        schedule.recordGrowth(transactions: 1, bytes: 1 << 19)
        #expect(schedule.hasEnough && schedule.isDue(treeBytes: .max))
        schedule.restart(roll: 0)
        #expect(!schedule.hasEnough && !schedule.isDue(treeBytes: 0))
        var unlimited = SnapshotSchedule(Self.settings { $0.snapshotLogBytes = 0 }, roll: 0)
        unlimited.recordGrowth(transactions: 1, bytes: .max / 2)
        #expect(!unlimited.hasEnough)
    }
}
