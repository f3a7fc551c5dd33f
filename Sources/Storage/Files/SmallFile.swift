import Glibc

/// A file that fits into memory many times.
package enum SmallFile {
    /// nil where it cannot be read.
    package static func read(_ file: String) -> [UInt8]? {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return count < 0 ? nil : Array(bytes[..<count])
    }

    /// Writes it whole; its bytes are durable when this returns, and its name after a sync of the folder.
    package static func write(_ text: String, to file: String) throws(StorageError) {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "create", file: file) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        let written = Glibc.write(descriptor, bytes, bytes.count)
        guard written == bytes.count else {
            throw StorageError(errno: written < 0 ? errno : ENOSPC, doing: "write", file: file)
        }
        guard fsync(descriptor) == 0 else {
            throw StorageError(errno: errno, doing: "sync", file: file, isSync: true)
        }
    }
}
