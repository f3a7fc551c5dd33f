internal import CSQLite
internal import Clocks
internal import Glibc
package import Storage

/// A value as SQL has it.
package enum SQLValue: Equatable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text([UInt8])
    case blob([UInt8])
}

/// A function that queries may call with a row's body, or a znode's data.
package struct SQLFunction: Sendable {
    package let name: String
    package let body: @Sendable ([UInt8]) -> SQLValue

    package init(_ name: String, _ body: @escaping @Sendable ([UInt8]) -> SQLValue) {
        self.name = name
        self.body = body
    }
}

/// SQL over a node's folder: a database in memory, with the log as a table that lies over all of its files,
/// and the views over it that each file has for itself.
///
/// Queries may select, and nothing else: neither write nor attach.
package final class SQLConsole {
    private let handle: OpaquePointer
    /// The copies of its files, where it needs some, are there as long as this.
    private let folder: NodeFolder
    private var functions: [Unmanaged<FunctionCell>] = []
    private var isSealed = false
    /// When a query is given up, by a clock that never jumps; nil is never.
    private var deadlineMs: Int64?

    package init(over folder: NodeFolder, functions: [SQLFunction]) throws(StorageError) {
        self.folder = folder
        if let fault = folder.logFault { throw fault }
        var opened: OpaquePointer?
        let flags =
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_URI
            | SQLITE_OPEN_NOMUTEX
        guard sqlite3_open_v2(":memory:", &opened, flags, nil) == SQLITE_OK, let opened else {
            throw StorageError(.io, "SQLite has no memory for a database")
        }
        handle = opened
        for function in functions { define(function) }
        try execute("PRAGMA trusted_schema = ON")
        try makeLog()
    }

    /// The schema of the log's files with one table for all of them in the place of theirs.
    private func makeLog() throws(StorageError) {
        for migration in Migrator.log.migrations {
            try execute(String(decoding: migration.sql, as: UTF8.self))
        }
        for table in ["log", "node", "migrations", "completion"] { try execute("DROP TABLE \(table)") }
        SegmentsTable.register("log", over: folder.segments, on: handle)
        // SQLite makes the table with the first query, and takes that for something to authorize.
        try execute("SELECT 1 FROM log LIMIT 0")
    }

    deinit {
        sqlite3_close_v2(handle)
        for function in functions { function.release() }
    }

    /// Runs statements that make views and tables of this connection alone; only before `seal`.
    package func execute(_ sql: String) throws(StorageError) {
        precondition(!isSealed, "what users may ask comes last")
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error(during: sql) }
    }

    /// Adds a row to a table that `execute` made.
    package func insert(into table: String, _ values: [SQLValue]) throws(StorageError) {
        let marks = Array(repeating: "?", count: values.count).joined(separator: ", ")
        let sql = "INSERT INTO \(table) VALUES (\(marks))"
        if inserting?.sql != sql {
            sqlite3_finalize(inserting?.statement)
            var prepared: OpaquePointer?
            guard sqlite3_prepare_v2(handle, sql, -1, &prepared, nil) == SQLITE_OK, let prepared else {
                throw error(during: sql)
            }
            inserting = (sql, prepared)
        }
        guard let statement = inserting?.statement else { return }
        for (index, value) in values.enumerated() { bind(value, at: Int32(index + 1), of: statement) }
        defer { sqlite3_reset(statement) }
        guard sqlite3_step(statement) == SQLITE_DONE else { throw error(during: sql) }
    }

    private var inserting: (sql: String, statement: OpaquePointer)?

    /// From now on only questions.
    ///
    /// - Parameter limitMs: how long one may take: while a node runs, its WAL grows as long as somebody
    ///   reads.
    package func seal(limitMs: Int64?) {
        sqlite3_finalize(inserting?.statement)
        inserting = nil
        isSealed = true
        self.limitMs = limitMs
        sqlite3_set_authorizer(
            handle, { _, action, name, _, _, _ in SQLConsole.authorize(action, name) }, nil)
        let this = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_progress_handler(
            handle, 10_000,
            { this in
                guard let this else { return 0 }
                return Unmanaged<SQLConsole>.fromOpaque(this).takeUnretainedValue().isOverdue ? 1 : 0
            }, this)
    }

    private var limitMs: Int64?

    private var isOverdue: Bool { deadlineMs.map { MachineClock.monotonicMs > $0 } ?? false }

    private static func authorize(_ action: Int32, _ name: UnsafePointer<CChar>?) -> Int32 {
        switch action {
        case SQLITE_SELECT, SQLITE_READ, SQLITE_FUNCTION, SQLITE_RECURSIVE: return SQLITE_OK
        case SQLITE_PRAGMA:
            let pragma = name.map { String(cString: $0) } ?? ""
            return ["table_info", "table_list", "table_xinfo"].contains(pragma) ? SQLITE_OK : SQLITE_DENY
        default: return SQLITE_DENY
        }
    }

    /// Answers every statement in `sql`, in order.
    ///
    /// - Throws: `misuse` for SQL that is wrong or that wants more than to read; `busy` when it took too
    ///   long.
    package func run(
        _ sql: String, columns: ([String]) throws -> Void, row: ([SQLValue]) throws -> Void
    ) throws {
        deadlineMs = limitMs.map { MachineClock.monotonicMs + $0 }
        try folder.segments.during { try runEach(sql, columns, row) }
    }

    private func runEach(
        _ sql: String, _ columns: ([String]) throws -> Void, _ row: ([SQLValue]) throws -> Void
    ) throws {
        var bytes = Array(sql.utf8CString)
        try bytes.withUnsafeMutableBufferPointer { text in
            guard var next = UnsafePointer(text.baseAddress) else { return }
            while next.pointee != 0 {
                var statement: OpaquePointer?
                var rest: UnsafePointer<CChar>?
                guard sqlite3_prepare_v2(handle, next, -1, &statement, &rest) == SQLITE_OK else {
                    throw error(during: sql)
                }
                defer { sqlite3_finalize(statement) }
                if let statement { try run(statement, sql, columns, row) }
                guard let rest else { return }
                next = rest
            }
        }
    }

    private func run(
        _ statement: OpaquePointer, _ sql: String, _ columns: ([String]) throws -> Void,
        _ row: ([SQLValue]) throws -> Void
    ) throws {
        let count = sqlite3_column_count(statement)
        try columns(
            (0..<count).map { sqlite3_column_name(statement, $0).map { String(cString: $0) } ?? "" })
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: try row((0..<count).map { SQLConsole.value(statement, $0) })
            case SQLITE_DONE: return
            default: throw error(during: sql)
            }
        }
    }

    /// Whether a text ends a statement.
    package static func isComplete(_ sql: String) -> Bool { sqlite3_complete(sql) == 1 }

    // MARK: Values

    private static func value(_ statement: OpaquePointer, _ column: Int32) -> SQLValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
        case SQLITE_NULL: return .null
        case let type:
            let start = sqlite3_column_blob(statement, column)
            let count = Int(sqlite3_column_bytes(statement, column))
            let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
            return type == SQLITE_TEXT ? .text(bytes) : .blob(bytes)
        }
    }

    private func bind(_ value: SQLValue, at index: Int32, of statement: OpaquePointer) {
        switch value {
        case .null: sqlite3_bind_null(statement, index)
        case .integer(let number): sqlite3_bind_int64(statement, index, number)
        case .real(let number): sqlite3_bind_double(statement, index, number)
        case .text(let bytes):
            let text = bytes.map { CChar(bitPattern: $0) } + [0]
            sqlite3_bind_text(statement, index, text, Int32(bytes.count), SQLConsole.transient)
        case .blob(let bytes):
            bytes.withUnsafeBytes { bytes in
                _ =
                    bytes.isEmpty
                    ? sqlite3_bind_zeroblob(statement, index, 0)
                    : sqlite3_bind_blob(
                        statement, index, bytes.baseAddress, Int32(bytes.count), SQLConsole.transient)
            }
        }
    }

    /// SQLITE_TRANSIENT is a cast that Swift does not import.
    fileprivate static var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    // MARK: Functions

    private func define(_ function: SQLFunction) {
        let cell = Unmanaged.passRetained(FunctionCell(function))
        functions.append(cell)
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY
        sqlite3_create_function_v2(
            handle, function.name, 1, flags, cell.toOpaque(),
            { context, _, values in
                guard let context, let cell = sqlite3_user_data(context), let value = values?.pointee else {
                    return
                }
                let start = sqlite3_value_blob(value)
                let count = Int(sqlite3_value_bytes(value))
                let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
                let function = Unmanaged<FunctionCell>.fromOpaque(cell).takeUnretainedValue().function
                SQLConsole.answer(function.body(bytes), to: context)
            }, nil, nil, nil)
    }

    private static func answer(_ value: SQLValue, to context: OpaquePointer) {
        switch value {
        case .null: sqlite3_result_null(context)
        case .integer(let number): sqlite3_result_int64(context, number)
        case .real(let number): sqlite3_result_double(context, number)
        case .text(let bytes):
            var text = bytes.map { CChar(bitPattern: $0) }
            text.append(0)
            sqlite3_result_text(context, text, Int32(bytes.count), transient)
        case .blob(let bytes):
            bytes.withUnsafeBytes {
                sqlite3_result_blob(context, $0.baseAddress, Int32($0.count), transient)
            }
        }
    }

    // MARK: Words

    private func error(during sql: String) -> StorageError {
        // The words of whoever met the fault name the file.
        if let fault = folder.segments.fault {
            folder.segments.fault = nil
            return fault
        }
        let code = sqlite3_extended_errcode(handle)
        let reason = String(cString: sqlite3_errmsg(handle))
        switch code & 0xff {
        case SQLITE_INTERRUPT:
            return StorageError(
                .busy,
                "the query took longer than one may while a node runs on \(folder.path); ask a "
                    + "backup instead (`aviary-admin backup`)")
        case SQLITE_AUTH:
            return StorageError(.misuse, "a query may only read (\(reason)): write a SELECT")
        case SQLITE_ERROR, SQLITE_MISUSE, SQLITE_RANGE:
            return StorageError(
                .misuse,
                "\(reason); the views are txns, znodes, sessions, epochs, segments and snapshots, and "
                    + "`PRAGMA table_info(txns)` names a view's columns")
        default:
            return StorageError(sqlite: code, reason: reason, doing: sql, file: folder.path)
        }
    }
}

/// A function as SQLite holds on to it.
private final class FunctionCell {
    let function: SQLFunction

    init(_ function: SQLFunction) {
        self.function = function
    }
}
