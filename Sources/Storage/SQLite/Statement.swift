import CSQLite

/// One prepared statement, used again and again; finalized when it goes away.
package struct Statement: ~Copyable {
    private let handle: OpaquePointer
    private let path: String

    init(_ handle: OpaquePointer, path: String) {
        self.handle = handle
        self.path = path
    }

    deinit { sqlite3_finalize(handle) }

    // MARK: Parameters, counted from 1

    package func bind(_ value: Int64, at index: Int32) { check(sqlite3_bind_int64(handle, index, value)) }

    func bind(_ value: Int32, at index: Int32) { check(sqlite3_bind_int(handle, index, value)) }

    func bindNull(at index: Int32) { check(sqlite3_bind_null(handle, index)) }

    /// Copies `text`.
    func bind(_ text: String, at index: Int32) {
        // SQLITE_TRANSIENT is a cast that Swift does not import.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        check(sqlite3_bind_text(handle, index, text, -1, transient))
    }

    /// Borrows `bytes` as text without a copy: they must stay where they are until the statement is reset.
    package func borrow(text bytes: UnsafeRawBufferPointer, at index: Int32) {
        let start = bytes.baseAddress.map { $0.assumingMemoryBound(to: CChar.self) }
        // A null pointer would bind NULL, and no bytes is not no text.
        if let start, !bytes.isEmpty {
            check(sqlite3_bind_text64(handle, index, start, UInt64(bytes.count), nil, UInt8(SQLITE_UTF8)))
        } else {
            check(sqlite3_bind_text64(handle, index, "", 0, nil, UInt8(SQLITE_UTF8)))
        }
    }

    /// Borrows `bytes` as a blob without a copy: they must stay where they are until the statement is reset.
    func borrow(blob bytes: UnsafeRawBufferPointer, at index: Int32) {
        if let start = bytes.baseAddress, !bytes.isEmpty {
            check(sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), nil))
        } else {
            check(sqlite3_bind_zeroblob(handle, index, 0))
        }
    }

    /// Forgets all parameters, so that no borrowed pointer outlives its bytes.
    func clear() { sqlite3_clear_bindings(handle) }

    // MARK: Running

    /// Moves to the next row; false after the last.
    package func step() throws(StorageError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw error(code)
        }
    }

    /// Runs a statement that returns no rows, and makes it ready for the next time.
    package func run() throws(StorageError) {
        let code = sqlite3_step(handle)
        if code == SQLITE_DONE {
            sqlite3_reset(handle)
            return
        }
        let failure = error(code)
        sqlite3_reset(handle)
        throw failure
    }

    /// Ends a query before its last row, or makes it ready for the next time.
    package func reset() { sqlite3_reset(handle) }

    // MARK: The current row, columns counted from 0

    package func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func isInteger(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_INTEGER }

    func isText(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_TEXT }

    func isBlob(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_BLOB }

    // Where a row is asked for both, value and type: each question of a column by itself costs as much as the
    // two of these. A value may be asked on the connection's own thread, until the next step.

    /// A column as a number, and whether it is one.
    func number(_ column: Int32) -> (value: Int64, isInteger: Bool) {
        let value = sqlite3_column_value(handle, column)
        let isInteger = sqlite3_value_type(value) == SQLITE_INTEGER
        return (sqlite3_value_int64(value), isInteger)
    }

    /// The bytes of a blob or text as they are stored, and which it is; gone at the next step.
    func content(_ column: Int32) -> Content {
        let value = sqlite3_column_value(handle, column)
        let type = sqlite3_value_type(value)
        let start = sqlite3_value_blob(value)
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value)))
        return Content(
            bytes: bytes, isText: type == SQLITE_TEXT, isNull: type == SQLITE_NULL,
            isBlob: type == SQLITE_BLOB)
    }

    struct Content {
        let bytes: UnsafeRawBufferPointer
        let isText: Bool
        let isNull: Bool
        let isBlob: Bool
    }

    package func text(_ column: Int32) -> String {
        String(decoding: bytes(column), as: UTF8.self)
    }

    /// The bytes of a blob or text as they are stored; gone at the next step.
    package func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        // The order matters: asking for the pointer first lets SQLite load an overflowing value.
        let start = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
    }

    /// Hands a column over as the answer of a function or a virtual table, whatever its type.
    package func pass(_ column: Int32, to context: OpaquePointer) {
        sqlite3_result_value(context, sqlite3_column_value(handle, column))
    }

    /// A wrong index or a statement still running is our own mistake; only memory can run out.
    private func check(_ code: Int32) {
        precondition(code == SQLITE_OK, "a parameter that the statement has, bound while it rests")
    }

    private func error(_ code: Int32) -> StorageError {
        let connection = sqlite3_db_handle(handle)
        let sql = sqlite3_sql(handle).map { String(cString: $0) } ?? "a statement"
        return StorageError(
            sqlite: code, system: sqlite3_system_errno(connection),
            reason: String(cString: sqlite3_errmsg(connection)), doing: sql, file: path)
    }
}
