import CSQLite
import Glibc
import TestSupport

extension TemporaryFolder {
    /// Every file of a folder with its bytes and what `stat` says changes with them.
    static func contents(of folder: String) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in names(in: folder) { files[name] = read(folder + "/" + name) }
        return files
    }

    /// The newest file of the log in a folder; its name where there was one file, and it is gone.
    static func log(in folder: String) -> String {
        let names = names(in: folder).filter { $0.hasPrefix("log-") && $0.hasSuffix(".db") }
        return folder + "/" + (names.max() ?? "log-0000000000000000.db")
    }

    /// A copy of the files, as a killed process would leave them when its store is open.
    static func copy(_ folder: String, to other: String) {
        mkdir(other, 0o750)
        for name in names(in: folder) where name != "lock" && !name.hasSuffix("-shm") {
            write(read(folder + "/" + name) ?? [], to: other + "/" + name)
        }
    }

    /// Runs `sql` on a database, as no node would. A statement that fails is the test's own mistake, and ends
    /// the process: the damage that it was to do is not there.
    static func change(_ file: String, _ sql: String) {
        var database: OpaquePointer?
        guard sqlite3_open_v2(file, &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
            sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK
        else { fatalError("\(sql): \(String(cString: sqlite3_errmsg(database)))") }
        sqlite3_exec(database, "PRAGMA wal_checkpoint(TRUNCATE)", nil, nil, nil)
        sqlite3_close_v2(database)
    }
}
