package import Storage
package import Vocabulary

/// Single rows of a log that is visited, by their place.
package struct LogVisit: ~Copyable {
    private let first: Statement
    private let last: Statement
    private let at: Statement

    init(_ database: borrowing Database) throws(StorageError) {
        let columns = "SELECT \(RawRow.columns) FROM log"
        let first = try database.prepare("\(columns) WHERE zxid >= ? ORDER BY zxid LIMIT 1")
        let last = try database.prepare("\(columns) WHERE zxid <= ? ORDER BY zxid DESC LIMIT 1")
        let at = try database.prepare("\(columns) WHERE zxid = ?")
        self.first = first
        self.last = last
        self.at = at
    }

    /// The first row at or after `zxid`. Like all here, as it stands in the file: not verified.
    package func row(atOrAfter zxid: Zxid) throws(StorageError) -> LogRow? { try row(first, zxid) }

    package func row(atOrBefore zxid: Zxid) throws(StorageError) -> LogRow? { try row(last, zxid) }

    package func row(at zxid: Zxid) throws(StorageError) -> LogRow? { try row(at, zxid) }

    /// The chain's checksum that stands in the last row at or before `zxid`.
    package func chain(atOrBefore zxid: Zxid) throws(StorageError) -> RowChain? {
        defer { last.reset() }
        last.bind(zxid.rawValue, at: 1)
        guard try last.step() else { return nil }
        return RowChain(zxid: Zxid(rawValue: last.int64(0)), checksum: UInt64(bitPattern: last.int64(7)))
    }

    private func row(_ statement: borrowing Statement, _ zxid: Zxid) throws(StorageError) -> LogRow? {
        defer { statement.reset() }
        statement.bind(zxid.rawValue, at: 1)
        return try statement.step() ? RawRow(statement).row : nil
    }

    /// A reign's rows, as far as they can be told from the first and the last one: without a gap there are so
    /// many.
    package struct Reign: Equatable, Sendable {
        package let epoch: Epoch
        package let first: Zxid
        package let last: Zxid
        package let firstTimeMs: Int64
        package let lastTimeMs: Int64

        package var rows: Int64 { last.rawValue - first.rawValue + 1 }
    }

    /// The reigns of leaders that left rows here, found without reading what is between.
    package func reigns() throws(StorageError) -> [Reign] {
        var reigns: [Reign] = []
        var from = Zxid(rawValue: .min)
        while let first = try row(atOrAfter: from) {
            let end = Zxid(epoch: first.zxid.epoch, counter: .max)
            guard let last = try row(atOrBefore: end), last.zxid >= first.zxid else { break }
            reigns.append(
                Reign(
                    epoch: first.zxid.epoch, first: first.zxid, last: last.zxid, firstTimeMs: first.timeMs,
                    lastTimeMs: last.timeMs))
            guard end.rawValue < .max else { break }
            from = Zxid(rawValue: end.rawValue + 1)
        }
        return reigns
    }
}
