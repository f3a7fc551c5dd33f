import Glibc
import Storage
import Vocabulary

/// The files of a folder's log as one log: which there are, and the connections to those that are read.
///
/// A running node begins files and removes the oldest: so each reading begins with the list as it is then,
/// and what vanished since is not missed. Nothing that a node may yet write or finish stays open between
/// readings.
final class Segments {
    private let directory: DataDirectory
    private let isRunning: Bool
    private let copy: PrivateCopy?
    /// Oldest first.
    private(set) var files: [SegmentFile]
    /// Files at rest that were read last.
    private var kept: [OpenSegment] = []
    /// Files that a node may write, as long as something is read.
    private var shared: [OpenSegment] = []
    private var readings = 0
    /// Files whose WAL stays, since somebody read them when they were finished.
    private var lingering: Set<SegmentFile> = []
    /// Numbers of files at rest.
    private var known: [SegmentFile: (numbers: NodeNumbers, stamp: FileStamp)] = [:]
    /// Why the last reading ended early, for who met it through SQL.
    var fault: StorageError?

    private static let keptMax = 4
    private static let attemptsMax = 4
    private static let pauseUs: UInt32 = 20_000

    init(_ directory: DataDirectory, _ files: [SegmentFile], isRunning: Bool) throws(StorageError) {
        self.directory = directory
        self.isRunning = isRunning
        self.files = files
        let tails = isRunning ? [] : files.filter(\.hasTail)
        copy = tails.isEmpty ? nil : try PrivateCopy(of: tails)
    }

    /// The file's path, or its copy's.
    func path(of file: SegmentFile) -> String { copy?.path(of: file) ?? file.path }

    // MARK: Files

    /// Looks which files there are now.
    func refresh() throws(StorageError) {
        guard isRunning else { return }
        files = try SegmentFile.all(in: directory)
        // A leader may have cut the log within a file that was at rest.
        kept.removeAll { !files.contains($0.file) || !isSettled($0.file) || $0.stamp != FileStamp($0.file) }
        shared.removeAll { !files.contains($0.file) || $0.stamp?.inode != FileStamp($0.file)?.inode }
    }

    /// Whether nothing writes it any more.
    private func isSettled(_ file: SegmentFile) -> Bool {
        !isRunning || file != files.last && file.walBytes == 0
    }

    /// A file without a WAL is read as it lies there: SQLite would put one beside it. One that a node is
    /// finishing is waited for, so that nobody is in the way of that.
    private func way(to file: SegmentFile) -> OpenSegment.Way {
        guard isRunning else { return copy?.path(of: file).map { .copied($0) } ?? .atRest }
        if file != files.last, !lingering.contains(file) {
            var attempts = 1
            while file.walBytes > 0, mayPass(after: attempts) { attempts += 1 }
            if file.walBytes > 0 { lingering.insert(file) }
        }
        return file.walBytes > 0 || file == files.last ? .shared : .atRest
    }

    /// The connection to one of them; nil where a running node has removed it.
    func opened(_ file: SegmentFile) throws(StorageError) -> OpenSegment? {
        if let found = (kept + shared).first(where: { $0.file == file }) { return found }
        var attempts = 1
        while true {
            do {
                let segment = try OpenSegment(file, way(to: file))
                keep(segment)
                return segment
            } catch {
                if isRunning, FileStamp(file) == nil { return nil }
                guard mayPass(after: attempts) else { throw error }
                attempts += 1
            }
        }
    }

    /// Waits where an error may come of a node that is just finishing or removing the file.
    ///
    /// - Parameter attempts: How often it was met.
    /// - Returns: Whether to try again.
    func mayPass(after attempts: Int) -> Bool {
        guard isRunning, attempts < Segments.attemptsMax else { return false }
        usleep(Segments.pauseUs)
        return true
    }

    /// Asks a file; nil where a running node has removed it.
    func ask<Answer>(
        _ file: SegmentFile, _ question: (OpenSegment) throws(StorageError) -> Answer
    ) throws(StorageError) -> Answer? {
        var attempts = 1
        while true {
            guard let segment = try opened(file) else { return nil }
            do throws(StorageError) {
                return try question(segment)
            } catch {
                forget(segment)
                guard mayPass(after: attempts) else { throw error }
                attempts += 1
            }
        }
    }

    /// Closes a connection that has met an error, so that the file is opened anew.
    ///
    /// SQLite checks a page when it reads it, and takes the one in its cache for sound from then on. A walk
    /// goes on with that, since it checks each row itself; whoever comes later must be told once more.
    func forget(_ segment: OpenSegment) {
        kept.removeAll { $0 === segment }
        shared.removeAll { $0 === segment }
    }

    private func keep(_ segment: OpenSegment) {
        if isSettled(segment.file) {
            if kept.count == Segments.keptMax { kept.removeFirst() }
            kept.append(segment)
        } else if readings > 0 {
            shared.append(segment)
        }
    }

    /// Lets connections to files that a node writes stay open as long as `body` runs.
    func during<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        readings += 1
        defer {
            readings -= 1
            if readings == 0 { shared = [] }
        }
        return try body()
    }

    // MARK: Numbers beside the rows

    /// The link that the log begins after; of a running node it moves on.
    func start() throws(StorageError) -> RowChain {
        while let oldest = files.first {
            if let numbers = try numbers(of: oldest) { return numbers.start }
            try refresh()
        }
        return .empty
    }

    /// The numbers of all of them together: an epoch never goes back.
    ///
    /// - Throws: `corrupt` where numbers are damaged, or the oldest file cannot be read.
    func numbers() throws(StorageError) -> NodeNumbers {
        try refresh()
        var numbers = NodeNumbers()
        numbers.start = try start()
        for file in files where !isUnreachable(file) {
            guard let found = try self.numbers(of: file) else { continue }
            numbers.acceptedEpoch = max(numbers.acceptedEpoch, found.acceptedEpoch)
            numbers.currentEpoch = max(numbers.currentEpoch, found.currentEpoch)
        }
        return numbers
    }

    /// nil where a running node has removed the file.
    func numbers(of file: SegmentFile) throws(StorageError) -> NodeNumbers? {
        if let known = known[file], known.stamp == FileStamp(file) { return known.numbers }
        return try ask(file) { segment throws(StorageError) in
            let numbers = try NodeNumbers(of: segment.database)
            if let stamp = segment.stamp, kept.contains(where: { $0 === segment }) {
                known[file] = (numbers, stamp)
            }
            return numbers
        }
    }

    /// Whether nothing of it can be read, which is said where its rows are looked for.
    func isUnreachable(_ file: SegmentFile) -> Bool {
        if let known = known[file], known.stamp == FileStamp(file) { return false }
        do {
            return try opened(file) == nil
        } catch {
            return true
        }
    }

    /// The last file whose rows may be at or before `zxid`; the first where none is.
    func index(of zxid: Zxid, in files: [SegmentFile]) -> Int {
        files.lastIndex { $0.namedStart.map { $0 < zxid } ?? true } ?? 0
    }
}
