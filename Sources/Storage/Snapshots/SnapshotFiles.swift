import Glibc
package import Vocabulary

/// The snapshots of a data folder, by name.
package enum SnapshotFiles {
    /// Those that are complete, newest first. Whether the log begins after one, `LogStore.startZxid` says.
    package static func snapshots(in directory: String) throws(StorageError) -> [Zxid] {
        try DataDirectory(visiting: directory).names().compactMap(DataDirectory.snapshotZxid).sorted(by: >)
    }

    /// Removes one; never the one that the log begins after. One that is not there is fine.
    package static func remove(_ zxid: Zxid, in directory: String) throws(StorageError) {
        try DataDirectory.remove(DataDirectory(creating: directory).snapshot(zxid))
    }
}

extension DataDirectory {
    /// `snapshot-000000010000002a.db`, so that the names sort as the zxids do.
    static func snapshotName(_ zxid: Zxid) -> String {
        let digits = String(UInt64(bitPattern: zxid.rawValue), radix: 16)
        return prefix + String(repeating: "0", count: 16 - digits.utf8.count) + digits + suffix
    }

    /// The inverse; nil for every other name.
    static func snapshotZxid(_ name: String) -> Zxid? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix),
            let bits = UInt64(name.dropFirst(prefix.count).dropLast(suffix.count), radix: 16)
        else { return nil }
        let zxid = Zxid(rawValue: Int64(bitPattern: bits))
        return snapshotName(zxid) == name ? zxid : nil
    }

    func holdsSnapshot(_ zxid: Zxid) -> Bool { DataDirectory.size(of: snapshot(zxid)) > 0 }

    /// What killed processes left. Only with the folder's lock, and before anything here writes one.
    func removeUnfinishedSnapshots() throws(StorageError) {
        for name in try names()
        where name.hasPrefix(DataDirectory.prefix) && name.hasSuffix(DataDirectory.unfinished) {
            try DataDirectory.remove(path + "/" + name)
        }
    }

    func names() throws(StorageError) -> [String] {
        guard let entries = opendir(path) else {
            throw StorageError(errno: errno, doing: "list the folder", file: path)
        }
        defer { closedir(entries) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(entries) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        guard errno == 0 else { throw StorageError(errno: errno, doing: "list the folder", file: path) }
        return names
    }

    static func remove(_ file: String) throws(StorageError) {
        guard unlink(file) == 0 || errno == ENOENT else {
            throw StorageError(errno: errno, doing: "remove", file: file)
        }
    }

    private static let prefix = "snapshot-"
    private static let suffix = ".db"
    static let unfinished = ".tmp"
}

/// A file that is gone with this value unless it got its final name.
struct UnfinishedFile: ~Copyable {
    let path: String

    /// Starts from nothing: what is there is removed.
    init(_ path: String) throws(StorageError) {
        try DataDirectory.remove(path)
        self.path = path
    }

    deinit { unlink(path) }

    /// Makes the bytes durable, then gives them their name. The name is durable after a sync of the folder.
    consuming func rename(to name: String) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "open", file: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StorageError(errno: errno, doing: "sync", file: path) }
        guard Glibc.rename(path, name) == 0 else {
            throw StorageError(errno: errno, doing: "rename to \(name)", file: path)
        }
    }
}
