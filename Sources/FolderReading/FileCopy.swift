internal import Glibc
package import Storage

/// Whole files, byte for byte.
package enum FileCopy {
    /// - Parameter isDurable: whether the copy must be on the disk when this returns.
    package static func copy(
        _ file: String, to copy: String, isDurable: Bool = false
    ) throws(StorageError) {
        let source = open(file, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw StorageError(errno: errno, doing: "read", file: file) }
        defer { close(source) }
        let target = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard target >= 0 else { throw StorageError(errno: errno, doing: "create", file: copy) }
        defer { close(target) }
        while true {
            let count = sendfile(target, source, nil, 1 << 24)
            if count == 0 { break }
            guard count > 0 || errno == EINTR else {
                throw StorageError(errno: errno, doing: "copy to \(copy)", file: file)
            }
        }
        if isDurable, fsync(target) != 0 {
            throw StorageError(errno: errno, doing: "sync", file: copy, isSync: true)
        }
    }
}
