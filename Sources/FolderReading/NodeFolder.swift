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
        /// Ended cleanly: all is in `log.db`.
        case closed
        /// Left by a process that was killed: the end of the log is in the WAL.
        case killed
    }

    package let path: String
    package let state: State
    package let directory: DataDirectory
    /// nil where there is no `log.db`, or none that can be opened.
    private let opening: OpenLog?
    /// Why `log.db` cannot be read at all.
    package let logFault: StorageError?
    private let copy: PrivateCopy?
    private let stampAtOpening: FileStamp

    /// - Throws: `absent` where there is no folder or no node's files in it; `io` and others when they cannot
    ///   be read.
    package init(_ path: String) throws(StorageError) {
        let directory = DataDirectory(visiting: DataDirectory.trimmed(path))
        try NodeFolder.requireNode(directory)
        self.path = directory.path
        self.directory = directory
        let walBytes = DataDirectory.size(of: directory.wal)
        let owner = FolderOwner.find(directory)
        // A WAL without its database says nothing.
        let hasTail = walBytes > 0 && DataDirectory.size(of: directory.log) > 0
        state = owner.map { .running(pid: $0.pid) } ?? (hasTail ? .killed : .closed)
        stampAtOpening = FileStamp(directory)
        var copy: PrivateCopy?
        var fault: StorageError?
        var opening: OpenLog?
        if state == .killed { copy = try PrivateCopy(of: directory) }
        do {
            opening = try OpenLog(directory, state, copiedTo: copy?.log)
        } catch {
            guard error.code == .corrupt || error.code == .schema else { throw error }
            fault = error
        }
        self.copy = copy
        logFault = fault
        self.opening = opening
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
                .absent, "\(directory.path) is a file; name the folder of a node, the one with log.db in it")
        }
        let names = try directory.names()
        guard
            names.contains("log.db") || names.contains("acknowledged")
                || names.contains(where: { DataDirectory.snapshotZxid($0) != nil })
        else {
            let hint =
                names.contains("version-2")
                ? "it holds files of Apache ZooKeeper's, which this program does not read"
                : "it holds neither log.db nor a snapshot"
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
        guard !isRunning, FileStamp(directory) != stampAtOpening else { return }
        throw StorageError(
            .busy, "\(path): a node started on this folder while it was read; run the command again")
    }

    // MARK: The log

    private func opened() throws(StorageError) -> OpenLog {
        guard let opening else {
            throw logFault ?? StorageError(.corrupt, "\(directory.log) cannot be read")
        }
        return opening
    }

    /// Single rows, by their place.
    package func log() throws(StorageError) -> LogVisit { try LogVisit(opened().database) }

    /// The single numbers beside the rows.
    ///
    /// - Throws: `corrupt` when one of them is damaged.
    package func numbers() throws(StorageError) -> NodeNumbers {
        try NodeNumbers(of: opened().database)
    }

    /// The acknowledged mark; `missing` and `damaged` are possible too.
    package func mark() throws(StorageError) -> MarkReading {
        switch try AcknowledgedMark.read(directory) {
        case .missing: return .missing
        case .damaged: return .damaged
        case .copy(let acknowledged, _):
            // Absence is the meaning: of damaged numbers the mark says what it can.
            let start = try? numbers().start
            return .read(start.map { acknowledged.resolved(start: $0) } ?? acknowledged)
        }
    }

    /// Walks the log from its beginning, or from what follows `zxid`.
    ///
    /// - Parameter zxid: of a row that is there, or of what the log begins after. That row is believed.
    package func walk(after zxid: Zxid? = nil) throws(StorageError) -> LogWalk {
        let log = try opened()
        let pages = try LogPages(log.database)
        var witness: RowChain?
        if case .read(let acknowledged) = try mark() { witness = acknowledged.chain }
        // Absence is the meaning: the first row is taken for what it says.
        let start = try? numbers().start
        guard let zxid, zxid > start?.zxid ?? .zero else {
            return LogWalk(
                consume pages, after: start?.zxid ?? .zero, chain: start, witness: witness,
                isTrimmed: isRunning)
        }
        let chain = try LogVisit(log.database).chain(atOrBefore: zxid) ?? start
        return LogWalk(
            consume pages, after: zxid, chain: chain, witness: witness, isTrimmed: isRunning)
    }

    /// Why a member that starts on this folder does not vote before it has a leader's history; nil: it does.
    package var mustSynchronize: String? { CatchUpMark.read(directory) }

    // MARK: Snapshots and other files

    /// Whether there is a `log.db` with anything in it.
    package var hasLogFile: Bool { DataDirectory.size(of: directory.log) > 0 }

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

    /// The database that is read: the folder's own, or the copy.
    package var logFile: String { copy?.log ?? directory.log }

    package var sizes: FolderSizes {
        FolderSizes(
            log: DataDirectory.size(of: directory.log), wal: DataDirectory.size(of: directory.wal),
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

/// The connection to a log that is visited.
private final class OpenLog {
    let database: Database

    init(
        _ directory: DataDirectory, _ state: NodeFolder.State, copiedTo copy: String?
    ) throws(StorageError) {
        guard DataDirectory.size(of: directory.log) > 0 else {
            throw StorageError(.corrupt, "\(directory.log): the file is missing; \(StorageError.restore)")
        }
        let database =
            switch state {
            case .running: try Database(path: directory.log, isReadOnly: true)
            case .closed: try Database(path: directory.log, isAtRest: true)
            case .killed: try Database(path: copy ?? directory.log)
            }
        try database.execute(
            "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = 2000;")
        try Migrator.log.verify(database)
        // A damaged schema may still name the tables, and not their columns.
        _ = try LogVisit(database)
        _ = try database.prepare("SELECT name, value, checksum FROM node")
        self.database = database
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

/// Whether a file is still the one that was looked at.
private struct FileStamp: Equatable {
    private let log: [Int]
    private let wal: [Int]

    init(_ directory: DataDirectory) {
        log = FileStamp.numbers(of: directory.log)
        wal = FileStamp.numbers(of: directory.wal)
    }

    private static func numbers(of file: String) -> [Int] {
        var status = stat()
        guard stat(file, &status) == 0 else { return [] }
        return [
            Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
        ]
    }
}
