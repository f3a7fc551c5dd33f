internal import Clocks
internal import Dispatch
internal import Synchronization
internal import Vocabulary

/// Reads the complete segments that a start did not need, since a snapshot has what is in them, for the sake
/// of the checks alone: so damage is known before the day on which that snapshot cannot be read.
///
/// Reads beside everything else, at a quarter of a core at most, and nobody waits for it but who ends the
/// log. A complete segment lies still, and is opened as a file at rest, without a lock; a damaged one may be
/// put together again (`SegmentHelp`), and then another file takes its place. What a trim removes under it is
/// passed over; who changes the past of the log ends it first.
final class CoveredCheck: Sendable {
    private let queue = DispatchQueue(label: "aviary.log.check", qos: .background)
    private let hasEnded = Mutex(false)
    private let end = DispatchSemaphore(value: 0)
    /// Up to where the log is being removed.
    private let trimmed = Mutex(Zxid.zero)

    /// Rows that are read, in pieces between two looks at whether it is to end.
    private struct Pieces {
        private static let rows = 500
        private var read = 0
        private var beganNs = MachineClock.monotonicNs

        /// One row more.
        mutating func count(between: (_ tookNs: Int64) throws -> Void) throws {
            read += 1
            guard read % Pieces.rows == 0 else { return }
            try between(MachineClock.monotonicNs - beganNs)
            beganNs = MachineClock.monotonicNs
        }
    }

    /// Of the time that a piece took, as a rest for the others.
    private static let restFactor: Int64 = 3

    /// The error of a reader that was ended.
    struct Ended: Error {}

    /// Begins to read, oldest first.
    ///
    /// - Parameters:
    ///   - help: For damaged segments; nil: nothing is changed.
    ///   - noteDamage: Is told of the first damage in each that stays, on the check's thread.
    func begin(
        _ segments: [CompleteSegment], snapshots: [Zxid] = [], in directory: DataDirectory, _ disk: LogDisk,
        help: SegmentHelp? = nil, noteDamage: @escaping @Sendable (StorageError) -> Void
    ) {
        guard !segments.isEmpty || !snapshots.isEmpty else { return }
        queue.async { [self] in
            for segment in segments {
                guard !isEnded else { return }
                guard let damage = CoveredCheck.damage(in: segment, of: directory, disk, between: rest)
                else { continue }
                if !isEnded, let help, mend(segment, of: directory, disk, help) { continue }
                // What is found while the log is changed or ended says nothing of it.
                if !isEnded { noteDamage(damage) }
            }
            for snapshot in snapshots {
                guard !isEnded else { return }
                let damage = CoveredCheck.damage(inSnapshot: snapshot, of: directory, between: rest)
                if let damage, !isEnded { noteDamage(damage) }
            }
        }
    }

    /// Reads one snapshot, as `damage(in:of:_:between:)`.
    static func damage(
        inSnapshot zxid: Zxid, of directory: DataDirectory, between: (_ tookNs: Int64) throws -> Void
    ) -> StorageError? {
        do {
            var pieces = Pieces()
            _ = try SnapshotReader.read(
                directory: directory.path, zxid: zxid, sessions: { _, _ in }, acls: { _, _ in }
            ) { _ in try pieces.count(between: between) }
            return nil
        } catch let error as StorageError {
            // A newer one has taken its place meanwhile.
            return error.code == .corrupt && directory.holdsSnapshot(zxid) ? error : nil
        } catch {
            return nil
        }
    }

    /// Reads one segment.
    ///
    /// - Parameter between: Is called between two pieces; where it throws, nothing was found.
    /// - Returns: What is wrong with the file, if it is there and still lies as it was left.
    static func damage(
        in segment: CompleteSegment, of directory: DataDirectory, _ disk: LogDisk,
        between: (_ tookNs: Int64) throws -> Void
    ) -> StorageError? {
        let file = directory.segment(segment.start.zxid)
        // Beside a WAL somebody else reads it: the next start finishes and checks it.
        guard disk.files.size(of: DataDirectory.wal(of: file)) == 0 else { return nil }
        do {
            var pieces = Pieces()
            let database = try disk.readable(file)
            _ = try LogReader(database).read(
                after: segment.start, acknowledged: nil, through: segment.end
            ) { _ in try pieces.count(between: between) }
            return nil
        } catch let error as StorageError {
            return disk.files.size(of: file) > 0 ? error : nil
        } catch {
            return nil
        }
    }

    var isEnded: Bool { hasEnded.withLock { $0 } }

    private func rest(after tookNs: Int64) throws {
        let pause = DispatchTimeInterval.nanoseconds(Int(CoveredCheck.restFactor * tookNs))
        guard end.wait(timeout: .now() + pause) == .timedOut else { throw Ended() }
    }

    /// Finds nothing more, and returns when nothing is read any more, which is soon.
    func stop() {
        let isFirst = hasEnded.withLock { hasEnded in
            defer { hasEnded = true }
            return !hasEnded
        }
        if isFirst { end.signal() }
        wait()
    }

    /// May read again, what others ask for from now on.
    func resume() {
        guard hasEnded.withLock({ $0 }) else { return }
        while end.wait(timeout: .now()) == .success {}
        hasEnded.withLock { $0 = false }
    }

    /// Remembers that segments that end up to `zxid` are to be removed: none of them comes back.
    func passOver(through zxid: Zxid) { trimmed.withLock { $0 = max($0, zxid) } }

    /// Changes a segment that ends at `end`, unless it is being removed.
    func unlessTrimmed(_ end: Zxid, _ body: () throws(StorageError) -> Void) throws(StorageError) {
        try trimmed.withLock { trimmed throws(StorageError) in
            if end > trimmed { try body() }
        }
    }

    /// Returns when all is read.
    func wait() { queue.sync {} }
}
