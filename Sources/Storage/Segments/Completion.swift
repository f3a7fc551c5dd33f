internal import Vocabulary

/// The end of a segment, in its own words, since the next one has begun.
package struct Completion: Equatable, Sendable {
    package let end: RowChain
    /// How many transactions it holds.
    package let rows: Int64

    package init(end: RowChain, rows: Int64) {
        self.end = end
        self.rows = rows
    }

    /// Reads it; nil in a segment that none follows yet.
    ///
    /// - Parameter start: What the segment begins after.
    /// - Throws: `corrupt` when it does not match its checksum.
    package init?(of database: borrowing Database, after start: RowChain) throws(StorageError) {
        let statement = try database.prepare(
            "SELECT last_zxid, last_checksum, rows, checksum FROM completion LIMIT 2")
        guard try statement.step() else { return nil }
        end = RowChain(
            zxid: Zxid(rawValue: statement.int64(0)), checksum: UInt64(bitPattern: statement.int64(1)))
        rows = statement.int64(2)
        guard statement.int64(3) == checksum(after: start), try !statement.step() else {
            throw StorageError(
                .corrupt, "\(database.path): what table completion says is damaged; \(StorageError.restore)")
        }
    }

    /// Writes it, within the caller's transaction.
    package func write(to database: borrowing Database, after start: RowChain) throws(StorageError) {
        let statement = try database.prepare(
            "INSERT OR REPLACE INTO completion (last_zxid, last_checksum, rows, checksum) VALUES (?, ?, ?, ?)"
        )
        statement.bind(end.zxid.rawValue, at: 1)
        statement.bind(Int64(bitPattern: end.checksum), at: 2)
        statement.bind(rows, at: 3)
        statement.bind(checksum(after: start), at: 4)
        try statement.run()
    }

    /// Within the caller's transaction: the segment is the newest again.
    static func remove(from database: borrowing Database) throws(StorageError) {
        try database.execute("DELETE FROM completion")
    }

    private func checksum(after start: RowChain) -> Int64 {
        let words = (
            end.zxid.rawValue.littleEndian, end.checksum.littleEndian, rows.littleEndian
        )
        return Int64(bitPattern: withUnsafeBytes(of: words) { XXHash64.hash($0, seed: start.checksum) })
    }
}
