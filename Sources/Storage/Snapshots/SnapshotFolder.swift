import Glibc
package import Vocabulary

/// The snapshots of a data folder, by name.
package enum SnapshotFolder {
    /// Snapshots that are complete, newest first. From which of them the log goes on, `LogStore.snapshots`
    /// says.
    package static func snapshots(in directory: String) throws(StorageError) -> [Zxid] {
        try DataDirectory(visiting: directory).snapshots()
    }

    /// Removes one; never the last from which the log goes on. One that is not there is fine.
    package static func remove(_ zxid: Zxid, in directory: String) throws(StorageError) {
        let directory = try DataDirectory(creating: directory)
        try directory.removeInSteps(directory.snapshot(zxid))
    }
}

extension DataDirectory {
    /// `snapshot-000000010000002a.db`, so that the names sort as the zxids do.
    static func snapshotName(_ zxid: Zxid) -> String {
        prefix + digits(of: zxid) + suffix
    }

    /// Sixteen hexadecimal digits.
    static func digits(of zxid: Zxid) -> String {
        let digits = String(UInt64(bitPattern: zxid.rawValue), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// The inverse; nil for every other name.
    package static func snapshotZxid(_ name: String) -> Zxid? {
        guard name.hasPrefix(prefix), name.hasSuffix(suffix),
            let bits = UInt64(name.dropFirst(prefix.count).dropLast(suffix.count), radix: 16)
        else { return nil }
        let zxid = Zxid(rawValue: Int64(bitPattern: bits))
        return snapshotName(zxid) == name ? zxid : nil
    }

    /// Snapshots that are complete, newest first.
    func snapshots() throws(StorageError) -> [Zxid] {
        try names().compactMap(DataDirectory.snapshotZxid).filter(holdsSnapshot).sorted(by: >)
    }

    /// Snapshots from which a log goes on that begins after `start` and ends at `last`, newest first.
    func snapshots(from start: Zxid, through last: Zxid) throws(StorageError) -> [Zxid] {
        try snapshots().filter { $0 >= start && $0 <= last }
    }

    package func holdsSnapshot(_ zxid: Zxid) -> Bool { DataDirectory.size(of: snapshot(zxid)) > 0 }

    /// Removes what killed processes left, of snapshots and of segments that were being removed. Only with
    /// the folder's lock, and before anything here writes one.
    func removeUnfinished() throws(StorageError) {
        for name in try names()
        where (name.hasPrefix(DataDirectory.prefix) || name.hasPrefix("log-"))
            && name.hasSuffix(DataDirectory.unfinished)
        {
            try DataDirectory.remove(path + "/" + name)
        }
    }

    package func names() throws(StorageError) -> [String] { try FolderNames.all(in: path) }

    package static func remove(_ file: String) throws(StorageError) {
        guard unlink(file) == 0 || errno == ENOENT else {
            throw StorageError(errno: errno, doing: "remove", file: file)
        }
    }

    /// Removes a file without giving back all of its room at once, for which other writers would wait: it
    /// loses its name first, so that a node that is killed meanwhile leaves no half of it.
    func removeInSteps(_ file: String) throws(StorageError) {
        let dying = file + ".removed" + DataDirectory.unfinished
        guard rename(file, dying) == 0 else {
            if errno == ENOENT { return }
            throw StorageError(errno: errno, doing: "rename to \(dying)", file: file)
        }
        try sync()
        var size = DataDirectory.size(of: dying)
        while size > DataDirectory.removedAtOnce {
            size -= DataDirectory.removedAtOnce
            guard truncate(dying, off_t(size)) == 0 else { break }
            usleep(DataDirectory.removalPauseUs)
        }
        try DataDirectory.remove(dying)
    }

    static let removedAtOnce: Int64 = 8 << 20
    private static let removalPauseUs: UInt32 = 2000
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
        guard fsync(descriptor) == 0 else {
            throw StorageError(errno: errno, doing: "sync", file: path, isSync: true)
        }
        guard Glibc.rename(path, name) == 0 else {
            throw StorageError(errno: errno, doing: "rename to \(name)", file: path)
        }
    }
}
