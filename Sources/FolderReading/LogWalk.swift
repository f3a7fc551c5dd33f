package import Storage
package import Vocabulary

/// Goes through a log row by row, believes none of them, and goes on behind what is damaged.
///
/// Where a row is not what it should be, the chain is taken up again from the checksum that stands in it: so
/// all that follows is still checked, and each damage is named where it is. (The server stops at the first:
/// `LogReader`.)
package struct LogWalk: ~Copyable {
    private let pages: LogPages
    private var piece: [RawRow] = []
    private var index = 0
    private var isAtEnd = false
    /// The link that the log begins after now, where that was moved past the last row.
    private var chainAhead: RowChain?
    /// Behind which row pages could not be read, to be said of the next one.
    private var unreadableBefore: Zxid?
    /// The last zxid that was read from the file, whether handed over or not.
    private var readUpTo: Zxid
    /// The link that the next row must follow; nil where only the row itself can say.
    private var chain: RowChain?
    /// Whether the log may be trimmed while it is walked.
    private let isTrimmed: Bool
    /// Where the log ended for the node itself, to judge the last row by.
    private let witness: RowChain?
    /// Up to where a running node trimmed the log while this was behind: rows in between were not seen.
    package private(set) var trimmedThrough: Zxid?
    /// Why pages could not be read.
    package private(set) var readError: StorageError?
    /// The last row before the log's end that cannot be read.
    package private(set) var unreadableEndAfter: Zxid?

    init(
        _ pages: LogPages, after zxid: Zxid, chain: RowChain?, witness: RowChain?, isTrimmed: Bool
    ) {
        self.pages = pages
        self.isTrimmed = isTrimmed
        self.chain = chain
        self.witness = witness
        readUpTo = zxid
    }

    /// The last row that was handed over, and its checksum as it stands there.
    package var end: RowChain? { chain }

    /// The next row; nil at the end.
    ///
    /// - Throws: when the file cannot be read at all; damage is no error here but a row's `fault`.
    package mutating func next() throws(StorageError) -> WalkedRow? {
        guard let raw = try take() else { return nil }
        if let start = chainAhead, raw.row.zxid > start.zxid {
            chain = start
            trimmedThrough = start.zxid
            chainAhead = nil
        }
        let unreadable = unreadableBefore
        unreadableBefore = nil
        let fault = try judge(raw, behindUnreadable: unreadable)
        return WalkedRow(row: raw.row, checksum: raw.checksum, fault: fault)
    }

    private mutating func judge(
        _ raw: RawRow, behindUnreadable last: Zxid?
    ) throws(StorageError) -> RowFault? {
        let stored = RowChain(zxid: raw.row.zxid, checksum: raw.checksum)
        if let last {
            chain = stored
            return .unreadable(after: last)
        }
        guard let before = chain else {
            chain = stored
            return .unanchored
        }
        guard before.zxid.isFollowed(by: raw.row.zxid) else {
            chain = stored
            return .rowsMissing(after: before.zxid)
        }
        let expected = raw.row.chained(to: before)
        if expected == stored, raw.isWellFormed {
            chain = stored
            return nil
        }
        if raw.isWellFormed, try isVouchedFor(expected) {
            chain = expected
            return .checksumChanged
        }
        chain = stored
        let beginsEpoch = raw.row.zxid.epoch != before.zxid.epoch
        return beginsEpoch && before.zxid != .zero ? .unlinked(after: before.zxid) : .changed
    }

    /// Whether the row after it, or the mark, says that the log was this up to here.
    private mutating func isVouchedFor(_ expected: RowChain) throws(StorageError) -> Bool {
        if let witness, witness.zxid == expected.zxid { return witness == expected }
        guard let following = try peek(), expected.zxid.isFollowed(by: following.row.zxid) else {
            return false
        }
        return following.row.chained(to: expected).checksum == following.checksum
    }

    private mutating func peek() throws(StorageError) -> RawRow? {
        try fill()
        return index < piece.count ? piece[index] : nil
    }

    private mutating func take() throws(StorageError) -> RawRow? {
        try fill()
        guard index < piece.count else { return nil }
        defer { index += 1 }
        return piece[index]
    }

    private mutating func fill() throws(StorageError) {
        guard index >= piece.count, !isAtEnd else { return }
        var next = try pages.piece(after: readUpTo)
        if isTrimmed, next.start.zxid > readUpTo {
            // The node has trimmed past the place where this stands: the log goes on there.
            readUpTo = next.start.zxid
            chainAhead = next.start
        }
        if next.rows.isEmpty, let damage = next.damage {
            readError = damage
            unreadableBefore = readUpTo
            guard let further = pages.firstReadable(after: readUpTo) else {
                unreadableEndAfter = readUpTo
                unreadableBefore = nil
                isAtEnd = true
                piece = []
                index = 0
                return
            }
            readUpTo = Zxid(rawValue: further.rawValue - 1)
            next = try pages.piece(after: readUpTo)
        }
        piece = next.rows
        index = 0
        isAtEnd = next.isLast || (piece.isEmpty && next.damage != nil)
        // A page that is another's copy gives rows again that were read: only what lies further leads on.
        let furthest = piece.reduce(readUpTo) { max($0, $1.row.zxid) }
        if furthest == readUpTo, !isAtEnd {
            unreadableEndAfter = readUpTo
            isAtEnd = true
        }
        readUpTo = furthest
    }
}
