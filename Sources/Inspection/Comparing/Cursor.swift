import FolderReading
import Storage
import Vocabulary

/// A place in one node's log, on the way of a comparison.
final class Cursor {
    let index: Int
    /// The zxid that its log begins after; a running node moves that on.
    private(set) var start: Zxid
    private var walk: LogWalk?
    private(set) var current: WalkedRow?
    private(set) var last: Zxid?
    private(set) var check: LogCheck
    let committed: Zxid
    /// The last reign that left rows here.
    let lastEpoch: Epoch
    /// Set where a tail begins that nobody knows to be committed: not compared from there on.
    var tail: Zxid?

    init(_ folder: NodeFolder, index: Int, start: Zxid, mark: MarkReading) throws {
        self.index = index
        self.start = start
        check = LogCheck(mark: mark, start: start)
        if case .read(let mark) = mark { committed = mark.committed } else { committed = .zero }
        guard folder.logFault == nil else {
            lastEpoch = .zero
            return
        }
        // Absence is the meaning: where the end cannot be read, nothing there is vouched for.
        let newest = try? folder.log().row(atOrBefore: Zxid(rawValue: .max))
        lastEpoch = newest?.zxid.epoch ?? .zero
        walk = try folder.walk()
        try advance()
    }

    var isReadable: Bool { walk != nil }
    var isAtEnd: Bool { current == nil }

    /// The row it stands at is done with.
    func advance() throws {
        if let current { last = current.row.zxid }
        current = try walk?.next()
        if let trimmed = walk?.trimmedThrough { start = max(start, trimmed) }
        if let current { check.add(current) }
    }

    /// The log's end was met: compares the log with what the node has acknowledged.
    func finish() {
        switch walk {
        case .some(let walk): check.finish(walk)
        case .none: break
        }
    }

    /// Whether it vouches for having `zxid` in its history: it knows that to be committed, or has gone on to
    /// a later reign, whose leader had all that came before.
    func vouches(for zxid: Zxid) -> Bool { zxid <= committed || zxid.epoch < lastEpoch }

    /// The node's holding at `zxid`, at or before the place that the cursor stands at.
    func holding(at zxid: Zxid) -> Comparison.Holding {
        guard isReadable else { return .unreadable }
        guard let current else {
            guard zxid > start else { return .trimmed(start: start) }
            return .ended(last: last ?? start)
        }
        if current.row.zxid == zxid { return .row(current) }
        if zxid <= start { return .trimmed(start: start) }
        if let fault = current.fault, fault.covers(zxid, before: current.row.zxid) { return .lost }
        return .without(before: last ?? start, after: current.row.zxid)
    }
}

extension RowFault {
    /// Whether what should stand at `zxid` is what this says is missing before the row at `next`.
    func covers(_ zxid: Zxid, before next: Zxid) -> Bool {
        switch self {
        case .rowsMissing(let last), .unlinked(let last), .unreadable(let last):
            zxid > last && zxid < next
        case .unanchored: zxid < next
        case .changed: zxid < next
        case .checksumChanged: false
        }
    }
}
