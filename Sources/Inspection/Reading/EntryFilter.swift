package import FolderReading
internal import Storage
package import Vocabulary
internal import Wire

/// Which transactions somebody wants to see.
package struct EntryFilter: Equatable, Sendable {
    package var from: Moment?
    package var to: Moment?
    /// A znode, with all below it.
    package var path: ZnodePath?
    package var session: SessionID?
    /// Types of transactions; empty for all.
    package var types: [Int32] = []
    package var cxid: Int32?

    package init() {}

    /// Whether all that can follow `row` is out of the range.
    ///
    /// A leader's clock may go back: a time ends nothing before a minute is over.
    func isBehind(_ row: LogRow) -> Bool {
        switch to {
        case .zxid(let last): row.zxid > last
        case .time(let last): row.timeMs > last + 60_000
        case nil: false
        }
    }

    /// Whether a row may be one, by its columns alone.
    func mayMatch(_ row: LogRow) -> Bool {
        if let from, !from.isReached(by: row.zxid, row.timeMs) { return false }
        if let to, !to.includes(row.zxid, row.timeMs) { return false }
        if let session, row.session != session { return false }
        if let cxid, row.cxid != cxid { return false }
        if !types.isEmpty, !types.contains(row.type), row.type != OpCode.multi.rawValue { return false }
        if let path, let own = row.path, !own.isWithin(path) { return false }
        return true
    }

    /// Whether it is one, `mayMatch` being true.
    func matches(_ entry: LogEntry) -> Bool {
        guard let transaction = entry.transaction else { return path == nil }
        if !types.isEmpty, !types.contains(entry.row.type) {
            guard transaction.steps.contains(where: { types.contains($0.type) }) else { return false }
        }
        guard let path else { return true }
        return transaction.steps.contains { $0.paths.contains { $0.isWithin(path) } }
    }
}

extension NodeFolder {
    /// Hands over the transactions that `filter` wants, in order, until `body` has had enough.
    ///
    /// - Parameter body: false ends it.
    package func entries(
        matching filter: EntryFilter, progress: Progress = Progress(), _ body: (LogEntry) throws -> Bool
    ) throws {
        var walk = try self.walk(after: try firstWanted(filter.from))
        var pace = Pace(over: self, progress)
        while let walked = try walk.next() {
            pace.reached(walked.row.zxid)
            if filter.isBehind(walked.row) { break }
            guard filter.mayMatch(walked.row) else { continue }
            let entry = LogEntry(walked)
            guard filter.matches(entry) else { continue }
            guard try body(entry) else { break }
        }
        progress.finish()
    }

    /// The row before the first wanted one, where a zxid says so.
    private func firstWanted(_ from: Moment?) throws -> Zxid? {
        guard case .zxid(let first) = from, first > .zero else { return nil }
        return try log().row(atOrBefore: Zxid(rawValue: first.rawValue - 1))?.zxid
    }
}

extension NodeFolder {
    /// One transaction, checked against the row before it; nil when there is none at `zxid`.
    package func entry(at zxid: Zxid) throws -> LogEntry? {
        guard try log().row(at: zxid) != nil else { return nil }
        var walk = try self.walk(after: try firstWanted(.zxid(zxid)))
        guard let walked = try walk.next(), walked.row.zxid == zxid else { return nil }
        return LogEntry(walked)
    }
}
