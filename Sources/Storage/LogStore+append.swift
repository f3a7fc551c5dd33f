internal import Clocks
package import Vocabulary

extension LogStore {
    /// Appends `rows` as one commit and returns when they are durable.
    ///
    /// - Throws: `misuse`, with nothing changed, when a row does not follow the one before it; `full`, `io`
    ///   and others when the disk failed, here or beside the writes: none of the rows counts, and no later
    ///   call will succeed.
    /// - Parameter committed: What is known to be committed, noted beside the log; nil for nothing new.
    /// - Returns: Bytes that the log grew by, about.
    /// - Note: one fsync, whatever the number of rows. An acknowledgement may leave only after this returns.
    @discardableResult
    package mutating func append(_ rows: [LogRow], committed: Zxid? = nil) throws(StorageError) -> Int {
        try append([rows], committed: committed)
    }

    /// The same of rows that came in several arrays: none of them is copied.
    @discardableResult
    package mutating func append(_ runs: [[LogRow]], committed: Zxid? = nil) throws(StorageError) -> Int {
        try refuseAfterFailure()
        syncNs = 0
        let count = runs.reduce(0) { $0 + $1.count }
        if count == 0 { return 0 }
        var last = head.zxid
        for rows in runs { last = try requireSuccession(of: rows, after: last) }
        do {
            try keeper.check()
            head = try write(runs, count: count)
            if let committed { self.committed = max(self.committed, committed) }
            try mark.write(acknowledged)
            let bytes = runs.reduce(0) { $0 + LogRow.approximateBytes(of: $1) }
            segments.newest.bytes += bytes
            return bytes
        } catch {
            throw giveUp(error)
        }
    }

    /// - Returns: The last zxid of `rows`, or `zxid` itself.
    @discardableResult
    func requireSuccession(of rows: [LogRow], after zxid: Zxid) throws(StorageError) -> Zxid {
        var last = zxid
        let rows = rows.span
        for index in rows.indices {
            let zxid = rows[index].zxid
            guard last.isFollowed(by: zxid) else {
                throw StorageError(
                    .misuse, "\(directory.path): \(zxid) cannot follow \(last) in a log without gaps")
            }
            last = zxid
        }
        return last
    }

    private mutating func write(_ runs: [[LogRow]], count: Int) throws(StorageError) -> RowChain {
        // SQLite syncs within an insert, too, where a batch outgrows its cache.
        let beganNs = MachineClock.monotonicNs
        defer { syncNs += MachineClock.monotonicNs - beganNs }
        try beginNextIfFull()
        try segments.newest.statements.begin.run()
        if !segments.newest.isBegun { try segments.newest.begin(numbers) }
        var chain = head
        for rows in runs { chain = try segments.newest.statements.insert(rows, after: chain) }
        try segments.newest.statements.commit.run()
        segments.newest.rows += Int64(count)
        letFullOneGo()
        return chain
    }
}
