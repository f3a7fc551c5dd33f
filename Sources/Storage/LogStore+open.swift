import Vocabulary

extension LogStore {
    /// Opens the log of the node that lives in `directory`, creating what is missing.
    ///
    /// Before it returns, the end of the log was compared with what this node has acknowledged, everything it
    /// counts in `lastZxid` is durable (a vote may rest on it), and no other process can open the folder.
    ///
    /// - Throws: `locked`, `readOnly`, `schema`, `corrupt`; of a damaged folder nothing is changed.
    ///
    /// - Parameter isEmptyBelieved: Whether a folder without a log is a new node's. Where it is not, it is
    ///   marked before anything is made in it: it has to synchronize first.
    package static func open(
        directory: String, isEmptyBelieved: Bool = true
    ) throws(StorageError) -> LogStore {
        try open(directory: directory, isEmptyBelieved: isEmptyBelieved, disk: DiskAccess())
    }

    /// How SQLite meets the disk; tests put a faulty one under it.
    struct DiskAccess {
        /// The `sqlite3_vfs` by name; nil is the system's.
        var files: String?
        /// FULL waits for the disk at each commit. Tests show what less would lose.
        var synchronous = "FULL"
        /// Whether `log.db` exists; asked of the disk that will hold it.
        var logExists: ((_ path: String) -> Bool) = { DataDirectory.size(of: $0) > 0 }
    }

    static func open(
        directory: String, isEmptyBelieved: Bool = true, disk: DiskAccess
    ) throws(StorageError) -> LogStore {
        let directory = try DataDirectory(creating: directory)
        let lock = try DirectoryLock(directory)
        try directory.closeToOthers()
        let found = try AcknowledgedMark.read(directory)
        if !disk.logExists(directory.log) {
            try refuseLostLog(found, directory)
            if !isEmptyBelieved {
                try CatchUpMark.write("the folder was empty, and db.autocreate is false", to: directory)
            }
        }

        let database = try Database(path: directory.log, files: disk.files)
        let numbers = try openingNumbers(of: database, disk, found)
        let reader = try LogReader(database)
        let witness = try witness(found, numbers, reader, directory)
        let head = try verifyEnd(of: reader, numbers, witness, directory)
        try requireSnapshot(from: numbers.start.zxid, through: head.zxid, directory)

        let mark = try AcknowledgedMark(directory, after: found)
        var store = try LogStore(
            directory: directory, lock: lock, database: database, mark: mark, numbers: numbers, head: head,
            committed: min(witness.committed, head.zxid), mustSynchronize: CatchUpMark.read(directory))
        try store.makeDurable()
        return store
    }

    /// The rows that a killed process wrote but never synced are counted from now on: sync them first.
    private mutating func makeDurable() throws(StorageError) {
        _ = try database.checkpoint(.passive)
        try mark.replace(acknowledged)
        try directory.removeUnfinishedSnapshots()
        try directory.sync()
    }

    /// A log without its beginning is worth nothing without what stands for that.
    private static func requireSnapshot(
        from start: Zxid, through last: Zxid, _ directory: DataDirectory
    ) throws(StorageError) {
        guard start != .zero, try directory.snapshots(from: start, through: last).isEmpty else { return }
        throw StorageError(
            .corrupt,
            "\(directory.snapshot(start)), or a later snapshot, is missing: log.db begins after \(start) "
                + "and is of no use without one; \(StorageError.restore)")
    }

    /// Prepares the database up to its single numbers. Where that fails for damage, no row was reached: none
    /// counts.
    private static func openingNumbers(
        of database: borrowing Database, _ disk: DiskAccess, _ found: AcknowledgedMark.Found
    ) throws(StorageError) -> NodeNumbers {
        do {
            try configure(database, synchronous: disk.synchronous)
            try Migrator.log.migrate(database)
            _ = try LogReader(database)
            return try NodeNumbers(of: database)
        } catch {
            guard error.code == .corrupt else { throw error }
            var acknowledged: Zxid?
            if case .copy(let mark, _) = found { acknowledged = mark.chain.zxid }
            throw StorageError.damaged(
                file: database.path, "no row can be reached (\(error.reason)): the log is lost",
                firstBad: Zxid.zero.expectedNext, soundUpTo: .zero, acknowledgedUpTo: acknowledged,
                sqlite: error.sqlite)
        }
    }

    /// - Parameter synchronous: how SQLite waits for the disk, in its words.
    package static func configure(
        _ database: borrowing Database, synchronous: String
    ) throws(StorageError) {
        // Order matters: the page size is decided before the first page is written, by the change to WAL.
        try database.execute(
            """
            PRAGMA page_size = 4096;
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = \(synchronous);
            PRAGMA secure_delete = OFF;
            PRAGMA cell_size_check = ON;
            PRAGMA trusted_schema = OFF;
            PRAGMA busy_timeout = \(busyTimeoutMs);
            """)
    }

