package import Vocabulary

extension LogStore {
    /// Puts another history in the place of this one: the tree of the snapshot at `zxid`, and `rows` after
    /// it. Durable when it returns; until then, and after a crash at any point, the log is either the old one
    /// or the new one, whole.
    ///
    /// The epochs stay as they are. Older snapshots are of no use afterwards and may be removed.
    ///
    /// The snapshot is committed, and nothing of `rows` known to be: a new leader sends what it has before a
    /// quorum has it too.
    ///
    /// - Precondition: the snapshot is complete and durable under its name (`SnapshotWriter.finish`).
    /// - Throws: `misuse`, with nothing changed, without that snapshot, at zero, or when a row does not
    ///   follow the one before it; others when the disk failed, and the log is given up.
    /// - Note: one commit with all of `rows` and the removal of all that was there.
    package mutating func install(
        snapshot zxid: Zxid, rows: [LogRow]
    ) throws(StorageError) {
        try refuseAfterFailure()
        guard zxid > .zero, directory.holdsSnapshot(zxid) else {
            throw StorageError(
                .misuse, "\(directory.snapshot(zxid)) must be there before \(directory.log) begins after it")
        }
        try requireSuccession(of: rows, after: zxid)
        do {
            // The mark first: a crash after this leaves the old log, which it still vouches for, or the new.
            var leaving = acknowledged
            leaving.successor = zxid
            try mark.replace(leaving)
            try exchange(RowChain(afterSnapshot: zxid), rows)
            self.committed = zxid
            appendedBytes += rows.reduce(0) { $0 + $1.approximateBytes }
            try mark.replace(acknowledged)
        } catch {
            throw giveUp(error)
        }
    }

    /// The one commit that decides.
    private mutating func exchange(_ start: RowChain, _ rows: [LogRow]) throws(StorageError) {
        var changed = numbers
        changed.start = start
        try statements.begin.run()
        try statements.deleteAll.run()
        try changed.write(with: statements.setNumber)
        let end = try statements.insert(rows, after: start)
        try statements.commit.run()
        numbers = changed
        head = end
    }
}
