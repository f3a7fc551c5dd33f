internal import NIOCore
internal import Vocabulary

/// The statements that change the log, prepared once.
package struct LogStatements: ~Copyable {
    package let begin: Statement
    let insert: Statement
    package let commit: Statement
    package let setNumber: Statement
    let deleteAfter: Statement

    package init(_ database: borrowing Database) throws(StorageError) {
        let begin = try database.prepare("BEGIN IMMEDIATE")
        let insert = try database.prepare(
            "INSERT INTO log (\(RawRow.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        let commit = try database.prepare("COMMIT")
        let setNumber = try database.prepare(
            "INSERT OR REPLACE INTO node (name, value, checksum) VALUES (?, ?, ?)")
        let deleteAfter = try database.prepare("DELETE FROM log WHERE zxid > ?")
        self.begin = begin
        self.insert = insert
        self.commit = commit
        self.setNumber = setNumber
        self.deleteAfter = deleteAfter
    }
}

extension LogStatements {
    /// Inserts `rows` within the caller's transaction and returns the chain at their end.
    package func insert(_ rows: [LogRow], after start: RowChain) throws(StorageError) -> RowChain {
        var chain = start
        try rows.withUnsafeBufferPointer { rows throws(StorageError) in
            // By address: a row that is copied counts references that another thread counts, too.
            guard let first = rows.baseAddress else { return }
            for index in rows.indices { try insert(first + index, extending: &chain) }
        }
        insert.clear()
        return chain
    }

    /// Binds and runs one row; path and body are not copied on their way into SQLite's page.
    private func insert(
        _ row: UnsafePointer<LogRow>, extending chain: inout RowChain
    ) throws(StorageError) {
        insert.bind(row.pointee.zxid.rawValue, at: 1)
        insert.bind(row.pointee.timeMs, at: 2)
        insert.bind(row.pointee.session.rawValue, at: 3)
        insert.bind(row.pointee.cxid, at: 4)
        insert.bind(row.pointee.type, at: 5)
        guard let path = row.pointee.path?.bytes else {
            insert.bindNull(at: 6)
            return try run(row, path: nil, extending: &chain)
        }
        try path.span.bytes.withUnsafeBytes { bytes throws(StorageError) in
            insert.borrow(text: bytes, at: 6)
            try run(row, path: bytes, extending: &chain)
        }
    }

    private func run(
        _ row: UnsafePointer<LogRow>, path: UnsafeRawBufferPointer?, extending chain: inout RowChain
    ) throws(StorageError) {
        try row.pointee.body.readableBytesSpan.withUnsafeBytes { body throws(StorageError) in
            chain = chain.extended(
                zxid: row.pointee.zxid, timeMs: row.pointee.timeMs, session: row.pointee.session.rawValue,
                cxid: row.pointee.cxid, type: row.pointee.type, path: path, body: body)
            insert.borrow(blob: body, at: 7)
            insert.bind(Int64(bitPattern: chain.checksum), at: 8)
            try insert.run()
        }
    }
}
