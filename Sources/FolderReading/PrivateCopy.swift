import Glibc
import Storage

/// A log that a killed process left with its end in the WAL, copied where SQLite may write beside it.
///
/// Reading such a log makes SQLite create an index of the WAL in the folder. The copy goes with this value.
final class PrivateCopy {
    let path: String

    var log: String { path + "/log.db" }

    init(of directory: DataDirectory) throws(StorageError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        PrivateCopy.removeLeftovers(in: parent)
        var template = Array("\(parent)/\(PrivateCopy.prefix)\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw StorageError(errno: errno, doing: "make a folder for a copy of the log", file: parent)
        }
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try FileCopy.copy(directory.log, to: log)
        try FileCopy.copy(directory.wal, to: log + "-wal")
    }

    deinit { PrivateCopy.remove(path) }

    private static let prefix = "aviary-admin-"

    private static func remove(_ path: String) {
        for name in ["", "-wal", "-shm"] { unlink(path + "/log.db" + name) }
        rmdir(path)
    }

    /// Removes what processes left that were ended in the middle.
    private static func removeLeftovers(in parent: String) {
        // Absence is the meaning: what cannot be listed cannot be tidied.
        for name in (try? DataDirectory(visiting: parent).names()) ?? [] where name.hasPrefix(prefix) {
            let digits = name.dropFirst(prefix.utf8.count).prefix { $0 != "-" }
            guard let pid = pid_t(digits), kill(pid, 0) != 0, errno == ESRCH else { continue }
            remove(parent + "/" + name)
        }
    }
}
