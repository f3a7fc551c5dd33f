import Vocabulary

/// Reads rows in order and believes none of them: each is checked against the chain as it comes.
struct LogReader: ~Copyable {
    private let file: String
    private let rows: Statement
    private let row: Statement
    private let last: Statement

    init(_ database: borrowing Database) throws(StorageError) {
        let rows = try database.prepare("SELECT \(RawRow.columns) FROM log WHERE zxid > ? ORDER BY zxid")
        let row = try database.prepare(
            "SELECT zxid, checksum FROM log WHERE zxid <= ? ORDER BY zxid DESC LIMIT 1")
        let last = try database.prepare("SELECT zxid FROM log ORDER BY zxid DESC LIMIT 1")
        self.file = database.path
        self.rows = rows
        self.row = row
        self.last = last
    }

    /// The last row's zxid, nil in an empty log.
    func lastZxid() throws(StorageError) -> Zxid? {
        defer { last.reset() }
        return try last.step() ? Zxid(rawValue: last.int64(0)) : nil
    }

    /// The position and checksum of the last row at or before `zxid`; nil when there is none. Not verified.
    func chain(atOrBefore zxid: Zxid) throws(StorageError) -> RowChain? {
        defer { row.reset() }
        row.bind(zxid.rawValue, at: 1)
        guard try row.step() else { return nil }
        return RowChain(zxid: Zxid(rawValue: row.int64(0)), checksum: UInt64(bitPattern: row.int64(1)))
    }

    /// Hands over every row that follows `start`, each verified, and returns the chain at the end.
    ///
    /// - Parameter end: Where the file must end; nil where only it can say.
    /// - Throws: `corrupt` at the first row that is missing or changed, after all before it were handed over;
    ///   whatever `body` throws.
    func read(
        after start: RowChain, acknowledged: Zxid?, through end: RowChain? = nil,
        _ body: (LogRow) throws -> Void
    ) throws -> RowChain {
        var chain = start
        rows.bind(start.zxid.rawValue, at: 1)
        defer { rows.reset() }
        while try step(after: chain, acknowledged: acknowledged) {
            let row = try verifiedRow(&chain, acknowledged: acknowledged)
            try body(row)
        }
        try requireEnd(chain, end, acknowledged)
        return chain
    }

    /// Reads for the sake of the checks alone.
    func verify(
        after start: RowChain, acknowledged: Zxid?, through end: RowChain? = nil
    ) throws(StorageError) -> RowChain {
        var chain = start
        rows.bind(start.zxid.rawValue, at: 1)
        defer { rows.reset() }
        while try step(after: chain, acknowledged: acknowledged) {
            _ = try verifiedRow(&chain, acknowledged: acknowledged)
        }
        try requireEnd(chain, end, acknowledged)
        return chain
    }

    private func requireEnd(_ chain: RowChain, _ end: RowChain?, _ acknowledged: Zxid?) throws(StorageError) {
        guard end == nil || chain == end else {
            throw damaged("the segment ends too early: missing row", after: chain, acknowledged)
        }
    }

    /// Moves on; an unreadable page is reported with the place in the log where it was met.
    private func step(after chain: RowChain, acknowledged: Zxid?) throws(StorageError) -> Bool {
        do {
            return try rows.step()
        } catch {
            guard error.code == .corrupt else { throw error }
            throw damaged(
                "unreadable page (\(error.message))", after: chain, acknowledged, sqlite: error.sqlite)
        }
    }

    private func verifiedRow(_ chain: inout RowChain, acknowledged: Zxid?) throws(StorageError) -> LogRow {
        let zxid = Zxid(rawValue: rows.int64(0))
        guard chain.zxid.isFollowed(by: zxid) else {
            throw damaged(
                "missing row (the next one is \(zxid))", missing(between: chain.zxid, and: zxid),
                after: chain,
                acknowledged)
        }
        let raw = RawRow(rows)
        guard raw.isWellFormed else { throw damaged("changed row", zxid, after: chain, acknowledged) }
        let next = raw.row.chained(to: chain)
        guard next.checksum == raw.checksum else {
            let what =
                zxid.epoch == chain.zxid.epoch ? "changed row" : "changed row, or missing rows before it,"
            throw damaged(what, zxid, after: chain, acknowledged)
        }
        chain = next
        return raw.row
    }

    /// The first zxid that should stand between two rows; nil when only "after the first" is certain.
    private func missing(between last: Zxid, and next: Zxid) -> Zxid? {
        last == .zero && next > .zero ? Zxid(epoch: next.epoch, counter: 1) : nil
    }

    private func damaged(
        _ what: String, _ firstBad: Zxid? = nil, after chain: RowChain, _ acknowledged: Zxid?,
        sqlite: Int32 = 0
    ) -> StorageError {
        .damaged(
            file: file, what, firstBad: firstBad ?? chain.zxid.expectedNext, soundUpTo: chain.zxid,
            acknowledgedUpTo: acknowledged, sqlite: sqlite)
    }
}
