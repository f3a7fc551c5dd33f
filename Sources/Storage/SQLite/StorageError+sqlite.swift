import CSQLite
import Glibc

extension StorageError {
    /// An error of SQLite's, in our words.
    ///
    /// - Parameter system: The system's error behind it, where SQLite knows one.
    package init(sqlite code: Int32, system: Int32 = 0, reason: String, doing what: String, file: String) {
        let ours = StorageError.isWithoutRoom(code, system) ? .full : StorageError.code(code)
        let isOutOfDescriptors = system == EMFILE || system == ENFILE
        let remedy = isOutOfDescriptors ? StorageError.moreDescriptors : StorageError.remedy(ours)
        self.init(ours, "\(file): \(reason), during: \(what); \(remedy)", sqlite: code)
    }

    /// Whether it is the want of room in words that SQLite has for other things, too. Never of a sync.
    private static func isWithoutRoom(_ extended: Int32, _ system: Int32) -> Bool {
        switch extended {
        // The index beside a WAL: it is made anew at each opening, and nothing is lost with it.
        case SQLITE_IOERR | (19 << 8): true  // SQLITE_IOERR_SHMSIZE
        case SQLITE_CANTOPEN, SQLITE_IOERR | (3 << 8):  // SQLITE_IOERR_WRITE
            system == ENOSPC || system == EDQUOT
        default: false
        }
    }

    private static func code(_ extended: Int32) -> Code {
        // SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC.
        if [SQLITE_IOERR | (4 << 8), SQLITE_IOERR | (5 << 8)].contains(extended) { return .unsynced }
        return switch extended & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .full
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: .corrupt
        // Our statements and our schema fit each other: where one no longer compiles, the schema changed.
        case SQLITE_ERROR, SQLITE_SCHEMA, SQLITE_MISMATCH, SQLITE_CONSTRAINT, SQLITE_TOOBIG: .corrupt
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH: .readOnly
        default: .io
        }
    }

    private static func remedy(_ code: Code) -> String {
        switch code {
        case .busy, .locked: "close the other program that writes to this file"
        case .full: "make room on this disk"
        case .corrupt: restore
        case .readOnly: "make the folder and its files writable for the user that runs the node"
        case .io, .unsynced, .schema, .misuse, .absent, .misplaced:
            "look for disk errors in the system's log before starting the node again"
        }
    }
}
