internal import Vocabulary

/// Puts the rows of one file together again: those that are sound here, and between them those that others
/// send.
///
/// No row is believed by itself. The chain that begins at a link that is known has to arrive at another one
/// that this node vouches for, and does so only with the very rows that were there.
struct SegmentMender: ~Copyable {
    let directory: DataDirectory
    let disk: LogDisk
    let ask: AskPeers

    /// The end of a file, and how it came to that.
    struct Result {
        var end: RowChain
        /// The last of the rows that are sound here: it proves all before it.
        var proven: RowChain
        var mending: Mending
        /// The rows that are missing, where nobody had them.
        var missing: RowsWanted?
        /// Why the chain went no further, though nothing is known to be missing.
        var hasDamageBehind = false
    }

    /// Bytes of a first answer; while rows go on to be missing, twice as many each time.
    static let firstBytes = 8 << 10

    /// Makes the file that is to take the damaged one's place, undecided yet.
    ///
    /// - Parameter start: What it begins after.
    func mend(_ stretch: Stretch, after start: RowChain, _ numbers: NodeNumbers) throws -> Result {
        var excluded: Set<PeerID> = []
        while true {
            let result = try attempt(stretch, after: start, numbers, excluded)
            guard let end = stretch.end, result.missing == nil, result.end.zxid <= end.zxid, result.end != end
            else { return result }
            // The rows of one of them do not fit: a server with another history.
            guard let liar = result.mending.peers.subtracting(excluded).max() else {
                throw StorageError(
                    .corrupt,
                    "\(directory.segment(stretch.name)): its rows are sound and are not those that lead to "
                        + "\(end.zxid): a file of another log; \(StorageError.restore)")
            }
            excluded.insert(liar)
        }
    }

    private func attempt(
        _ stretch: Stretch, after start: RowChain, _ numbers: NodeNumbers, _ excluded: Set<PeerID>
    ) throws -> Result {
        var segment = try MendedSegment.make(after: start, in: directory, disk)
        let file = directory.segment(stretch.name)
        let damaged = try DamagedSegment(file, disk)
        var result = Result(
            end: start, proven: start, mending: Mending(file: DataDirectory.segmentName(stretch.name)))
        try segment.statements.begin.run()
        try segment.begin(numbers)
        try fill(&segment, from: damaged, stretch, excluded, &result)
        try segment.statements.commit.run()
        guard result.missing == nil else { return result }
        try segment.recount()
        let completion = stretch.next.map { _ in Completion(end: result.end, rows: segment.rows) }
        try MendedSegment.finish(segment, completion)
        return result
    }

    private func fill(
        _ segment: inout Segment, from damaged: borrowing DamagedSegment, _ stretch: Stretch,
        _ excluded: Set<PeerID>, _ result: inout Result
    ) throws {
        // Behind what this node has vouched for nobody is asked.
        let goal = stretch.end?.zxid ?? stretch.next
        var bytesMax = SegmentMender.firstBytes
        while true {
            let before = result.end
            try damaged.soundRows(after: &result.end, through: goal ?? Zxid(rawValue: .max)) {
                rows, chain throws(StorageError) in _ = try segment.statements.insert(rows, after: chain)
            }
            if result.end != before {
                result.proven = result.end
                bytesMax = SegmentMender.firstBytes
            }
            guard let goal, result.end.zxid < goal else {
                return try fillBehind(&segment, from: damaged, stretch, &result)
            }
            let wanted = RowsWanted(after: result.end, through: goal, bytesMax: bytesMax)
            guard let answer = ask(wanted, excluded) else {
                result.missing = wanted
                return
            }
            result.mending.note(answer)
            guard try take(answer.rows, through: goal, &segment, damaged, &result) else {
                result.missing = wanted
                return
            }
            bytesMax *= 2
        }
    }

    /// In the newest file, the rows that nothing says must be there.
    private func fillBehind(
        _ segment: inout Segment, from damaged: borrowing DamagedSegment, _ stretch: Stretch,
        _ result: inout Result
    ) throws {
        guard stretch.isNewest, stretch.end.map({ $0 == result.end }) ?? true else { return }
        try damaged.soundRows(after: &result.end, through: Zxid(rawValue: .max)) {
            rows, chain throws(StorageError) in _ = try segment.statements.insert(rows, after: chain)
        }
        result.proven = result.end
        result.hasDamageBehind = damaged.holdsMore(than: result.end.zxid)
    }

    /// Takes rows as long as there are none here.
    ///
    /// - Returns: Whether there was any.
    private func take(
        _ rows: [LogRow], through goal: Zxid, _ segment: inout Segment, _ damaged: borrowing DamagedSegment,
        _ result: inout Result
    ) throws -> Bool {
        var taken: [LogRow] = []
        let start = result.end
        for row in rows {
            guard result.end.zxid.isFollowed(by: row.zxid), row.zxid <= goal else { break }
            result.end = row.chained(to: result.end)
            result.mending.note(row.zxid)
            taken.append(row)
            if damaged.holds(result.end) { break }
        }
        _ = try segment.statements.insert(taken, after: start)
        return !taken.isEmpty
    }
}

/// A damaged file of the log, as far as it can be read; none at all where it is missing.
struct DamagedSegment: ~Copyable {
    private let reader: LogReader?

    init(_ file: String, _ disk: LogDisk) throws(StorageError) {
        guard disk.files.size(of: file) > 0 else {
            reader = nil
            return
        }
        do {
            // The connection lives as long as its statements.
            reader = try LogReader(disk.readable(file))
        } catch {
            guard error.code == .corrupt else { throw error }
            reader = nil
        }
    }

    private static let batchRows = 256

    /// Hands over the rows that follow `chain` here as they were, in batches, and moves it on.
    func soundRows(
        after chain: inout RowChain, through last: Zxid,
        _ body: ([LogRow], _ after: RowChain) throws(StorageError) -> Void
    ) throws {
        guard reader != nil else { return }
        var batch: [LogRow] = []
        var (end, start) = (chain, chain)
        do {
            _ = try reader?.read(after: chain, acknowledged: nil) { row in
                guard row.zxid <= last else { throw Enough() }
                end = row.chained(to: end)
                batch.append(row)
                guard batch.count == DamagedSegment.batchRows else { return }
                try body(batch, start)
                (batch, start) = ([], end)
            }
        } catch is Enough {
        } catch let error as StorageError where error.code == .corrupt {}
        try body(batch, start)
        chain = end
    }

    private struct Enough: Error {}

    /// Whether the row at `link` has that checksum here: then those behind it may be sound.
    func holds(_ link: RowChain) -> Bool {
        // Absence is the meaning: what cannot be read is not here.
        (try? reader?.chain(atOrBefore: link.zxid)) == link
    }

    /// Whether anything is or may be behind `zxid`.
    func holdsMore(than zxid: Zxid) -> Bool {
        guard reader != nil else { return false }
        do {
            return try reader?.lastZxid().map { $0 > zxid } ?? false
        } catch {
            return true
        }
    }
}
