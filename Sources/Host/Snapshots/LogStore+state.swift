internal import Replica
internal import Storage
internal import Vocabulary

/// Whole trees in snapshot files.
extension LogStore {
    /// Puts a received tree, and what came behind it, in the place of all that was there.
    mutating func install(_ state: StoredState, rows: [LogRow]) throws(StorageError) {
        let zxid = state.head.zxid
        var writer = try SnapshotFile(state.head, in: snapshotDirectory, by: .log)
        for page in state.znodes { try writer.add(page) }
        try writer.finish()
        try install(snapshot: zxid, rows: rows)
        for old in try SnapshotFolder.snapshots(in: snapshotDirectory) where old != zxid {
            try SnapshotFolder.remove(old, in: snapshotDirectory)
        }
    }
}
