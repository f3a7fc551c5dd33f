internal import Clocks
package import Vocabulary

extension LogStore {
    /// Appends `rows` as one commit and returns when they are durable.
    ///
    /// - Throws: `misuse`, with nothing changed, when a row does not follow the one before it; `full`, `io`
    ///   and others when the disk failed: none of the rows counts, and no later call will succeed.
    /// - Parameter committed: What is known to be committed, noted beside the log; nil for nothing new.
    /// - Returns: Bytes that the log grew by, about.
    /// - Note: one fsync, whatever the number of rows. An acknowledgement may leave only after this returns.
    @discardableResult
    package mutating func append(_ rows: [LogRow], committed: Zxid? = nil) throws(StorageError) -> Int {
        try refuseAfterFailure()
        syncNs = 0
        if rows.isEmpty { return 0 }
        try requireSuccession(of: rows, after: head.zxid)
        do {
            if database.walPages >= checkpointAtPages { try checkpoint() }
            let end = try write(rows)
            head = end
            if let committed { self.committed = max(self.committed, committed) }
            let bytes = rows.reduce(0) { $0 + $1.approximateBytes }
            appendedBytes += bytes
            batchRows += (rows.count - batchRows) / 4
            try mark.write(acknowledged)
            return bytes
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

    private mutating func write(_ rows: [LogRow]) throws(StorageError) -> RowChain {
        // SQLite syncs within an insert, too, where a batch outgrows its cache.
        let beganNs = MachineClock.monotonicNs
        defer { syncNs += MachineClock.monotonicNs - beganNs }
        try statements.begin.run()
        let chain = try statements.insert(rows, after: head)
        let trimmed = try trimStep(appended: rows.count)
        try statements.commit.run()
        if let trimmed { numbers = trimmed }
        return chain
    }
}
