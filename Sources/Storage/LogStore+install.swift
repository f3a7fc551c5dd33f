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
    /// - Note: the mark decides (`AcknowledgedMark`).
    package mutating func install(
        snapshot zxid: Zxid, rows: [LogRow]
    ) throws(StorageError) {
        try refuseAfterFailure()
        guard zxid > .zero, directory.holdsSnapshot(zxid) else {
            throw StorageError(
                .misuse,
                "\(directory.snapshot(zxid)) must be there before the log begins after it")
        }
        try requireSuccession(of: rows, after: zxid)
        do {
            tenure.check.stop()
            try keeper.wait()
            let start = RowChain(afterSnapshot: zxid)
            let end = try make(start, rows)
            var decided = acknowledged
            (decided.chain, decided.committed, decided.successor) = (start, zxid, zxid)
            try mark.replace(decided)
            try LogStore.exchange(in: directory, for: zxid, disk)
            // Opened only if it is there: it is what the mark vouches for.
            segments.complete = []
            segments.newest = try Segment(
                opening: directory.segment(zxid), after: start, isBegun: true, disk)
            head = end
            committed = zxid
            try mark.replace(acknowledged)
            tenure.check.resume()
        } catch {
            throw giveUp(error)
        }
    }

    /// Writes the new history, whole and durable, under a name that counts for nothing.
    private func make(_ start: RowChain, _ rows: [LogRow]) throws(StorageError) -> RowChain {
        try disk.remove(directory.installedSegment)
        var segment = try Segment(creating: directory.installedSegment, after: start, disk)
        try segment.statements.begin.run()
        try segment.begin(numbers)
        let end = try segment.statements.insert(rows, after: start)
        try segment.statements.commit.run()
        guard try segment.close() else {
            throw StorageError(.busy, "\(directory.installedSegment): somebody else has it open")
        }
        try disk.files.sync()
        return end
    }

    /// Removes the old history and gives the new one its name; done again where it was cut short.
    static func exchange(
        in directory: DataDirectory, for zxid: Zxid, _ disk: LogDisk
    ) throws(StorageError) {
        guard disk.files.size(of: directory.installedSegment) > 0 else { return }
        for old in try disk.segments(in: directory).reversed() { try disk.remove(directory.segment(old)) }
        // A WAL of that name may be left alone, and must not come back either.
        try disk.remove(directory.segment(zxid))
        try disk.files.sync()
        try disk.files.rename(directory.installedSegment, to: directory.segment(zxid))
        try disk.files.sync()
    }
}
