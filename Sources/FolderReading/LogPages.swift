import Storage
import Vocabulary

/// Rows of a log in pieces, each read for itself: a node that runs can reuse its WAL in between.
struct LogPages {
    private let segments: Segments

    static let rowsMax = 4096
    static let bytesMax = 4 << 20

    init(_ segments: Segments) {
        self.segments = segments
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
        try segments.during { () throws(StorageError) in
            try segments.refresh()
            var piece = Piece()
            piece.start = currentStart
            try read(&piece, after: zxid)
            let start = currentStart
            guard start.zxid > max(piece.start.zxid, zxid) else { return piece }
            // Trimmed meanwhile. What was read before goes first; what comes behind is read once more.
            if let first = piece.rows.first, first.row.zxid <= start.zxid {
                piece.rows.removeAll { $0.row.zxid > start.zxid }
                piece.isLast = false
                piece.damage = nil
            } else {
                piece.start = start
            }
            return piece
        }
    }

    private func read(_ piece: inout Piece, after zxid: Zxid) throws(StorageError) {
        guard zxid.rawValue < .max else {
            piece.isLast = true
            return
        }
        let scan = LogScan(segments, LogScan.Order(from: Zxid(rawValue: zxid.rawValue + 1)))
        defer { scan.end() }
        var bytes = 0
        do {
            while bytes < LogPages.bytesMax, piece.rows.count < LogPages.rowsMax, try scan.next() {
                guard let row = scan.row else { break }
                bytes += row.row.approximateBytes
                piece.rows.append(row)
            }
            piece.isLast = bytes < LogPages.bytesMax && piece.rows.count < LogPages.rowsMax
        } catch {
            guard error.code == .corrupt || error.code == .schema else { throw error }
            piece.damage = error
        }
    }

    /// As it stands there; whoever begins to read has checked it.
    private var currentStart: RowChain {
        // Absence is the meaning: damaged numbers were reported by whoever began to read.
        (try? segments.start()) ?? .empty
    }

    /// The first zxid behind pages that cannot be read, looked for further and further on within a file, and
    /// then at the beginning of the next; nil when nothing there can be.
    func firstReadable(after zxid: Zxid) -> Zxid? {
        let later = segments.files.compactMap(\.namedStart).filter { $0 > zxid }
        var from = zxid
        for start in later {
            if let found = firstReadable(after: from, through: start) { return found }
            from = start
        }
        return firstReadable(after: from, through: Zxid(rawValue: .max))
    }

    private func firstReadable(after zxid: Zxid, through end: Zxid) -> Zxid? {
        var step: Int64 = 1
        while step < 1 << 40, zxid.rawValue <= Int64.max - step, zxid.rawValue + step <= end.rawValue {
            let place = Zxid(rawValue: zxid.rawValue + step)
            if let found = readable(from: place, through: end) { return found }
            step *= 2
        }
        return nil
    }

    private func readable(from zxid: Zxid, through end: Zxid) -> Zxid? {
        let scan = LogScan(segments, LogScan.Order(from: zxid, through: end, columns: 1))
        defer { scan.end() }
        // Absence is the meaning: this page cannot be read either, or there is none.
        guard (try? scan.next()) == true, scan.zxid >= zxid else { return nil }
        return scan.zxid
    }
}
