import Storage
import Vocabulary

/// The connection to one file of a log that is visited.
final class OpenSegment {
    enum Way {
        /// A node may write it, or finish it.
        case shared
        /// Nobody writes it any more.
        case atRest
        /// A copy of it and of its WAL, where SQLite may write beside them.
        case copied(String)
    }

    let file: SegmentFile
    let database: Database
    /// Of the file as it was when it was opened.
    let stamp: FileStamp?
    /// Whether it can say what it ends with: a former version's file cannot.
    private let hasCompletion: Bool

    /// - Throws: `corrupt` or `schema` where no row of it can be reached.
    init(_ file: SegmentFile, _ way: Way) throws(StorageError) {
        stamp = FileStamp(file)
        let database =
            switch way {
            case .shared: try Database(path: file.path, isReadOnly: true)
            case .atRest: try Database(path: file.path, isAtRest: true)
            case .copied(let copy): try Database(path: copy)
            }
        try database.execute(
            "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = 2000;")
        hasCompletion = try Migrator.log.verify(database, has: 1) > 1
        // A damaged schema may still name the tables, and not their columns.
        _ = try database.prepare("SELECT \(RawRow.columns) FROM log")
        _ = try database.prepare("SELECT name, value, checksum FROM node")
        if hasCompletion { _ = try database.prepare("SELECT last_zxid, last_checksum, rows FROM completion") }
        self.file = file
        self.database = database
    }

    /// The end that it says it has; nil where no file follows it yet.
    func completion(after start: RowChain) throws(StorageError) -> Completion? {
        hasCompletion ? try Completion(of: database, after: start) : nil
    }

    /// The number of rows, whatever they are: a damaged file may have one twice.
    func countRows() throws(StorageError) -> Int64 {
        let count = try database.prepare("SELECT count(*) FROM log")
        return try count.step() ? count.int64(0) : 0
    }

    /// The row at one of its ends.
    func row(atEnd: Bool) throws(StorageError) -> RowChain? {
        let order = atEnd ? "DESC" : "ASC"
        let rows = try database.prepare("SELECT zxid, checksum FROM log ORDER BY zxid \(order) LIMIT 1")
        guard try rows.step() else { return nil }
        return RowChain(zxid: Zxid(rawValue: rows.int64(0)), checksum: UInt64(bitPattern: rows.int64(1)))
    }
}
