import Storage
import Vocabulary

/// Rows of a log in pieces, each within a transaction of its own: a node that runs can reuse its WAL in
/// between.
struct LogPages: ~Copyable {
    private let rows: Statement
    private let next: Statement
    private let begin: Statement
    private let commit: Statement
    private let start: Statement

    static let rowsMax = 4096
    static let bytesMax = 4 << 20

    init(_ database: borrowing Database) throws(StorageError) {
        let rows = try database.prepare(
            "SELECT \(RawRow.columns) FROM log WHERE zxid > ? ORDER BY zxid LIMIT \(LogPages.rowsMax)")
        let next = try database.prepare("SELECT zxid FROM log WHERE zxid > ? ORDER BY zxid LIMIT 1")
        let begin = try database.prepare("BEGIN")
        let commit = try database.prepare("COMMIT")
        let start = try database.prepare(
            "SELECT name, value FROM node WHERE name IN ('start_zxid', 'start_checksum')")
        self.rows = rows
        self.next = next
        self.begin = begin
        self.commit = commit
        self.start = start
    }

    struct Piece {
        var rows: [RawRow] = []
        /// The last one: there were no more.
        var isLast = false
        /// Why no more could be read behind the last row.
        var damage: StorageError?
        /// The link that the log began after when this was read: a running node trims it.
        var start = RowChain.empty
    }

    func piece(after zxid: Zxid) throws(StorageError) -> Piece {
        var piece = Piece()
        var bytes = 0
        try begin.run()
        // A transaction that only reads ends without fail.
        defer { try? commit.run() }
        // Absence is the meaning: damaged numbers were reported by whoever began to read.
        piece.start = (try? currentStart()) ?? .empty
        rows.bind(zxid.rawValue, at: 1)
        defer { rows.reset() }
        do {
            while bytes < LogPages.bytesMax, try rows.step() {
                let row = RawRow(rows)
                bytes += row.row.approximateBytes
                piece.rows.append(row)
            }
            piece.isLast = bytes < LogPages.bytesMax && piece.rows.count < LogPages.rowsMax
        } catch {
            guard error.code == .corrupt else { throw error }
            piece.damage = error
        }
        return piece
    }

    /// As it stands there; whoever begins to read has checked it.
    private func currentStart() throws(StorageError) -> RowChain {
        var zxid: Int64 = 0
        var checksum: Int64 = 0
        defer { start.reset() }
        while try start.step() {
            if start.text(0) == "start_zxid" { zxid = start.int64(1) } else { checksum = start.int64(1) }
        }
        return RowChain(zxid: Zxid(rawValue: zxid), checksum: UInt64(bitPattern: checksum))
    }

    /// The first zxid behind pages that cannot be read, looked for further and further on; nil when nothing
    /// there can be.
    func firstReadable(after zxid: Zxid) -> Zxid? {
        var step: Int64 = 1
        while step < 1 << 40, zxid.rawValue <= Int64.max - step {
            if let found = readable(from: Zxid(rawValue: zxid.rawValue + step)) { return found }
            step *= 2
        }
        return nil
    }

    private func readable(from zxid: Zxid) -> Zxid? {
        next.bind(zxid.rawValue - 1, at: 1)
        defer { next.reset() }
        // Absence is the meaning: this page cannot be read either, or there is none.
        guard (try? next.step()) == true else { return nil }
        let found = Zxid(rawValue: next.int64(0))
        return found >= zxid ? found : nil
    }
}
