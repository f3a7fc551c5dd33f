internal import Vocabulary

/// The log of a former version, all of it in `log.db`.
extension LogOpening {
    /// Makes it the first segment, where there is one: checked as any, brought up to this schema, and given
    /// the name of what it begins after. Until it has that it is a former version's log, whole.
    ///
    /// - Returns: What was done, in a sentence; nil: there was none.
    func takeOverFormer() throws(StorageError) -> String? {
        guard disk.files.size(of: directory.formerLog) > 0, try !removeUnmade() else { return nil }
        if let start = try segmentsWithBytes().first {
            throw StorageError(
                .corrupt,
                "\(directory.path) holds two logs, log.db and \(DataDirectory.segmentName(start)) of a later "
                    + "version: move away the one that does not belong there; \(StorageError.restore)")
        }
        let start = try requireSound()
        try bringUp(start)
        let file = directory.segment(start.zxid)
        // A WAL of that name may be left alone, and must not come back either.
        try disk.remove(file)
        try disk.files.sync()
        try disk.files.rename(directory.formerLog, to: file)
        try disk.files.sync()
        return "took over the log of a former version: log.db is now \(DataDirectory.segmentName(start.zxid))"
    }

    /// Removes a `log.db` whose maker was killed in the middle of making it.
    private func removeUnmade() throws(StorageError) -> Bool {
        switch found {
        case .missing, .copy(.nothing, _): break
        default: return false
        }
        guard try hasNoSchema() else { return false }
        try disk.remove(directory.formerLog)
        return true
    }

    /// Absence is the meaning: of a damaged file more is said where it is read.
    private func hasNoSchema() throws(StorageError) -> Bool {
        do {
            return try Migrator.log.isUnmade(disk.readable(directory.formerLog))
        } catch {
            guard error.code == .corrupt else { throw error }
            return false
        }
    }

    /// Reads and compares; nothing is changed.
    private func requireSound() throws(StorageError) -> RowChain {
        let numbers = try formerNumbers()
        let database = try disk.writable(directory.formerLog)
        let rows = try LogOpening.hasRows(database) ? 1 : 0
        let segment = try Segment(database, after: numbers.start, isBegun: true, rows: Int64(rows))
        let segments = SegmentChain(directory: directory, disk: disk, complete: [], newest: segment)
        let head = try LogWitness(found, of: segments, numbers).verifyEnd(of: segments)
        try requireSnapshot(from: numbers.start.zxid, through: head.zxid)
        return numbers.start
    }

    private static func hasRows(_ database: borrowing Database) throws(StorageError) -> Bool {
        try database.prepare("SELECT 1 FROM log LIMIT 1").step()
    }

    /// Where that fails for damage, no row was reached: none counts.
    private func formerNumbers() throws(StorageError) -> NodeNumbers {
        do {
            let database = try disk.writable(directory.formerLog)
            try Migrator.log.check(database)
            _ = try LogReader(database)
            return try NodeNumbers(of: database)
        } catch {
            guard error.code == .corrupt else { throw error }
            throw StorageError.damaged(
                file: directory.formerLog, "no row can be reached (\(error.reason)): the log is lost",
                firstBad: Zxid.zero.expectedNext, soundUpTo: .zero, acknowledgedUpTo: acknowledged,
                sqlite: error.sqlite)
        }
    }

    private func bringUp(_ start: RowChain) throws(StorageError) {
        let database = try disk.writable(directory.formerLog)
        var numbers = try NodeNumbers(of: database)
        numbers.start = start
        try Migrator.log.migrate(database)
        let segment = try Segment(database, after: start, isBegun: true, rows: 0)
        try LogOpening.close(segment, numbers)
    }

    private static func close(
        _ segment: consuming Segment, _ numbers: NodeNumbers
    ) throws(StorageError) {
        try segment.statements.begin.run()
        try segment.begin(numbers)
        try segment.statements.commit.run()
        guard try segment.close() else {
            throw StorageError(
                .busy, "log.db is open elsewhere, and cannot be taken over meanwhile; end what reads it")
        }
    }
}
