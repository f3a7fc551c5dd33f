import Glibc
import Vocabulary

@testable import Storage

/// A folder that is gone with the test: on a real disk, unless `TMPDIR` says otherwise, as for campaigns
/// whose faults are not the disk's own.
final class Folder {
    let path: String

    init() {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        var template = Array("\(parent)/aviary-storage-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: errno \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Folder.remove(path) }

    var log: String { path + "/log.db" }
    var wal: String { path + "/log.db-wal" }
    var mark: String { path + "/acknowledged" }

    func snapshot(_ zxid: Zxid) -> String { path + "/" + DataDirectory.snapshotName(zxid) }

    func open() throws -> LogStore { try LogStore.open(directory: path) }

    /// The folder as a killed process would leave it, copied while the store is open.
    func copy() throws -> Folder {
        let other = Folder()
        let snapshots = try SnapshotFolder.snapshots(in: path).map(DataDirectory.snapshotName)
        for name in ["log.db", "log.db-wal", "acknowledged"] + snapshots {
            if let bytes = Folder.read(path + "/" + name) { Folder.write(bytes, to: other.path + "/" + name) }
        }
        return other
    }

    static func read(_ file: String) -> [UInt8]? {
        let descriptor = Glibc.open(file, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        var bytes = [UInt8](repeating: 0, count: size)
        guard pread(descriptor, &bytes, size, 0) == size else { return nil }
        return bytes
    }

    static func write(_ bytes: [UInt8], to file: String) {
        let descriptor = Glibc.open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o640)
        guard descriptor >= 0 else { fatalError("cannot write \(file): errno \(errno)") }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            fatalError("short write of \(file)")
        }
    }

    static func remove(file: String) { unlink(file) }

    static func remove(_ path: String) {
        if let entries = opendir(path) {
            while let entry = readdir(entries) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                }
                if name == "." || name == ".." { continue }
                let full = path + "/" + name
                if unlink(full) != 0 { remove(full) }
            }
            closedir(entries)
        }
        rmdir(path)
    }
}
