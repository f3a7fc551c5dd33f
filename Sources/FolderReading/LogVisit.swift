package import Storage
package import Vocabulary

/// Single rows of a log that is visited, by their place.
package struct LogVisit {
    private let segments: Segments

    init(_ segments: Segments) {
        self.segments = segments
    }

    /// The first row at or after `zxid`. Like all here, as it stands in the file: not verified.
    package func row(atOrAfter zxid: Zxid) throws(StorageError) -> LogRow? {
        try first(LogScan.Order(from: zxid)) { $0.row?.row }
    }

    package func row(atOrBefore zxid: Zxid) throws(StorageError) -> LogRow? {
        try first(LogScan.Order(through: zxid, isDescending: true)) { $0.row?.row }
    }

    package func row(at zxid: Zxid) throws(StorageError) -> LogRow? {
        try first(LogScan.Order(from: zxid, through: zxid)) { $0.row?.row }
    }

    /// The chain's checksum that stands in the last row at or before `zxid`.
    package func chain(atOrBefore zxid: Zxid) throws(StorageError) -> RowChain? {
        try first(LogScan.Order(through: zxid, isDescending: true, columns: 1 | 1 << 7)) { $0.link }
    }

    private func first<Value>(
        _ order: LogScan.Order, _ value: (LogScan) -> Value?
    ) throws(StorageError) -> Value? {
        try segments.during { () throws(StorageError) in
            try segments.refresh()
            let scan = LogScan(segments, order)
            defer { scan.end() }
            do throws(StorageError) {
                return try scan.next() ? value(scan) : nil
            } catch {
                scan.forget()
                throw error
            }
        }
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
