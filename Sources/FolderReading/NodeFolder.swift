internal import Glibc
package import Storage
package import Vocabulary

/// A node's folder as a visitor sees it: read, and nothing else. No lock is taken, no file created, no WAL
/// copied into the database.
///
/// Of a folder on which a node runs, the log is read through SQLite's ordinary locking, in short
/// transactions. One that is at rest is read as it lies there; where a killed process left a WAL, a private
/// copy is.
package final class NodeFolder {
    package enum State: Equatable, Sendable {
        /// A process runs on it; its pid, when the system names it.
        case running(pid: Int32?)
        /// Ended cleanly: no file of the log has anything in its WAL.
        case closed
        /// Left by a process that was killed: the end of the log is in a WAL.
        case killed
    }

    package let path: String
    package let state: State
    package let directory: DataDirectory
    /// The log's files; none where nobody can say which they are.
    let segments: Segments
    /// Why nothing of the log can be read at all.
    package let logFault: StorageError?
    private let stampsAtOpening: [FileStamp?]

    /// - Throws: `absent` where there is no folder or no node's files in it; `io` and others when they cannot
    ///   be read.
    package init(_ path: String) throws(StorageError) {
        let directory = DataDirectory(visiting: DataDirectory.trimmed(path))
        try NodeFolder.requireNode(directory)
        self.path = directory.path
        self.directory = directory
        stampsAtOpening = NodeFolder.stamps(of: directory)
        var files: [SegmentFile] = []
        var fault: StorageError?
        do {
            files = try SegmentFile.all(in: directory)
        } catch {
            guard error.code == .corrupt else { throw error }
            fault = error
        }
        let owner = FolderOwner.find(directory)
        // A WAL without its database says nothing.
        let hasTail = files.contains(where: \.hasTail)
        state = owner.map { .running(pid: $0.pid) } ?? (hasTail ? .killed : .closed)
        segments = try Segments(directory, files, isRunning: owner != nil)
        if fault == nil { fault = try NodeFolder.fault(of: segments, in: directory) }
        logFault = fault
    }

    /// Why none of the files can be read; nil where one can.
    private static func fault(
        of segments: Segments, in directory: DataDirectory
    ) throws(StorageError) -> StorageError? {
        var fault: StorageError?
        for file in segments.files.reversed() {
            do {
                if try segments.opened(file) != nil { return nil }
            } catch {
                guard error.code == .corrupt || error.code == .schema else { throw error }
                fault = fault ?? error
            }
        }
        return fault
            ?? StorageError(
                .corrupt,
                "\(directory.path): the log is missing: no log-<zxid>.db is there; \(StorageError.restore)")
    }

    private static func requireNode(_ directory: DataDirectory) throws(StorageError) {
        var status = Glibc.stat()
        guard stat(directory.path, &status) == 0 else {
            throw StorageError(
                .absent,
                "\(directory.path): \(String(cString: strerror(errno))); name the folder that "
                    + "dataDir or dataLogDir in zoo.cfg names")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw StorageError(
                .absent,
                "\(directory.path) is a file; name the folder of a node, the one with log-<zxid>.db in it")
        }
        let names = try directory.names()
        guard
            names.contains("acknowledged")
                || names.contains(where: { name in
                    name == "log.db" || DataDirectory.segmentStart(name) != nil
                        || DataDirectory.snapshotZxid(name) != nil
                })
        else {
            let hint =
                names.contains("version-2")
                ? "it holds files of Apache ZooKeeper's, of which `aviary-admin import` makes a node's folder"
                : "it holds neither a log (log-<zxid>.db) nor a snapshot"
            throw StorageError(
                .absent,
                "\(directory.path) is no node's folder: \(hint); name the one that dataDir or "
                    + "dataLogDir in zoo.cfg names")
        }
    }

    package var isRunning: Bool {
        if case .running = state { return true }
        return false
    }

    /// Ends a long reading of a folder at rest.
    ///
    /// - Throws: `busy` when a node came to it meanwhile: what was read may be of several moments.
    package func requireUnchanged() throws(StorageError) {
        guard !isRunning, NodeFolder.stamps(of: directory) != stampsAtOpening else { return }
        throw StorageError(
            .busy, "\(path): a node started on this folder while it was read; run the command again")
    }

    private static func stamps(of directory: DataDirectory) -> [FileStamp?] {
        // Absence is the meaning: where nobody can say which files the log is, nothing of it is read.
        ((try? SegmentFile.all(in: directory)) ?? []).flatMap { file in
            [FileStamp(file), FileStamp(DataDirectory.wal(of: file.path))]
        }
    }

    // MARK: The log

    private func readable() throws(StorageError) -> Segments {
        if let logFault { throw logFault }
        return segments
    }

    /// The zxid that the log begins after by the name of its oldest file, where the file cannot say it.
    package var namedStart: Zxid { segments.files.first?.namedStart ?? .zero }

    /// Whether the oldest file of the log cannot be read at all.
    package var isOldestUnreadable: Bool {
        segments.files.first.map { segments.isUnreachable($0) } ?? true
    }

    /// Single rows, by their place.
    package func log() throws(StorageError) -> LogVisit { try LogVisit(readable()) }

    /// The link that the log begins after.
    ///
    /// - Throws: `corrupt` when that is damaged.
    package func start() throws(StorageError) -> RowChain {
        let segments = try readable()
        return try segments.during { () throws(StorageError) in
            try segments.refresh()
            return try segments.start()
        }
    }

    /// The single numbers beside the rows.
    ///
    /// - Throws: `corrupt` when one of them is damaged.
    package func numbers() throws(StorageError) -> NodeNumbers {
        let segments = try readable()
        return try segments.during { () throws(StorageError) in try segments.numbers() }
    }

    /// The acknowledged mark; `missing` and `damaged` are possible too.
    package func mark() throws(StorageError) -> MarkReading {
        switch try AcknowledgedMark.read(directory) {
        case .missing: return .missing
        case .damaged: return .damaged
        case .copy(let acknowledged, _):
            // Absence is the meaning: of damaged numbers the mark says what it can.
            let start = try? start()
            return .read(start.map { acknowledged.resolved(start: $0) } ?? acknowledged)
        }
    }

    /// Walks the log from its beginning, or from what follows `zxid`.
    ///
    /// - Parameter zxid: of a row that is there, or of what the log begins after. That row is believed.
    package func walk(after zxid: Zxid? = nil) throws(StorageError) -> LogWalk {
        let segments = try readable()
        let pages = LogPages(segments)
        var witness: RowChain?
        if case .read(let acknowledged) = try mark() { witness = acknowledged.chain }
        // Absence is the meaning: the first row is taken for what it says.
        let start = try? start()
        let beginning = start?.zxid ?? namedStart
        guard let zxid, zxid > beginning else {
            return LogWalk(pages, after: beginning, chain: start, witness: witness, isTrimmed: isRunning)
        }
        let chain = try LogVisit(segments).chain(atOrBefore: zxid) ?? start
        return LogWalk(pages, after: zxid, chain: chain, witness: witness, isTrimmed: isRunning)
    }

    /// Why a member that starts on this folder does not vote before it has a leader's history; nil: it does.
    package var mustSynchronize: String? { CatchUpMark.read(directory) }

    // MARK: Snapshots and other files

    /// Whether there is a file of the log with anything in it.
    package var hasLogFile: Bool { segments.files.contains { $0.bytes > 0 } }

    /// Names of a node's own files that are there.
    package func ownFiles() throws(StorageError) -> [String] {
        try directory.names().filter { DataDirectory.isOwn($0) && $0 != "lock" }.sorted()
    }

    /// The snapshots that have their name, oldest first.
    package func snapshots() throws(StorageError) -> [Zxid] {
        try SnapshotFolder.snapshots(in: path).reversed()
    }

    package func file(ofSnapshot zxid: Zxid) -> String { directory.snapshot(zxid) }

    /// Whether it is still there: a running node removes old ones.
    package func holdsSnapshot(_ zxid: Zxid) -> Bool { directory.holdsSnapshot(zxid) }

    package var sizes: FolderSizes {
        let files = segments.files
        return FolderSizes(
            log: files.reduce(0) { $0 + $1.bytes }, wal: files.reduce(0) { $0 + $1.walBytes },
            // Absence is the meaning: a folder that cannot be listed has been reported before.
            snapshots: (try? snapshots().map { DataDirectory.size(of: directory.snapshot($0)) }) ?? [])
    }

    /// The text of `myid`, where the folder is a member's `dataDir` too.
    package var serverID: String? {
        guard let bytes = SmallFile.read(path + "/myid") else { return nil }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return String(decoding: line, as: UTF8.self)
    }
}

/// Bytes on the disk.
package struct FolderSizes: Equatable, Sendable {
    package let log: Int64
    package let wal: Int64
    /// Each snapshot's, oldest first.
    package let snapshots: [Int64]

    package var total: Int64 { log + wal + snapshots.reduce(0, +) }
}

/// The file `acknowledged`, as far as it can be believed.
package enum MarkReading: Equatable, Sendable {
    case missing
    /// Neither of its copies can be believed.
    case damaged
    case read(Acknowledged)
}
