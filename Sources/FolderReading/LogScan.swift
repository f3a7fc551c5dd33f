import Storage
import Vocabulary

/// Rows of a log in the order of their zxids, over all of its files, as they lie there: not verified.
///
/// From each file come the rows that its name and the next one's leave room for. No row is read ahead of the
/// one that is asked for, and a file's connection is held until `end`.
final class LogScan {
    struct Order {
        var from = Zxid(rawValue: .min)
        var through = Zxid(rawValue: .max)
        var isDescending = false
        /// Which columns are wanted, a bit for each of `RawRow.columns`; the others are NULL.
        var columns: UInt64 = .max
    }

    private let segments: Segments
    private var order: Order
    private var files: [SegmentFile]
    private var index: Int?
    private var segment: OpenSegment?
    private var rows: Statement?

    init(_ segments: Segments, _ order: Order) {
        self.segments = segments
        self.order = order
        files = segments.files
        index = LogScan.first(order, segments, files)
    }

    private static func first(_ order: Order, _ segments: Segments, _ files: [SegmentFile]) -> Int? {
        guard !files.isEmpty, order.from <= order.through else { return nil }
        return segments.index(of: order.isDescending ? order.through : order.from, in: files)
    }

    /// Moves to the next row; false after the last.
    ///
    /// - Throws: What its file says, with its name.
    func next() throws(StorageError) -> Bool {
        var attempts = 1
        while true {
            do {
                if try step() { return true }
            } catch {
                guard segments.mayPass(after: attempts) else { throw error }
                attempts += 1
                try beginAnew()
            }
            guard try open() else { return false }
        }
    }

    /// Goes on behind the last row, over the files that are there now.
    private func beginAnew() throws(StorageError) {
        forget()
        try segments.refresh()
        files = segments.files
        index = LogScan.first(order, segments, files)
    }

    /// The row that it stands at.
    var row: RawRow? {
        switch rows {
        case .some(let rows): RawRow(rows)
        case .none: nil
        }
    }

    var zxid: Zxid {
        switch rows {
        case .some(let rows): Zxid(rawValue: rows.int64(0))
        case .none: .zero
        }
    }

    /// The chain's checksum that stands in the row.
    var link: RowChain {
        switch rows {
        case .some(let rows):
            RowChain(zxid: Zxid(rawValue: rows.int64(0)), checksum: UInt64(bitPattern: rows.int64(7)))
        case .none: .empty
        }
    }

    func pass(_ column: Int32, to context: OpaquePointer) {
        switch rows {
        case .some(let rows): rows.pass(column, to: context)
        case .none: break
        }
    }

    /// Closes the file after an error, so that whoever comes next meets that as well.
    func forget() {
        rows = nil
        if let segment { segments.forget(segment) }
        segment = nil
    }

    /// Lets go of the file.
    func end() {
        rows = nil
        segment = nil
        index = nil
    }

    private func step() throws(StorageError) -> Bool {
        let hasRow: Bool
        switch rows {
        case .some(let rows): hasRow = try rows.step()
        case .none: return false
        }
        guard hasRow else {
            rows = nil
            segment = nil
            return false
        }
        if order.isDescending {
            order.through = Zxid(rawValue: zxid.rawValue &- 1)
        } else {
            order.from = Zxid(rawValue: zxid.rawValue &+ 1)
        }
        return true
    }

    /// Begins with the next file that may have rows; false: there is none.
    private func open() throws(StorageError) -> Bool {
        while let index, files.indices.contains(index), order.from <= order.through {
            let file = files[index]
            guard let segment = try segments.opened(file) else {
                // The node has removed it meanwhile: what is wanted begins behind it now.
                try segments.refresh()
                files = segments.files
                self.index = LogScan.first(order, segments, files)
                continue
            }
            let from = max(order.from, file.namedStart.map { Zxid(rawValue: $0.rawValue &+ 1) } ?? order.from)
            let end = index + 1 < files.count ? files[index + 1].namedStart : nil
            let through = min(order.through, end ?? order.through)
            self.index = order.isDescending ? index - 1 : index + 1
            guard from <= through else { continue }
            let statement = try segment.database.prepare(sql)
            statement.bind(from.rawValue, at: 1)
            statement.bind(through.rawValue, at: 2)
            self.segment = segment
            rows = consume statement
            return true
        }
        return false
    }

    private var sql: String {
        let names = RawRow.columns.split(separator: ", ")
        let columns = names.enumerated().map { index, name in
            index == 0 || order.columns & 1 << UInt64(index) != 0 ? String(name) : "NULL"
        }
        return "SELECT \(columns.joined(separator: ", ")) FROM log WHERE zxid BETWEEN ? AND ? ORDER BY zxid"
            + (order.isDescending ? " DESC" : "")
    }
}
