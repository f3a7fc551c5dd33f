internal import Vocabulary

/// A part of the log, open for writing through the one connection that ever writes its file.
struct Segment: ~Copyable {
    /// The link that it begins after: the end of the one before.
    let start: RowChain
    var database: Database
    let statements: LogStatements
    let reader: LogReader
    /// Whether its numbers are in it: they come with its first commit, and until then it counts for nothing.
    var isBegun: Bool
    /// How many rows it holds.
    var rows: Int64
    /// Bytes of the rows in it, about.
    var bytes = 0

    var file: String { database.path }
    /// Pages of 4096 bytes in its WAL: what the end of its use has to copy.
    var walPages: Int { database.walPages }

    /// How full it is: 1 is where the next one is to begin.
    func fullness(_ limits: SegmentLimits) -> Double {
        max(Double(walPages) / Double(limits.walPages), Double(bytes) / Double(limits.bytes))
    }

    /// Takes one over that was opened and checked.
    init(
        _ database: consuming Database, after start: RowChain, isBegun: Bool, rows: Int64
    ) throws(StorageError) {
        let statements = try LogStatements(database)
        let reader = try LogReader(database)
        self.statements = statements
        self.reader = reader
        self.database = database
        self.start = start
        self.isBegun = isBegun
        self.rows = rows
    }

    /// Opens one that has rows already, and counts them.
    init(
        opening file: String, after start: RowChain, isBegun: Bool, _ disk: LogDisk
    ) throws(StorageError) {
        let database = try disk.writable(file, isMade: true)
        try Migrator.log.migrate(database)
        let rows = try Segment.count(in: database)
        try self.init(database, after: start, isBegun: isBegun, rows: rows)
        // Otherwise one that is opened again and again before it is full would never be.
        bytes = Int(disk.files.size(of: file))
    }

    /// Makes an empty one.
    init(creating file: String, after start: RowChain, _ disk: LogDisk) throws(StorageError) {
        let database = try disk.writable(file)
        try Migrator.log.migrate(database)
        try self.init(database, after: start, isBegun: false, rows: 0)
    }

    /// Gives the segment that was made before its name behind `start`, durably, and opens it.
    ///
    /// The folder is synced here: SQLite would do it with the WAL's first sync, and not say when that failed.
    ///
    /// - Parameter hasWAL: Whether there is a WAL to write over, too.
    static func place(
        behind start: RowChain, in directory: DataDirectory, hasWAL: Bool, _ disk: LogDisk
    ) throws(StorageError) -> Segment {
        let file = directory.segment(start.zxid)
        if hasWAL { try disk.files.rename(directory.nextWAL, to: DataDirectory.wal(of: file)) }
        try disk.files.rename(directory.nextSegment, to: file)
        try disk.files.sync()
        return try Segment(disk.writable(file), after: start, isBegun: false, rows: 0)
    }
}

extension Segment {
    /// Within the caller's transaction, what makes it a part of the log.
    mutating func begin(_ numbers: NodeNumbers) throws(StorageError) {
        var numbers = numbers
        numbers.start = start
        try numbers.write(with: statements.setNumber)
        isBegun = true
    }

    /// Asks the file how many rows it holds.
    mutating func recount() throws(StorageError) { rows = try Segment.count(in: database) }

    private static func count(in database: borrowing Database) throws(StorageError) -> Int64 {
        let count = try database.prepare("SELECT count(*) FROM log")
        return try count.step() ? count.int64(0) : 0
    }

    /// All of it in its file, durable, and no WAL beside it.
    ///
    /// The disk gets it a piece at a time, since the commits of the next segment wait for the same disk.
    ///
    /// - Returns: Whether that is so: while somebody else reads an old state of it, its WAL stays.
    consuming func close() throws(StorageError) -> Bool {
        guard try database.checkpointUnsynced() else { return false }
        let writeback = Writeback(of: file)
        writeback?.run()
        try database.sync()
        try Segment.close(database, statements, reader)
        // The connection's locks are gone, and may be lost with it.
        _ = consume writeback
        return true
    }

    /// The connection goes last, and takes the WAL along.
    private static func close(
        _ database: consuming Database, _ statements: consuming LogStatements, _ reader: consuming LogReader
    ) throws(StorageError) {
        _ = consume statements
        _ = consume reader
        database.removeWALOnClose()
    }
}

/// Where a segment is full.
package struct SegmentLimits: Sendable {
    /// Pages of 4096 bytes in its WAL: what the disk holds of it for a while, and a start has to copy.
    package var walPages: Int
    /// Bytes of rows, about: what is written at once when it is finished, beside the commits of the next one.
    package var bytes: Int

    package init(walPages: Int, bytes: Int) {
        self.walPages = walPages
        self.bytes = bytes
    }

    package static let standard = SegmentLimits(walPages: 4096, bytes: 4 << 20)
}

/// A segment that another one follows: nothing in it changes.
struct CompleteSegment: Sendable, Equatable {
    let start: RowChain
    let end: RowChain
}
