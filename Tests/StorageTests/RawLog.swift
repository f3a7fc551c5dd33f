import CSQLite
import Vocabulary

/// A log's segments as SQLite alone sees them, without any of our checks: the second opinion of the damage
/// campaign.
struct RawLog: Equatable {
    enum Value: Equatable {
        case integer(Int64)
        case text([UInt8])
        case blob([UInt8])
        case null
        case real
    }

    struct Row: Equatable {
        let zxid: Zxid
        let values: [Value]
    }

    /// The rows in order, up to the first page that SQLite could not read.
    private(set) var rows: [Row] = []
    /// What ended the reading; SQLITE_DONE when nothing did.
    private(set) var end: Int32 = SQLITE_DONE

    /// Reads the log of `folder`; recovers its WAL on the way, so `folder` should be a copy.
    init(reading folder: Folder) {
        for segment in folder.segments where end == SQLITE_DONE { read(segment) }
        if folder.segments.isEmpty { end = SQLITE_CANTOPEN }
    }

    private mutating func read(_ file: String) {
        var database: OpaquePointer?
        end = sqlite3_open_v2(file, &database, SQLITE_OPEN_READWRITE, nil)
        defer { sqlite3_close_v2(database) }
        guard end == SQLITE_OK else { return }
        var statement: OpaquePointer?
        let columns = "zxid, time_ms, session, cxid, type, path, body, checksum"
        end = sqlite3_prepare_v2(database, "SELECT \(columns) FROM log ORDER BY zxid", -1, &statement, nil)
        defer { sqlite3_finalize(statement) }
        guard end == SQLITE_OK else { return }
        end = sqlite3_step(statement)
        while end == SQLITE_ROW {
            rows.append(
                Row(
                    zxid: Zxid(rawValue: sqlite3_column_int64(statement, 0)),
                    values: (0..<8).map { RawLog.value(of: statement, at: $0) }))
            end = sqlite3_step(statement)
        }
    }

    /// The first zxid of `pristine` that is not here as it was, or that something else stands before.
    func firstDifference(from pristine: RawLog) -> Zxid? {
        for (index, row) in pristine.rows.enumerated() {
            guard index < rows.count, rows[index] == row else { return row.zxid }
        }
        return rows.count > pristine.rows.count || end != SQLITE_DONE ? pristine.rows.last?.zxid.next : nil
    }

    /// Runs `sql` on all segments of `folder`, leaving no WAL.
    static func change(_ folder: Folder, _ sql: String) {
        for file in folder.segments.isEmpty ? [folder.log] : folder.segments { change(file: file, sql) }
    }

    static func change(file: String, _ sql: String) {
        var database: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        guard sqlite3_open_v2(file, &database, flags, nil) == SQLITE_OK,
            sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK
        else { fatalError("\(sql): \(String(cString: sqlite3_errmsg(database)))") }
        sqlite3_close_v2(database)
    }

    /// What the shell would print for `sql`, a line a row.
    static func query(_ folder: Folder, _ sql: String) -> [String] { query(file: folder.log, sql) }

    static func query(file: String, _ sql: String) -> [String] {
        var database: OpaquePointer?
        sqlite3_open_v2(file, &database, SQLITE_OPEN_READWRITE, nil)
        defer { sqlite3_close_v2(database) }
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK else {
            return [String(cString: sqlite3_errmsg(database))]
        }
        defer { sqlite3_finalize(statement) }
        var lines: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW {
            let fields = (0..<sqlite3_column_count(statement)).map {
                String(decoding: bytes(of: statement, at: $0), as: UTF8.self)
            }
            lines.append(fields.joined(separator: "|"))
        }
        return lines
    }

    private static func value(of statement: OpaquePointer?, at column: Int32) -> Value {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, column))
        case SQLITE_TEXT: .text(bytes(of: statement, at: column))
        case SQLITE_BLOB: .blob(bytes(of: statement, at: column))
        case SQLITE_NULL: .null
        default: .real
        }
    }

    private static func bytes(of statement: OpaquePointer?, at column: Int32) -> [UInt8] {
        let start = sqlite3_column_blob(statement, column)
        let count = Int(sqlite3_column_bytes(statement, column))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
