package import Vocabulary

extension LogStore {
    /// The snapshots from which the log goes on, newest first; when there is none, it has everything.
    package func snapshots() throws(StorageError) -> [Zxid] {
        try directory.snapshots(from: startZxid, through: lastZxid)
    }

    /// Whether the log begins behind a snapshot that came from a leader: its tree may be of many moments.
    package var beginsBehindReceived: Bool {
        startZxid > .zero && numbers.start == RowChain(afterSnapshot: startZxid)
    }

    /// The position of a row, or of the log's beginning, `rows` rows before `zxid` or nearer.
    package func position(before zxid: Zxid, by rows: Int) throws(StorageError) -> Zxid {
        let wanted = max(startZxid, Zxid(rawValue: max(0, zxid.rawValue - Int64(rows))))
        guard let chain = try reader.chain(atOrBefore: wanted) else { return startZxid }
        return chain.zxid
    }

    /// Hands every transaction after `zxid` to `body`, in order, each checked against the chain as it is
    /// read.
    ///
    /// - Throws: `corrupt` with the first transaction that is missing or changed, after all before it were
    ///   handed over, and the log is given up; whatever `body` throws, and the log stays usable.
    package mutating func replay(after zxid: Zxid, _ body: (LogRow) throws -> Void) throws {
        try refuseAfterFailure()
        do {
            let start = try chain(at: zxid)
            let end = try reader.read(after: start, acknowledged: head.zxid, body)
            guard end == head || zxid > head.zxid else { throw endedEarly(at: end) }
        } catch let error as StorageError where error.code == .corrupt || error.code == .io {
            throw giveUp(error)
        }
    }

    /// Where the chain stands after `zxid`.
    private func chain(at zxid: Zxid) throws(StorageError) -> RowChain {
        if zxid == numbers.start.zxid { return numbers.start }
        guard zxid > numbers.start.zxid else {
            throw StorageError(
                .misuse,
                "\(directory.log) begins after \(numbers.start.zxid), asked for what follows \(zxid): "
                    + "a snapshot at \(numbers.start.zxid) or later is missing")
        }
        return try reader.chain(atOrBefore: zxid) ?? numbers.start
    }

    private func endedEarly(at end: RowChain) -> StorageError {
        .damaged(
            file: directory.log, "the log ends too early: missing row", firstBad: end.zxid.expectedNext,
            soundUpTo: end.zxid, acknowledgedUpTo: head.zxid)
    }
}
