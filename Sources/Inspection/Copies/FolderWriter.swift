package import FolderReading
internal import Glibc
package import Storage
package import Vocabulary

/// Writes a node's folder anew: what it holds afterwards is what a node would have left that ended cleanly
/// with these rows. The log is one file.
///
/// Written under another name; it has its own only when all of it is durable.
package struct FolderWriter: ~Copyable {
    private let folder: UnfinishedFolder
    private let directory: DataDirectory
    private let file: String
    private let database: Database
    private let statements: LogStatements
    private let lock: DirectoryLock
    private let start: RowChain
    private var end: RowChain
    private var pending = 0
    /// How many were added.
    package private(set) var rows = 0

    /// Rows of one commit.
    private static let rowsPerCommit = 10_000
    /// Pages of the WAL at which they are copied into the file.
    private static let walPagesMax: Int = 4096

    /// - Parameter start: what the log begins after.
    /// - Throws: `misuse` when there is something of that name.
    package init(folder: String, start: RowChain) throws(StorageError) {
        let folder = try UnfinishedFolder(folder)
        let directory = try DataDirectory(creating: folder.path)
        let lock = try DirectoryLock(directory)
        let file = directory.segment(start.zxid)
        let database = try Database(path: file)
        // One sync at the end is enough for a folder that has no name before.
        try LogStore.configure(database, synchronous: "OFF")
        try Migrator.log.migrate(database)
        let statements = try LogStatements(database)
        try statements.begin.run()
        self.folder = folder
        self.directory = directory
        self.file = file
        self.lock = lock
        self.database = database
        self.statements = statements
        self.start = start
        end = start
    }

    /// The folder as long as it is unfinished, for what lies beside the log.
    package var path: String { directory.path }
    /// The folder's name once it is finished.
    package var destination: String { folder.name }
    package var lastZxid: Zxid { end.zxid }
    /// The last row's link.
    package var chain: RowChain { end }

    /// Adds a row behind the last one.
    package mutating func append(_ row: LogRow) throws(StorageError) {
        guard end.zxid.isFollowed(by: row.zxid) else {
            throw StorageError(.misuse, "\(file): \(row.zxid) cannot follow \(end.zxid)")
        }
        end = try statements.insert([row], after: end)
        pending += 1
        rows += 1
        guard pending >= FolderWriter.rowsPerCommit else { return }
        pending = 0
        try statements.commit.run()
        if database.walPages >= FolderWriter.walPagesMax { try database.execute("PRAGMA wal_checkpoint") }
        try statements.begin.run()
    }

    /// Puts a snapshot of another folder beside the log, byte for byte.
    ///
    /// - Returns: false when it is no longer there.
    package func copySnapshot(_ zxid: Zxid, from folder: NodeFolder) throws(StorageError) -> Bool {
        do {
            try FileCopy.copy(folder.file(ofSnapshot: zxid), to: directory.snapshot(zxid), isDurable: true)
            return true
        } catch {
            guard folder.holdsSnapshot(zxid) else { return false }
            throw error
        }
    }

    /// Takes back a snapshot that turned out to be of no use.
    package func removeSnapshot(_ zxid: Zxid) throws(StorageError) {
        try DataDirectory.remove(directory.snapshot(zxid))
    }

    /// Puts another small file beside the log, where the folder has one of that name.
    package func copyFile(_ name: String, from folder: String) throws(StorageError) {
        let file = folder + "/" + name
        guard access(file, F_OK) == 0 else { return }
        try FileCopy.copy(file, to: directory.path + "/" + name, isDurable: true)
    }

    /// Makes all of it durable and gives the folder its name.
    ///
    /// - Parameters:
    ///   - committed: everything up to here is known to be committed.
    ///   - mustSynchronize: why a member that starts on it must have a leader's history before it votes.
    package consuming func finish(
        acceptedEpoch: Epoch, currentEpoch: Epoch, committed: Zxid, mustSynchronize: String? = nil
    ) throws(StorageError) {
        var numbers = NodeNumbers()
        numbers.acceptedEpoch = acceptedEpoch
        numbers.currentEpoch = currentEpoch
        numbers.start = start
        try statements.commit.run()
        try database.execute("PRAGMA synchronous = FULL")
        try statements.begin.run()
        try numbers.write(with: statements.setNumber)
        try statements.commit.run()
        try FolderWriter.close(database, statements)
        var mark = try AcknowledgedMark(directory, after: .missing)
        try mark.replace(
            Acknowledged(
                chain: end, acceptedEpoch: acceptedEpoch, currentEpoch: currentEpoch,
                committed: min(committed, end.zxid)))
        if let mustSynchronize { try CatchUpMark.write(mustSynchronize, to: directory) }
        try directory.sync()
        try folder.rename()
    }

    private static func close(
        _ database: consuming Database, _ statements: consuming LogStatements
    ) throws(StorageError) {
        try database.close()
    }
}

/// A folder that is gone with this value unless it got its final name.
struct UnfinishedFolder: ~Copyable {
    let path: String
    let name: String

    /// - Throws: `misuse` when there is something of that name.
    init(_ name: String) throws(StorageError) {
        let name = DataDirectory.trimmed(name)
        guard access(name, F_OK) != 0 else {
            throw StorageError(.misuse, "\(name) is there already; name a folder that is not")
        }
        self.name = name
        path = name + ".unfinished"
        UnfinishedFolder.remove(path)
    }

    deinit { UnfinishedFolder.remove(path) }

    consuming func rename() throws(StorageError) {
        guard Glibc.rename(path, name) == 0 else {
            throw StorageError(errno: errno, doing: "rename to \(name)", file: path)
        }
        try DataDirectory.syncParent(of: name)
    }

    /// Removes the folder with the files in it, and in the folders in it.
    private static func remove(_ path: String) {
        let directory = DataDirectory(visiting: path)
        // Absence is the meaning: there is nothing to remove.
        for name in (try? directory.names()) ?? [] where unlink(path + "/" + name) != 0 {
            remove(path + "/" + name)
        }
        rmdir(path)
    }
}
