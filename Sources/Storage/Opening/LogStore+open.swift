import Vocabulary

extension LogStore {
    /// Opens the log of the node that lives in `directory`, creating what is missing.
    ///
    /// Before it returns, the end of the log was compared with what this node has acknowledged, everything it
    /// counts in `lastZxid` is durable (a vote may rest on it), and no other process can open the folder.
    ///
    /// - Throws: `locked`, `readOnly`, `schema`, `corrupt`; of a damaged folder nothing is changed.
    ///
    /// - Parameters:
    ///   - isEmptyBelieved: Whether a folder without a log is a new node's. Where it is not, it is marked
    ///     before anything is made in it: it has to synchronize first.
    ///   - noteTakeOver: Is told in a sentence when the log of a former version became the first segment.
    package static func open(
        directory: String, isEmptyBelieved: Bool = true, noteTakeOver: (String) -> Void = { _ in }
    ) throws(StorageError) -> LogStore {
        try open(
            directory: directory, isEmptyBelieved: isEmptyBelieved, noteTakeOver: noteTakeOver,
            isKeptBeside: true
        ) { LogDisk(files: SystemLogFiles(directory: $0)) }
    }

    /// - Parameters:
    ///   - isKeptBeside: Whether what is done beside the writes has a thread of its own.
    ///   - disk: Tests put a faulty one under it.
    static func open(
        directory: String, isEmptyBelieved: Bool = true, noteTakeOver: (String) -> Void = { _ in },
        isKeptBeside: Bool, on disk: (DataDirectory) -> LogDisk
    ) throws(StorageError) -> LogStore {
        let directory = try DataDirectory(creating: directory)
        let disk = disk(directory)
        let lock = try DirectoryLock(directory)
        try directory.closeToOthers()
        try forgetCached(in: directory, disk)
        try MendedSegment.settleAll(in: directory, disk)
        let found = try AcknowledgedMark.read(directory)
        if case .copy(let mark, _) = found, mark.isExchangeDecided {
            try exchange(in: directory, for: mark.successor, disk)
        }
        let opening = LogOpening(directory: directory, disk: disk, found: found)
        if let sentence = try opening.takeOverFormer() { noteTakeOver(sentence) }
        let opened = try opening.log(isEmptyBelieved: isEmptyBelieved)
        return try LogStore(
            opened, mark: AcknowledgedMark(directory, after: found),
            tenure: Tenure(lock: lock, keeper: SegmentKeeper(directory, disk, isBeside: isKeptBeside)))
    }

    /// The process before may have ended because a sync failed: what is vouched for is read from the disk
    /// itself, where it was not complete and durable long ago.
    private static func forgetCached(in directory: DataDirectory, _ disk: LogDisk) throws(StorageError) {
        for name in try disk.files.names() {
            let wal = directory.path + "/" + DataDirectory.wal(of: name)
            guard DataDirectory.isOfLog(name), disk.files.size(of: wal) > 0 else { continue }
            disk.files.forgetCached(directory.path + "/" + name)
            disk.files.forgetCached(wal)
        }
        disk.files.forgetCached(directory.mark)
    }

    private init(
        _ opened: consuming OpenedLog, mark: consuming AcknowledgedMark, tenure: consuming Tenure
    ) throws(StorageError) {
        directory = opened.segments.directory
        disk = opened.segments.disk
        numbers = opened.numbers
        head = opened.head
        committed = opened.committed
        mustSynchronize = CatchUpMark.read(directory)
        let leftovers = opened.leftovers
        let unfinished = opened.unfinished
        segments = opened.segments
        self.mark = mark
        self.tenure = tenure
        // All was checked. What is of no use goes first: a full disk has room for the rest then.
        for file in leftovers { try disk.remove(file) }
        try directory.removeUnfinished()
        try makeDurable(unfinished)
        try disk.files.sync()
    }

    /// The rows that a killed process wrote but never synced are counted from now on: sync them first.
    private mutating func makeDurable(_ unfinished: [CompleteSegment]) throws(StorageError) {
        if !segments.newest.isBegun {
            try segments.newest.statements.begin.run()
            try segments.newest.begin(numbers)
            try segments.newest.statements.commit.run()
        }
        _ = try segments.newest.database.checkpoint(.passive)
        try finish(unfinished)
        try mark.replace(acknowledged)
    }

    /// Finishes segments again that somebody else was reading, or that a killed process was not done with.
    func finish(_ unfinished: [CompleteSegment]) throws(StorageError) {
        for segment in unfinished {
            let opened = try Segment(
                opening: directory.segment(segment.start.zxid), after: segment.start, isBegun: true, disk)
            try SegmentKeeper.finish(opened, at: segment.end)
        }
    }
}
