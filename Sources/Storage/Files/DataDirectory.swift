import Glibc
package import Vocabulary

/// The folder of one node, and the few calls on it whose failure needs a sentence.
package struct DataDirectory: Sendable {
    package let path: String

    package var mark: String { path + "/acknowledged" }
    package var lock: String { path + "/lock" }

    /// The name alone says which tree it holds, so that finding it needs no other file.
    package func snapshot(_ zxid: Zxid) -> String { path + "/" + DataDirectory.snapshotName(zxid) }

    /// One that somebody only looks at: nothing of it is created or asked for.
    package init(visiting path: String) { self.path = path }

    /// Creates what is missing of `path`, durably.
    package init(creating path: String) throws(StorageError) {
        self.path = path
        try DataDirectory.requireLength(path)
        try DataDirectory.create(path)
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            throw StorageError(errno: errno, doing: "use as data folder", file: path)
        }
    }

    /// Makes the names in this folder survive a power cut, as fsync of a file does for its bytes.
    package func sync() throws(StorageError) { try DataDirectory.sync(path) }

    /// The size of a file in bytes; 0 when there is none.
    ///
    /// - Note: asked by name. Opening and closing the file here would drop the locks that SQLite holds on it.
    package static func size(of file: String) -> Int64 {
        var status = stat()
        return stat(file, &status) == 0 ? Int64(status.st_size) : 0
    }

    private static func create(_ path: String) throws(StorageError) {
        if mkdir(path, 0o700) == 0 {
            if let parent = parent(of: path) { try sync(parent) }
            return
        }
        switch errno {
        case EEXIST:
            var status = Glibc.stat()
            guard stat(path, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR else { return }
            throw StorageError(errno: ENOTDIR, doing: "use as data folder", file: path)
        case ENOENT:
            guard let parent = parent(of: path) else {
                throw StorageError(errno: ENOENT, doing: "create the data folder", file: path)
            }
            try create(parent)
            try create(path)
        case let code:
            throw StorageError(errno: code, doing: "create the data folder", file: path)
        }
    }

    /// SQLite takes no name of 512 bytes and more, and says no more than that it cannot open it.
    private static func requireLength(_ path: String) throws(StorageError) {
        let length = NodePlaces.absolute(path).utf8.count
        guard length > pathBytesMax else { return }
        throw StorageError(
            .misplaced,
            "\(path): the name of the data folder is \(length) bytes long, and its files would be out of "
                + "reach for SQLite; choose one of \(pathBytesMax) bytes at most")
    }

    /// Leaves room for the longest name of a file in it.
    private static let pathBytesMax = 450

    /// Takes away what others than the owner may do with the node's own files, whatever the umask was when
    /// they were made.
    func closeToOthers() throws(StorageError) {
        for name in try names() where DataDirectory.isOwn(name) {
            var status = Glibc.stat()
            guard stat(path + "/" + name, &status) == 0, status.st_mode & 0o077 != 0 else { continue }
            // What belongs to somebody else is his to close; the folder's own mode is said elsewhere.
            guard chmod(path + "/" + name, 0o600) == 0 || errno == EPERM else {
                throw StorageError(errno: errno, doing: "set the mode of", file: path + "/" + name)
            }
        }
    }

    /// Whether a node makes files of that name.
    package static func isOwn(_ name: String) -> Bool {
        isOfLog(name) || name == "acknowledged" || name == "lock" || name.hasPrefix("snapshot-")
            || name == CatchUpMark.name
    }

    /// Makes the name of a folder survive a power cut.
    package static func syncParent(of path: String) throws(StorageError) {
        if let parent = parent(of: path) { try sync(parent) }
    }

    /// `path` without the slashes at its end.
    package static func trimmed(_ path: String) -> String {
        var path = path[...]
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        return String(path)
    }

    private static func parent(of path: String) -> String? {
        var end = path.utf8.endIndex
        while end > path.utf8.startIndex, path.utf8[path.utf8.index(before: end)] == UInt8(ascii: "/") {
            end = path.utf8.index(before: end)
        }
        let trimmed = path[..<end]
        guard !trimmed.isEmpty else { return nil }
        guard let cut = trimmed.lastIndex(of: "/") else { return "." }
        return cut == trimmed.startIndex ? "/" : String(trimmed[..<cut])
    }

    private static func sync(_ path: String) throws(StorageError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "open the folder", file: path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw StorageError(errno: errno, doing: "sync the folder", file: path, isSync: true)
        }
    }
}

extension StorageError {
    /// The system's error, in our words.
    ///
    /// - Parameter isSync: The error of a sync: whatever it says, nobody knows what the disk has kept.
    package init(errno code: Int32, doing what: String, file: String, isSync: Bool = false) {
        let ours: Code
        let remedy: String
        switch code {
        case ENOSPC, EDQUOT:
            ours = isSync ? .unsynced : .full
            remedy = "make room on this disk"
        case EACCES, EPERM, EROFS:
            ours = .readOnly
            remedy = "make it writable for the user that runs the node, or set another dataDir"
        case ENOTDIR:
            ours = .misplaced
            remedy = "a file stands where a folder is needed: move it away, or set another dataDir"
        case EMFILE, ENFILE:
            ours = .io
            remedy = StorageError.moreDescriptors
        case ENAMETOOLONG, ELOOP:
            ours = .misplaced
            remedy = "set another dataDir"
        default:
            ours = isSync ? .unsynced : .io
            remedy = "look for disk errors in the system's log before starting the node again"
        }
        self.init(ours, "\(file): cannot \(what): \(String(cString: strerror(code))); \(remedy)")
    }
}
