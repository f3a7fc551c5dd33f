internal import Dispatch
internal import Glibc
internal import Synchronization
internal import Vocabulary

/// Does what the log's files need beside the writes, in the order in which it was asked: finishes segments
/// that are full, makes the next one before it is needed, and removes those that no longer are.
///
/// A file has one owner: the log's thread until it hands a full segment over, this from then on.
final class SegmentKeeper: Sendable {
    private let directory: DataDirectory
    private let disk: LogDisk
    /// nil: at once, on the caller's thread.
    private let queue: DispatchQueue?
    /// Removals take long, and nobody waits for them: they are in nobody's way.
    private let removals: DispatchQueue?
    private let state = Mutex(State())

    private struct State {
        var next = Next.missing
        /// Bytes of an empty segment, once one was made.
        var image: [UInt8]?
        /// Whether the WAL of a finished segment is there for the next one.
        var hasWAL = false
        var failure: StorageError?
    }

    private enum Next { case missing, underWay, ready }

    /// - Parameter isBeside: Whether the work has a thread of its own.
    init(_ directory: DataDirectory, _ disk: LogDisk, isBeside: Bool) {
        self.directory = directory
        self.disk = disk
        queue = isBeside ? DispatchQueue(label: "aviary.log.keeper") : nil
        removals = isBeside ? DispatchQueue(label: "aviary.log.removals") : nil
    }

    /// Begins to make the next segment, unless it is there or under way.
    func prepareNext() {
        let isNeeded = state.withLock { state in
            defer { if state.next == .missing { state.next = .underWay } }
            return state.next == .missing
        }
        guard isNeeded else { return }
        submit { keeper throws(StorageError) in
            let isMade = try keeper.makeNext()
            // Otherwise the next append asks for it again.
            keeper.state.withLock { $0.next = isMade ? .ready : .missing }
        }
    }

    /// Any segment is like any other before its first commit: SQLite makes the first, and the others are
    /// copies.
    ///
    /// - Returns: false while somebody else reads it.
    private func makeNext() throws(StorageError) -> Bool {
        let file = directory.nextSegment
        if let image = state.withLock({ $0.image }) {
            try disk.files.write(image, to: file)
            return true
        }
        try disk.remove(file)
        guard try Segment(creating: file, after: .empty, disk).close() else { return false }
        let image = try disk.files.read(file)
        if image.count == disk.files.size(of: file) { state.withLock { $0.image = image } }
        return true
    }

    /// Makes the next segment the caller's.
    ///
    /// - Returns: Whether it has a WAL to write over; nil while it is not there.
    func takeNext() -> Bool? {
        state.withLock { state in
            guard state.next == .ready else { return nil }
            defer { (state.next, state.hasWAL) = (.missing, false) }
            return state.hasWAL
        }
    }

    /// Marks a full segment complete, brings its WAL into its file, and closes it.
    func finish(_ segment: consuming Segment, at end: RowChain) {
        let handed = Handed(segment)
        submit { keeper throws(StorageError) in
            guard let segment = handed.take() else { return }
            let file = segment.file
            let keepsWAL = keeper.beginKeepingWAL(of: file)
            try SegmentKeeper.finish(segment, at: end)
            if keepsWAL { try keeper.keepWAL(of: file) }
        }
    }

    /// Gives the WAL a second name before SQLite removes the first. Writing over a file is faster than
    /// growing one: the file system has nothing to note.
    private func beginKeepingWAL(of file: String) -> Bool {
        guard state.withLock({ !$0.hasWAL }) else { return false }
        return disk.files.link(DataDirectory.wal(of: file), to: directory.nextWAL)
    }

    /// Takes the WAL for the next segment, if SQLite has removed its first name: so nobody else reads it.
    /// Without its header, durably, none of its frames counts.
    private func keepWAL(of file: String) throws(StorageError) {
        guard disk.files.size(of: DataDirectory.wal(of: file)) == 0,
            disk.files.size(of: directory.nextWAL) <= SegmentKeeper.keptWALBytesMax
        else {
            return try disk.files.remove(directory.nextWAL)
        }
        try disk.files.write([UInt8](repeating: 0, count: SegmentKeeper.headerBytes), to: directory.nextWAL)
        state.withLock { $0.hasWAL = true }
    }

    /// A WAL that one large commit has made larger goes.
    private static let keptWALBytesMax: Int64 = 32 << 20
    /// Bytes of a WAL's header.
    private static let headerBytes = 32

    static func finish(_ segment: consuming Segment, at end: RowChain) throws(StorageError) {
        try segment.statements.begin.run()
        try Completion(end: end, rows: segment.rows).write(to: segment.database, after: segment.start)
        try segment.statements.commit.run()
        _ = try segment.close()
    }

    /// Removes segments for good, oldest first.
    ///
    /// - Note: the mark is made durable before. A power cut may bring an older one back, and one that names
    ///   a row that is gone could not be compared with anything.
    func remove(_ segments: [CompleteSegment]) {
        submit { keeper throws(StorageError) in
            keeper.submit(to: keeper.removals) { keeper throws(StorageError) in
                try AcknowledgedMark.sync(keeper.directory)
                for segment in segments {
                    try keeper.disk.remove(keeper.directory.segment(segment.start.zxid))
                }
            }
        }
    }

    /// Returns when nothing is under way.
    ///
    /// - Throws: what went wrong, as `check`.
    func wait() throws(StorageError) {
        drain()
        try check()
    }

    /// Returns when nothing is under way, whatever became of it.
    func drain() {
        queue?.sync {}
        removals?.sync {}
    }

    /// Returns when what the next segment needs is done; removals go on.
    ///
    /// - Throws: what went wrong, as `check`.
    func waitForNext() throws(StorageError) {
        queue?.sync {}
        try check()
    }

    /// - Throws: what went wrong; nothing is tried again.
    func check() throws(StorageError) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }

    private func submit(_ work: @escaping @Sendable (SegmentKeeper) throws(StorageError) -> Void) {
        submit(to: queue, work)
    }

    private func submit(
        to queue: DispatchQueue?, _ work: @escaping @Sendable (SegmentKeeper) throws(StorageError) -> Void
    ) {
        let run = { @Sendable [self] in
            guard state.withLock({ $0.failure == nil }) else { return }
            do throws(StorageError) {
                try work(self)
            } catch {
                state.withLock { $0.failure = error }
            }
        }
        guard let queue else { return run() }
        queue.async(execute: run)
    }

    /// A segment on its way from the log's thread to the keeper's.
    ///
    /// `@unchecked Sendable`: the one has let go of it before the other takes it, once.
    private final class Handed: @unchecked Sendable {
        private var segment: Segment?

        init(_ segment: consuming Segment) { self.segment = consume segment }

        func take() -> Segment? { segment.take() }
    }
}

/// A log's time in its folder: nobody else's begins before what was to be done in it is done.
struct Tenure: ~Copyable {
    private let lock: DirectoryLock
    let keeper: SegmentKeeper
    let check = CoveredCheck()

    init(lock: consuming DirectoryLock, keeper: SegmentKeeper) {
        self.lock = lock
        self.keeper = keeper
    }

    deinit {
        check.stop()
        keeper.drain()
    }
}
