internal import Vocabulary

/// The words of a segment about itself.
struct SegmentHead {
    /// The zxid in its name.
    let name: Zxid
    let numbers: NodeNumbers
    /// Whether it has its numbers: without, it was never used.
    let isBegun: Bool
    let completion: Completion?
    /// The last row as it stands there, or what the segment begins after.
    let end: RowChain
    let hasWAL: Bool
}

extension LogOpening {
    /// Reads them all; nothing is compared yet.
    func heads(of starts: [Zxid]) throws(StorageError) -> [SegmentHead] {
        var heads: [SegmentHead] = []
        for start in starts {
            do {
                heads.append(try head(of: start))
            } catch {
                guard error.code == .corrupt else { throw error }
                try verifyRows(of: heads[...])
                throw StorageError.damaged(
                    file: directory.segment(start), "no row can be reached (\(error.reason))",
                    firstBad: start.expectedNext, soundUpTo: start, acknowledgedUpTo: acknowledged,
                    sqlite: error.sqlite)
            }
        }
        return heads
    }

    /// The migrations that a segment has at least.
    private static let segmentSchema = 2

    private func head(of name: Zxid) throws(StorageError) -> SegmentHead {
        let file = directory.segment(name)
        let database = try disk.readable(file)
        guard try !Migrator.log.isUnmade(database) else {
            // The first file of a new node, and it was killed in the middle of making it.
            return SegmentHead(
                name: name, numbers: NodeNumbers(), isBegun: false, completion: nil, end: .empty,
                hasWAL: true)
        }
        try Migrator.log.verify(database, has: LogOpening.segmentSchema)
        let reader = try LogReader(database)
        let numbers = try NodeNumbers(of: database)
        let last = try reader.chain(atOrBefore: Zxid(rawValue: .max))
        return SegmentHead(
            name: name, numbers: numbers, isBegun: numbers.areWritten,
            completion: try Completion(of: database, after: numbers.start),
            end: last ?? numbers.start, hasWAL: disk.files.size(of: DataDirectory.wal(of: file)) > 0)
    }

    /// A newest file without its numbers was put in its place and never used; unless this node says that it
    /// was.
    ///
    /// - Returns: Which it was.
    func takeUnused(from heads: inout [SegmentHead]) throws(StorageError) -> Zxid? {
        guard let last = heads.last, !last.isBegun else { return nil }
        if let acknowledged, acknowledged > last.name {
            try verifyRows(of: heads.dropLast())
            throw StorageError.damaged(
                file: directory.segment(last.name), "its rows are missing", firstBad: last.name.expectedNext,
                soundUpTo: last.name, acknowledgedUpTo: acknowledged)
        }
        guard heads.count > 1 else { return nil }
        heads.removeLast()
        return last.name
    }

    /// Requires that each begins where the one before it ends, and has the name of where that is.
    func link(_ heads: [SegmentHead]) throws(StorageError) -> ([CompleteSegment], [CompleteSegment]) {
        var complete: [CompleteSegment] = []
        var unfinished: [CompleteSegment] = []
        for (index, head) in heads.enumerated() {
            guard head.name == head.numbers.start.zxid else {
                try verifyRows(of: heads[..<index])
                throw damaged(
                    head, "begins after \(head.numbers.start.zxid), so this is not its name",
                    soundUpTo: head.name)
            }
            if !head.isBegun, heads.count > 1 {
                throw damaged(head, "its numbers are missing", soundUpTo: head.name)
            }
            guard index + 1 < heads.count else { break }
            let next = heads[index + 1]
            guard (head.completion?.end ?? head.end) == next.numbers.start, head.end == next.numbers.start
            else {
                try verifyRows(of: heads[...index])
                throw unlinked(head, next)
            }
            let segment = CompleteSegment(start: head.numbers.start, end: next.numbers.start)
            complete.append(segment)
            if head.completion == nil || head.hasWAL { unfinished.append(segment) }
        }
        return (complete, unfinished)
    }

    private func unlinked(_ head: SegmentHead, _ next: SegmentHead) -> StorageError {
        let end = head.completion?.end ?? head.end
        if head.end.zxid < end.zxid {
            return damaged(
                head, "ends too early, it went to \(end.zxid): missing row", soundUpTo: head.end.zxid)
        }
        if end.zxid < next.numbers.start.zxid {
            // Which of the two belongs here, neither says.
            return damaged(
                head,
                "ends at \(end.zxid), and the next file is \(DataDirectory.segmentName(next.name)): "
                    + "\(DataDirectory.segmentName(end.zxid)) is missing, or this is another log's; a row",
                soundUpTo: head.numbers.start.zxid)
        }
        return damaged(
            next,
            "does not follow \(DataDirectory.segmentName(head.name)), which ends at \(end.zxid): "
                + "a file of another log, or one too many; a row", soundUpTo: min(end.zxid, next.name))
    }

    /// The newest that is there says that another one followed.
    func missingBehind(_ last: SegmentHead) -> StorageError {
        let end = last.completion?.end.zxid ?? last.end.zxid
        return StorageError.damaged(
            file: directory.segment(end), "the file is missing, and with it a row",
            firstBad: end.expectedNext, soundUpTo: end, acknowledgedUpTo: acknowledged)
    }

    private func damaged(_ head: SegmentHead, _ what: String, soundUpTo: Zxid) -> StorageError {
        .damaged(
            file: directory.segment(head.name), what, firstBad: soundUpTo.expectedNext, soundUpTo: soundUpTo,
            acknowledgedUpTo: acknowledged)
    }

    /// Reads all rows of segments that follow one another, so that the first one that is damaged is named.
    private func verifyRows(of heads: ArraySlice<SegmentHead>) throws(StorageError) {
        guard var chain = heads.first?.numbers.start else { return }
        for head in heads {
            guard head.numbers.start == chain else { return }
            let database = try disk.readable(directory.segment(head.name))
            chain = try LogReader(database).verify(after: chain, acknowledged: acknowledged)
        }
    }
}