    /// How long somebody else's write to `log.db`, which should not exist, may hold up a commit.
    private static let busyTimeoutMs = 2000

    private static func refuseLostLog(_ found: AcknowledgedMark.Found, _ directory: DataDirectory)
        throws(StorageError)
    {
        switch found {
        case .missing, .copy(.nothing, _):
            return
        case .damaged:
            throw StorageError(
                .corrupt,
                "\(directory.log) is missing and \(directory.mark) is damaged; \(StorageError.restore)")
        case .copy(let acknowledged, _):
            throw StorageError.damaged(
                file: directory.log, "the file is missing", firstBad: Zxid.zero.expectedNext,
                soundUpTo: .zero,
                acknowledgedUpTo: acknowledged.chain.zxid)
        }
    }

    /// Reads the mark; none at all is right for a log that never held anything.
    private static func witness(
        _ found: AcknowledgedMark.Found, _ numbers: NodeNumbers, _ reader: borrowing LogReader,
        _ directory: DataDirectory
    ) throws(StorageError) -> Acknowledged {
        if case .copy(let acknowledged, _) = found { return acknowledged.resolved(start: numbers.start) }
        guard try reader.lastZxid() == nil, numbers == NodeNumbers() else {
            let what = if case .damaged = found { "both copies are damaged" } else { "the file is missing" }
            let end = try diagnose(reader, numbers, acknowledged: nil)
            throw StorageError(
                .corrupt,
                "\(directory.mark): \(what), so nothing says how far the log went; log.db by itself is sound "
                    + "up to \(end.zxid); \(StorageError.restore)")
        }
        return .nothing
    }

    /// Checks the end of the log, from the last acknowledged row on, and returns its last row's chain.
    private static func verifyEnd(
        of reader: borrowing LogReader, _ numbers: NodeNumbers, _ witness: Acknowledged,
        _ directory: DataDirectory
    ) throws(StorageError) -> RowChain {
        do {
            let end = try compareEnd(of: reader, numbers, witness, directory)
            try requireEpochs(numbers, witness, directory)
            return end
        } catch {
            // The end showed that something is wrong; where it begins to be wrong, only the whole log can
            // tell.
            if error.code == .corrupt { _ = try diagnose(reader, numbers, acknowledged: witness.chain.zxid) }
            throw error
        }
    }

    private static func requireEpochs(
        _ numbers: NodeNumbers, _ witness: Acknowledged, _ directory: DataDirectory
    ) throws(StorageError) {
        guard numbers.acceptedEpoch < witness.acceptedEpoch || numbers.currentEpoch < witness.currentEpoch
        else {
            return
        }
        throw StorageError(
            .corrupt,
            "\(directory.log): holds epochs \(numbers.acceptedEpoch.rawValue) and "
                + "\(numbers.currentEpoch.rawValue), but this node has promised "
                + "\(witness.acceptedEpoch.rawValue) and \(witness.currentEpoch.rawValue): an older copy; "
                + StorageError.restore)
    }

    private static func compareEnd(
        of reader: borrowing LogReader, _ numbers: NodeNumbers, _ witness: Acknowledged,
        _ directory: DataDirectory
    ) throws(StorageError) -> RowChain {
        let acknowledged = witness.chain.zxid
        let chain = try reader.chain(atOrBefore: acknowledged) ?? numbers.start
        guard chain.zxid == acknowledged else {
            let end = try diagnose(reader, numbers, acknowledged: acknowledged)
            throw StorageError.damaged(
                file: directory.log, "the log ends too early: missing row", firstBad: end.zxid.expectedNext,
                soundUpTo: end.zxid, acknowledgedUpTo: acknowledged)
        }
        guard chain == witness.chain else {
            throw StorageError.damaged(
                file: directory.log, "not the log that was here: another row", firstBad: acknowledged,
                soundUpTo: numbers.start.zxid, acknowledgedUpTo: acknowledged)
        }
        if acknowledged == numbers.start.zxid {
            return try reader.verify(after: numbers.start, acknowledged: acknowledged)
        }
        let before = try reader.chain(atOrBefore: Zxid(rawValue: acknowledged.rawValue - 1)) ?? numbers.start
        return try reader.verify(after: before, acknowledged: acknowledged)
    }

    /// Reads the whole log to say how far it is sound; throws at the first bad row.
    private static func diagnose(
        _ reader: borrowing LogReader, _ numbers: NodeNumbers, acknowledged: Zxid?
    ) throws(StorageError) -> RowChain {
        try reader.verify(after: numbers.start, acknowledged: acknowledged)
    }
}
