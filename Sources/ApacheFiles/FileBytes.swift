internal import Glibc
package import NIOCore

/// A file that is read from its beginning, a piece at a time.
struct FileBytes: ~Copyable {
    static let pieceBytes = 256 << 10

    let path: String
    let size: Int64
    private let descriptor: Int32

    init(_ path: String) throws(ApacheFileError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ApacheFileError(errno: errno, doing: "open", path) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw ApacheFileError(errno: errno, doing: "look at", path)
        }
        size = Int64(status.st_size)
    }

    deinit { close(descriptor) }

    /// The size of a file in bytes; nil when there is none.
    static func size(of path: String) -> Int64? {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : nil
    }

    /// Puts the next bytes behind what is in `buffer`.
    ///
    /// - Returns: false at the end.
    func read(into buffer: inout ByteBuffer) throws(ApacheFileError) -> Bool {
        var outcome: Result<Int, ApacheFileError> = .success(0)
        buffer.discardReadBytes()
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: FileBytes.pieceBytes) { target in
            outcome = read(UnsafeMutableRawBufferPointer(rebasing: target[..<FileBytes.pieceBytes]))
            guard case .success(let count) = outcome else { return 0 }
            return count
        }
        return try outcome.get() > 0
    }

    /// All of it, as text; of small files.
    func text() throws(ApacheFileError) -> String {
        var buffer = ByteBuffer()
        while try read(into: &buffer) {}
        return String(buffer: buffer)
    }

    private func read(_ target: UnsafeMutableRawBufferPointer) -> Result<Int, ApacheFileError> {
        while true {
            let count = Glibc.read(descriptor, target.baseAddress, target.count)
            if count >= 0 { return .success(count) }
            guard errno == EINTR else {
                return .failure(ApacheFileError(errno: errno, doing: "read", path))
            }
        }
    }
}

/// A file that is written from its beginning, and durable when it was closed.
package struct WrittenFile: ~Copyable {
    let path: String
    private let descriptor: Int32

    /// - Throws: When there is one of that name.
    package init(_ path: String) throws(ApacheFileError) {
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ApacheFileError(errno: errno, doing: "create", path) }
    }

    deinit { Glibc.close(descriptor) }

    package func write(_ bytes: ByteBuffer) throws(ApacheFileError) {
        var left = bytes
        while left.readableBytes > 0 {
            let count = left.withUnsafeReadableBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                throw ApacheFileError(errno: count < 0 ? errno : EIO, doing: "write", path)
            }
            left.moveReaderIndex(forwardBy: count)
        }
    }

    /// Makes the bytes durable; the name is durable after a sync of the folder.
    package consuming func close() throws(ApacheFileError) {
        guard fsync(descriptor) == 0 else { throw ApacheFileError(errno: errno, doing: "sync", path) }
    }
}

extension ApacheFileError {
    init(errno code: Int32, doing what: String, _ path: String) {
        self.init(.io, path, "cannot \(what): \(String(cString: strerror(code)))")
    }
}
