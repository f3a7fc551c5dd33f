internal import Vocabulary

/// How a log's files are opened.
struct LogDisk: Sendable {
    let files: any LogFiles
    /// FULL waits for the disk at each commit. Tests show what less would lose.
    var synchronous = "FULL"

    /// The one connection that may write and checkpoint the file.
    ///
    /// - Parameter isMade: Whether the file must be there.
    func writable(_ file: String, isMade: Bool = false) throws(StorageError) -> Database {
        let database = try Database(path: file, files: files.vfs, isMade: isMade)
        try LogStore.configure(database, synchronous: synchronous)
        return database
    }

    /// A connection that changes nothing: of a file that nobody writes, or that is being finished.
    func readable(_ file: String) throws(StorageError) -> Database {
        let isAtRest = files.size(of: DataDirectory.wal(of: file)) == 0
        let database = try Database(
            path: file, files: files.vfs, isReadOnly: true, isAtRest: isAtRest)
        try database.execute("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF")
        return database
    }

    /// The segments that are there, by what they begin after, oldest first.
    func segments(in directory: DataDirectory) throws(StorageError) -> [Zxid] {
        try files.names().compactMap(DataDirectory.segmentStart).sorted()
    }

    /// Removes a file and what SQLite keeps beside it: the file first, and for good, since alone it would
    /// lack its end.
    func remove(_ file: String) throws(StorageError) {
        try files.remove(file)
        if files.size(of: DataDirectory.wal(of: file)) > 0 { try files.sync() }
        for suffix in ["-wal", "-shm"] { try files.remove(file + suffix) }
    }
}

extension LogStore {
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

    /// How long somebody else's write to the log, which should not exist, may hold up a commit.
    private static let busyTimeoutMs = 2000
}
