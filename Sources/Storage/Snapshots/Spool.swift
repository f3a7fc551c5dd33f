import Glibc

/// A file that has lost its name already: it is gone with the process at the latest.
final class Spool {
    private let path: String
    private let descriptor: Int32
    private var size: Int64 = 0

    init(path: String) throws(StorageError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "create", file: path) }
        unlink(path)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func append(_ bytes: [UInt8]) throws(StorageError) -> Range<Int64> {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
                return pwrite(descriptor, rest.baseAddress, rest.count, off_t(size) + off_t(done))
            }
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                throw StorageError(errno: count < 0 ? errno : EIO, doing: "write", file: path)
            }
            done += count
        }
        defer { size += Int64(bytes.count) }
        return size..<(size + Int64(bytes.count))
    }

    /// Fills as much of `buffer` as `range` has.
    func read(_ range: Range<Int64>, into buffer: UnsafeMutableRawBufferPointer) throws(StorageError) -> Int {
        let wanted = min(buffer.count, Int(range.upperBound - range.lowerBound))
        var done = 0
        while done < wanted {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<wanted])
            let count = pread(
                descriptor, rest.baseAddress, rest.count, off_t(range.lowerBound) + off_t(done))
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                throw StorageError(errno: count < 0 ? errno : EIO, doing: "read", file: path)
            }
            done += count
        }
        return done
    }
}
