internal import Vocabulary

/// A log as a start finds it, before anything of it is believed or changed.
struct LogOpening {
    let directory: DataDirectory
    let disk: LogDisk
    let found: AcknowledgedMark.Found

    /// The log, checked up to its end.
    ///
    /// - Throws: `corrupt` where anything is not as it was left, and where rows are missing that this node
    ///   has acknowledged.
    func log(isEmptyBelieved: Bool) throws(StorageError) -> OpenedLog {
        let starts = try segmentsWithBytes()
        if starts.isEmpty { return try newLog(isEmptyBelieved: isEmptyBelieved) }
        var heads = try heads(of: starts)
        let unused = try takeUnused(from: &heads)
        let opened = try check(heads, directory.segment(heads[heads.count - 1].name), unused)
        try requireSnapshot(from: opened.segments.start.zxid, through: opened.head.zxid)
        return opened
    }

    func segmentsWithBytes() throws(StorageError) -> [Zxid] {
        try disk.segments(in: directory).filter { disk.files.size(of: directory.segment($0)) > 0 }
    }

    private func newLog(isEmptyBelieved: Bool) throws(StorageError) -> OpenedLog {
        try refuseLostLog()
        if !isEmptyBelieved {
            try CatchUpMark.write("the folder was empty", to: directory)
        }
        let segment = try Segment(creating: directory.segment(.zero), after: .empty, disk)
        return OpenedLog(
            segments: SegmentChain(directory: directory, disk: disk, complete: [], newest: segment),
            numbers: NodeNumbers(), head: .empty, committed: .zero, unfinished: [], leftovers: try leftovers()
        )
    }

    /// Compares the segments with each other, and their end with what this node has acknowledged.
    ///
    /// - Parameter newest: The file of the last one.
    private func check(
        _ heads: [SegmentHead], _ newest: String, _ unused: Zxid?
    ) throws(StorageError) -> OpenedLog {
        let (complete, unfinished) = try link(heads)
        let last = heads[heads.count - 1]
        guard last.completion == nil else { throw missingBehind(last) }
        let segments = try SegmentChain(
            directory: directory, disk: disk, complete: complete,
            newest: Segment(opening: newest, after: last.numbers.start, isBegun: last.isBegun, disk))
        var numbers = last.numbers
        for head in heads {
            numbers.acceptedEpoch = max(numbers.acceptedEpoch, head.numbers.acceptedEpoch)
            numbers.currentEpoch = max(numbers.currentEpoch, head.numbers.currentEpoch)
        }
        let witness = try LogWitness(found, of: segments, numbers)
        let head = try witness.verifyEnd(of: segments)
        var leftovers = try leftovers()
        if let unused { leftovers.append(directory.segment(unused)) }
        return OpenedLog(
            segments: segments, numbers: numbers, head: head,
            committed: min(witness.acknowledged.committed, head.zxid), unfinished: unfinished,
            leftovers: leftovers)
    }

    /// A log without its beginning is worth nothing without what stands for that.
    func requireSnapshot(from start: Zxid, through last: Zxid) throws(StorageError) {
        guard start != .zero, try directory.snapshots(from: start, through: last).isEmpty else { return }
        throw StorageError(
            .corrupt,
            "\(directory.snapshot(start)), or a later snapshot, is missing, or the files of the log before "
                + "\(DataDirectory.segmentName(start)) are: the log begins after \(start) and is of no use "
                + "without; \(StorageError.restore)",
            damage: StorageError.Damage(
                firstBad: Zxid.zero.expectedNext, soundUpTo: .zero, acknowledgedUpTo: acknowledged))
    }

    /// The last transaction that this node has vouched for, where that is known.
    var acknowledged: Zxid? {
        if case .copy(let mark, _) = found { mark.chain.zxid } else { nil }
    }

    private func refuseLostLog() throws(StorageError) {
        switch found {
        case .missing, .copy(.nothing, _):
            return
        case .damaged:
            throw StorageError(
                .corrupt,
                "the log in \(directory.path) is missing and \(directory.mark) is damaged; "
                    + StorageError.restore)
        case .copy(let acknowledged, _):
            throw StorageError.damaged(
                file: directory.segment(.zero), "this file of the log and all others are missing",
                firstBad: Zxid.zero.expectedNext, soundUpTo: .zero,
                acknowledgedUpTo: acknowledged.chain.zxid)
        }
    }

    /// Files that a killed process was not done with, and that are no part of the log.
    private func leftovers() throws(StorageError) -> [String] {
        var names: Set<String> = []
        let there = Set(try disk.files.names())
        for name in there where name.hasPrefix("log") && (name.hasSuffix("-wal") || name.hasSuffix("-shm")) {
            // SQLite would take a WAL without its file for the next file of that name.
            let base = String(name.dropLast(4))
            if DataDirectory.isOfLog(name), !there.contains(base) { names.insert(base) }
        }
        return names.map { directory.path + "/" + $0 } + [
            directory.nextSegment, directory.nextWAL, directory.installedSegment,
        ]
    }
}

/// A log as a start found it.
struct OpenedLog: ~Copyable {
    let segments: SegmentChain
    /// The highest epochs that any segment says, and what the newest begins after.
    let numbers: NodeNumbers
    /// The last row.
    let head: RowChain
    let committed: Zxid
    /// Segments that are complete, and do not say so yet or have a WAL.
    let unfinished: [CompleteSegment]
    /// Files to be removed.
    let leftovers: [String]
}
