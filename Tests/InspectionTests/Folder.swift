import CSQLite
import Glibc

/// A place for folders that is gone with the test.
final class Place {
    let path: String

    init() {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        var template = Array("\(parent)/aviary-inspection-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: errno \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Place.remove(path) }

    static func remove(_ path: String) {
        if let entries = opendir(path) {
            while let entry = readdir(entries) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name != ".", name != "..", unlink(path + "/" + name) != 0 { remove(path + "/" + name) }
            }
            closedir(entries)
        }
        rmdir(path)
    }

    /// Every file of a folder with its bytes and what `stat` says changes with them.
    static func contents(of folder: String) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for name in names(in: folder) { files[name] = read(folder + "/" + name) }
        return files
    }

    static func names(in folder: String) -> [String] {
        guard let entries = opendir(folder) else { return [] }
        defer { closedir(entries) }
        var names: [String] = []
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func read(_ file: String) -> [UInt8]? {
        let descriptor = open(file, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        var bytes = [UInt8](repeating: 0, count: size)
        guard pread(descriptor, &bytes, size, 0) == size else { return nil }
        return bytes
    }

    static func write(_ bytes: [UInt8], to file: String) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o640)
        guard descriptor >= 0 else { fatalError("cannot write \(file): errno \(errno)") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { fatalError("short write") }
    }

    /// A copy of the files, as a killed process would leave them when its store is open.
    static func copy(_ folder: String, to other: String) {
        mkdir(other, 0o750)
        for name in names(in: folder) where name != "lock" && !name.hasSuffix("-shm") {
            write(read(folder + "/" + name) ?? [], to: other + "/" + name)
        }
    }

    /// Runs `sql` on a database, as no node would.
    static func change(_ file: String, _ sql: String) {
        var database: OpaquePointer?
        guard sqlite3_open_v2(file, &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
            sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK
        else { fatalError("\(sql): \(String(cString: sqlite3_errmsg(database)))") }
        sqlite3_exec(database, "PRAGMA wal_checkpoint(TRUNCATE)", nil, nil, nil)
        sqlite3_close_v2(database)
    }
}
