import Glibc
import Storage

/// Files of a log that a killed process left with their end in a WAL, copied where SQLite may write beside
/// them.
///
/// Reading such a file makes SQLite create an index of the WAL in the folder. The copy goes with this value.
final class PrivateCopy {
    let path: String
    private let files: [SegmentFile]

    init(of files: [SegmentFile]) throws(StorageError) {
        self.files = files
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        PrivateCopy.removeLeftovers(in: parent)
        var template = Array("\(parent)/\(PrivateCopy.prefix)\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw StorageError(errno: errno, doing: "make a folder for a copy of the log", file: parent)
        }
        self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for file in files {
            let copy = path + "/" + file.name
            try FileCopy.copy(file.path, to: copy)
            try FileCopy.copy(DataDirectory.wal(of: file.path), to: DataDirectory.wal(of: copy))
        }
    }

    /// The copy's path; nil of a file that needs none.
    func path(of file: SegmentFile) -> String? { files.contains(file) ? path + "/" + file.name : nil }

    deinit { PrivateCopy.remove(path) }

    private static let prefix = "aviary-admin-"

    private static func remove(_ path: String) {
        // Absence is the meaning: what cannot be listed cannot be removed.
        for name in (try? FolderNames.all(in: path)) ?? [] { unlink(path + "/" + name) }
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
