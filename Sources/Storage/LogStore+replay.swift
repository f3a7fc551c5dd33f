package import Vocabulary

extension LogStore {
    /// The snapshots from which the log goes on, newest first; when there is none, it has everything.
    package func snapshots() throws(StorageError) -> [Zxid] {
        try directory.snapshots(from: startZxid, through: lastZxid)
    }

    /// Whether the log begins behind a snapshot that came from a leader: its tree may be of many moments.
    package var beginsBehindReceived: Bool {
        startZxid > .zero && segments.start == RowChain(afterSnapshot: startZxid)
    }

    /// The position of a row, or of the log's beginning, `rows` rows before `zxid` or nearer.
    package func position(before zxid: Zxid, by rows: Int) throws(StorageError) -> Zxid {
        let wanted = max(startZxid, Zxid(rawValue: max(0, zxid.rawValue - Int64(rows))))
        return try segments.chain(atOrBefore: wanted)?.zxid ?? startZxid
    }

    /// Hands every transaction after `zxid` to `body`, in order, each checked against the chain as it is
    /// read.
    ///
    /// - Throws: `corrupt` with the first transaction that is missing or changed, after all before it were
    ///   handed over, and the log is given up; whatever `body` throws, and the log stays usable.
    package mutating func replay(after zxid: Zxid, _ body: (LogRow) throws -> Void) throws {
        try refuseAfterFailure()
        do {
            try keeper.wait()
            let start = try chain(at: zxid)
            checkedAfter = min(checkedAfter, start.zxid)
            let end = try segments.read(after: start, acknowledged: head.zxid, body)
            guard end == head || zxid > head.zxid else { throw endedEarly(at: end) }
        } catch let error as StorageError where error.code == .corrupt || error.code == .io {
            throw giveUp(error)
        }
    }

    /// Begins to read, beside everything else, the complete segments that the replay has not read, or not
    /// from their beginning.
    ///
    /// - Parameters:
    ///   - all: All complete segments, and the snapshots.
    ///   - help: For damaged segments; nil: nothing is changed.
    ///   - noteDamage: Is told of the first damage that stays in each, with its file and zxid, on a thread of
    ///     its own. Nothing else comes of it: nobody is served what is there.
    package func checkCovered(
        all: Bool = false, help: SegmentHelp? = nil, noteDamage: @escaping @Sendable (StorageError) -> Void
    ) {
        guard failure == nil else { return }
        // Absence is the meaning: a folder that cannot be listed is said by whoever writes there.
        let snapshots = all ? (try? snapshots()) ?? [] : []
        tenure.check.begin(
            segments.complete.filter { all || $0.start.zxid < checkedAfter }, snapshots: snapshots,
            in: directory, disk, help: help, noteDamage: noteDamage)
    }

    /// Where the chain stands after `zxid`.
    private func chain(at zxid: Zxid) throws(StorageError) -> RowChain {
        if let chain = try segments.chain(atOrBefore: zxid) { return chain }
        throw StorageError(
            .misuse,
            "the log in \(directory.path) begins after \(startZxid), asked for what follows \(zxid): "
                + "a snapshot at \(startZxid) or later is missing")
    }

    private func endedEarly(at end: RowChain) -> StorageError {
        .damaged(
            file: segments.newest.file, "the log ends too early: missing row",
            firstBad: end.zxid.expectedNext,
            soundUpTo: end.zxid, acknowledgedUpTo: head.zxid)
    }
}
