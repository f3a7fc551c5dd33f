import NIOCore
package import Vocabulary

extension LogStore {
    /// Appends `rows` as one commit and returns when they are durable.
    ///
    /// - Throws: `misuse`, with nothing changed, when a row does not follow the one before it; `full`, `io`
    ///   and others when the disk failed: none of the rows counts, and no later call will succeed.
    /// - Parameter committed: What is known to be committed, noted beside the log; nil for nothing new.
    /// - Note: one fsync, whatever the number of rows. An acknowledgement may leave only after this returns.
    package mutating func append(_ rows: [LogRow], committed: Zxid? = nil) throws(StorageError) {
        try refuseAfterFailure()
        if rows.isEmpty { return }
        try requireSuccession(of: rows, after: head.zxid)
        do {
            if database.walPages >= checkpointAtPages { try checkpoint() }
            let end = try write(rows)
            head = end
            if let committed { self.committed = max(self.committed, committed) }
            appendedBytes += rows.reduce(0) { $0 + $1.approximateBytes }
            try mark.write(acknowledged)
        } catch {
            throw giveUp(error)
        }
    }

    func requireSuccession(of rows: [LogRow], after zxid: Zxid) throws(StorageError) {
        var last = zxid
        for index in rows.indices {
            let zxid = rows[index].zxid
            guard last.isFollowed(by: zxid) else {
                throw StorageError(
                    .misuse, "\(directory.log): \(zxid) cannot follow \(last) in a log without gaps")
            }
            last = zxid
        }
    }

    private func write(_ rows: [LogRow]) throws(StorageError) -> RowChain {
        try statements.begin.run()
        let chain = try statements.insert(rows, after: head)
        try statements.commit.run()
        return chain
    }
}

extension LogStatements {
    /// Inserts `rows` within the caller's transaction and returns the chain at their end.
    func insert(_ rows: [LogRow], after start: RowChain) throws(StorageError) -> RowChain {
        var chain = start
        var rest = rows[...]
        while rest.count >= LogStatements.rowsAtOnce {
            let several = rest.prefix(LogStatements.rowsAtOnce)
            try insertSeveral.insert(several, from: 1, extending: &chain)
            rest = rest.dropFirst(several.count)
        }
        for index in rest.indices { try insert.insert(rest[index...index], from: 1, extending: &chain) }
        insertSeveral.clear()
        insert.clear()
        return chain
    }
}

extension Statement {
    /// Binds `rows` from parameter `first` on and runs; paths and bodies are not copied on their way into
    /// SQLite's page, so each stays borrowed while the next is bound.
    fileprivate func insert(
        _ rows: ArraySlice<LogRow>, from first: Int32, extending chain: inout RowChain
    ) throws(StorageError) {
        guard let row = rows.first else { return try run() }
        bind(row.zxid.rawValue, at: first)
        bind(row.timeMs, at: first + 1)
        bind(row.session.rawValue, at: first + 2)
        bind(row.cxid, at: first + 3)
        bind(row.type, at: first + 4)
        guard let path = row.path else {
            bindNull(at: first + 5)
            return try insert(rows, pathOfFirst: nil, from: first, extending: &chain)
        }
        try path.bytes.span.bytes.withUnsafeBytes { bytes throws(StorageError) in
            borrow(text: bytes, at: first + 5)
            try insert(rows, pathOfFirst: bytes, from: first, extending: &chain)
        }
    }

    private func insert(
        _ rows: ArraySlice<LogRow>, pathOfFirst path: UnsafeRawBufferPointer?, from first: Int32,
        extending chain: inout RowChain
    ) throws(StorageError) {
        let row = rows[rows.startIndex]
        try row.body.readableBytesSpan.withUnsafeBytes { body throws(StorageError) in
            chain = chain.extended(
                zxid: row.zxid, timeMs: row.timeMs, session: row.session.rawValue, cxid: row.cxid,
                type: row.type, path: path, body: body)
            borrow(blob: body, at: first + 6)
            bind(Int64(bitPattern: chain.checksum), at: first + 7)
            try insert(rows.dropFirst(), from: first + LogStatements.columns, extending: &chain)
        }
    }
}
