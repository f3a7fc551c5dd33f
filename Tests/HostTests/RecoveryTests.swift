import Replica
import Storage
import Testing
import Vocabulary
import Znodes

@testable import Host

@Suite struct `A start from a folder` {
    let folder = TestFolder()

    /// Three snapshots, each with transactions behind it; the log trimmed to the first if so wanted.
    private func history(trimmed: Bool) throws -> [Zxid] {
        var store = try LogStore.open(directory: folder.path)
        // A segment for each batch.
        store.limits.bytes = 1000
        var snapshots: [Zxid] = []
        for _ in 0..<3 {
            try folder.append(700, to: &store)
            snapshots.append(try folder.takeSnapshot())
        }
        if trimmed { try store.trim(through: snapshots[0]) }
        for _ in 0..<5 { try folder.append(200, to: &store) }
        #expect((store.startZxid == snapshots[0]) == trimmed)
        return snapshots
    }

    private func expectWhole(after snapshot: Zxid?) throws {
        let found = try folder.recover()
        let tree = folder.history.committed.tree.digest
        #expect(found.digest == tree && found.zxid.counter == 3100 && found.znodes == 3104)
        #expect(found.replayed.transactions == 3100 - Int(snapshot?.counter ?? 0))
        #expect(found.replayed.bytes > found.replayed.transactions * 50)
    }

    @Test(arguments: [false, true]) func `takes the newest snapshot, and the log behind it`(trimmed: Bool)
        throws
    {
        let snapshots = try history(trimmed: trimmed)
        try expectWhole(after: snapshots[2])
    }

    @Test(arguments: [false, true]) func `takes an older one when the newest is damaged`(trimmed: Bool) throws
    {
        let snapshots = try history(trimmed: trimmed)
        try folder.damage(snapshots[2])
        try expectWhole(after: snapshots[1])
        try SnapshotFolder.remove(snapshots[1], in: folder.path)
        try expectWhole(after: snapshots[0])
    }

    @Test func `replays the whole log when no snapshot can be believed`() throws {
        for snapshot in try history(trimmed: false) { try folder.damage(snapshot) }
        try expectWhole(after: nil)
    }

    @Test func `is refused when the log is trimmed and no snapshot can be believed`() throws {
        for snapshot in try history(trimmed: true) { try folder.damage(snapshot) }
        #expect(throws: StorageError(.corrupt)) { try folder.recover() }
    }
}
