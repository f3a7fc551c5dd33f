import CSQLite
import GatheredWrites
import Glibc

/// One connection to one SQLite file: owned by one thread, closed when it goes away.
///
/// Going away without `close` touches nothing: no checkpoint, no deleted WAL, so that a damaged file can
/// still be looked at as it was found, and a crashed test leaves what a crash leaves.
package struct Database: ~Copyable {
    package let path: String
    private let handle: OpaquePointer
    /// Pages in the WAL after the last commit, kept by SQLite's hook; SQLite itself has no question for it.
    private let walPagesOut: UnsafeMutablePointer<Int32>

    /// The `sqlite3_vfs` of the system's files that writes a commit by few system calls.
    package static let gatheredFiles: String = {
        let name = "aviary-gathered"
        // Where it cannot be had, opening the first file says so.
        _ = gathered_writes_register(name, nil)
        return name
    }()

    enum Checkpoint {
        /// Copies what it can without waiting; the WAL file keeps its size and is written over from its
        /// start.
        case passive
        /// Empties the WAL file too. Only with nobody else around.
        case truncating
    }

    /// Opens `path`, and creates it where it may be written.
    ///
    /// - Parameter files: the name of the `sqlite3_vfs` to use; nil is the system's.
    /// - Parameter isMade: the file must be there; it is not created.
    /// - Parameter isAtRest: nobody writes it while it is open, and its WAL is empty: it is read without a
    ///   lock and without the files that SQLite would put beside it.
    package init(
        path: String, files: String? = nil, isReadOnly: Bool = false, isAtRest: Bool = false,
        isMade: Bool = false
    ) throws(StorageError) {
        var opened: OpaquePointer?
        // NOMUTEX: the connection belongs to one thread, so SQLite's own lock around every call is cost
        // without use.
        let access =
            isReadOnly || isAtRest
            ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | (isMade ? 0 : SQLITE_OPEN_CREATE)
        let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (isAtRest ? SQLITE_OPEN_URI : 0)
        // SQLite would let others read what it creates; its WAL and index take after the file.
        if files == nil || files == Database.gatheredFiles, access & SQLITE_OPEN_CREATE != 0 {
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            if descriptor >= 0 { Glibc.close(descriptor) }
        }
        let name = isAtRest ? Database.uri(of: path, "immutable=1") : path
        let code = sqlite3_open_v2(name, &opened, flags, files)
        guard code == SQLITE_OK, let opened else {
            let reason = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            let system = opened.map { sqlite3_system_errno($0) } ?? 0
            sqlite3_close_v2(opened)
            throw StorageError(sqlite: code, system: system, reason: reason, doing: "open", file: path)
        }
        self.path = path
        self.handle = opened
        self.walPagesOut = .allocate(capacity: 1)
        walPagesOut.initialize(to: 0)
        _ = aviary_set_checkpoint_on_close(opened, 0)
        // The hook also takes the place of SQLite's own, which would checkpoint at every 1000 pages; and the
        // pragma wal_autocheckpoint, whatever its value, would take this one away.
        sqlite3_wal_hook(
            opened,
            { pages, _, _, count in
                pages?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            }, walPagesOut)
    }

    deinit {
        // A failed close cannot be acted on here, and nothing that mattered was left to it.
        sqlite3_close_v2(handle)
        walPagesOut.deallocate()
    }

    /// A file's name as SQLite takes it with a parameter.
    package static func uri(of path: String, _ parameter: String) -> String {
        var text = "file:"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0x80...:
                let digits = String(byte, radix: 16)
                text += "%" + (digits.count < 2 ? "0" : "") + digits
            default: text.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return text + "?" + parameter
    }

    /// Pages in the WAL that the next checkpoint has to copy, as of the last commit or checkpoint.
    package var walPages: Int { Int(walPagesOut.pointee) }

    /// Runs any number of statements that return nothing worth reading.
    package func execute(_ sql: String) throws(StorageError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else {
            throw error(
                code, doing: String(sql.prefix { $0 != ";" }).split(whereSeparator: \.isNewline).joined())
        }
    }

    package func prepare(_ sql: String) throws(StorageError) -> Statement {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw error(code, doing: sql) }
        return Statement(prepared, path: path)
    }

    /// Whether everything in the WAL is now in the database file.
    mutating func checkpoint(_ kind: Checkpoint) throws(StorageError) -> Bool {
        var pages: Int32 = 0
        var copied: Int32 = 0
        let mode = kind == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, &pages, &copied)
        guard code == SQLITE_OK else { throw error(code, doing: "checkpoint") }
        walPagesOut.pointee = max(0, pages - copied)
        return copied >= pages
    }

    /// Copies the WAL into the file, and leaves it to `sync` to make that durable.
    ///
    /// - Returns: Whether all of it is in the file.
    mutating func checkpointUnsynced() throws(StorageError) -> Bool {
        try execute("PRAGMA synchronous = OFF")
        return try checkpoint(.passive)
    }

    /// Makes the file durable, without its WAL.
    func sync() throws(StorageError) {
        let code = aviary_sync(handle)
        guard code == SQLITE_OK else {
            throw StorageError(
                sqlite: code, reason: "the file could not be made durable", doing: "sync",
                file: path)
        }
    }

    /// Closes cleanly: SQLite copies the WAL into the file and removes it.
    package consuming func close() throws(StorageError) {
        _ = try checkpoint(.truncating)
        removeWALOnClose()
    }

    /// Lets SQLite remove the WAL with the connection, unless somebody else has the file open. All of it must
    /// be in the file.
    func removeWALOnClose() { _ = aviary_set_checkpoint_on_close(handle, 1) }

    private func error(_ code: Int32, doing what: String) -> StorageError {
        StorageError(
            sqlite: code, system: sqlite3_system_errno(handle),
            reason: String(cString: sqlite3_errmsg(handle)),
            doing: what, file: path)
    }
}
