internal import Glibc

/// The folder of a log's files, as far as it is asked beside what SQLite does inside them. Tests put a disk
/// under it that fails.
package protocol LogFiles: Sendable {
    /// The `sqlite3_vfs` that opens what is in the folder, by name; nil is the system's.
    var vfs: String? { get }

    func names() throws(StorageError) -> [String]

    /// In bytes; 0 when there is no such file.
    func size(of file: String) -> Int64

    /// Durable after `sync`. What had the other name is gone.
    func rename(_ file: String, to name: String) throws(StorageError)

    /// One that is not there is fine. Durable after `sync`.
    func remove(_ file: String) throws(StorageError)

    /// Gives the file one more name.
    ///
    /// - Returns: Whether the file system does that.
    func link(_ file: String, to name: String) -> Bool

    /// Writes `bytes` over the beginning of the file, and makes it where there is none. They are durable when
    /// it returns, the name is after `sync`.
    func write(_ bytes: [UInt8], to file: String) throws(StorageError)

    /// All of a file that fits into memory.
    func read(_ file: String) throws(StorageError) -> [UInt8]

    /// Lets the next reading ask the disk. After a sync that failed, the system goes on showing what was
    /// written, and the disk may not have it; what is still to be written stays.
    func forgetCached(_ file: String)

    /// Makes the names in the folder survive a power cut.
    func sync() throws(StorageError)
}

/// The system's files.
struct SystemLogFiles: LogFiles {
    let directory: DataDirectory
    var vfs: String? { Database.gatheredFiles }

    func names() throws(StorageError) -> [String] { try directory.names() }

    func size(of file: String) -> Int64 { DataDirectory.size(of: file) }

    func rename(_ file: String, to name: String) throws(StorageError) {
        guard Glibc.rename(file, name) == 0 else {
            throw StorageError(errno: errno, doing: "rename to \(name)", file: file)
        }
    }

    func remove(_ file: String) throws(StorageError) {
        // One with another name, too, is not this one's to cut.
        var status = stat()
        guard stat(file, &status) == 0, status.st_nlink == 1, status.st_size > DataDirectory.removedAtOnce
        else { return try DataDirectory.remove(file) }
        try directory.removeInSteps(file)
    }

    func link(_ file: String, to name: String) -> Bool { Glibc.link(file, name) == 0 }

    func write(_ bytes: [UInt8], to file: String) throws(StorageError) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "open", file: file) }
        defer { close(descriptor) }
        let written = pwrite(descriptor, bytes, bytes.count, 0)
        guard written < 0 || written == bytes.count else {
            throw StorageError(errno: ENOSPC, doing: "write", file: file)
        }
        guard written >= 0 else { throw StorageError(errno: errno, doing: "write", file: file) }
        guard fsync(descriptor) == 0 else {
            throw StorageError(errno: errno, doing: "sync", file: file, isSync: true)
        }
    }

    func read(_ file: String) throws(StorageError) -> [UInt8] {
        guard let bytes = SmallFile.read(file) else {
            throw StorageError(errno: errno, doing: "read", file: file)
        }
        return bytes
    }

    /// Advice that a system may not take: nothing comes of it then.
    func forgetCached(_ file: String) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        close(descriptor)
    }

    func sync() throws(StorageError) { try directory.sync() }
}
