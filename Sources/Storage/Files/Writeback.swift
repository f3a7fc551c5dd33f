internal import CSQLite
internal import Glibc

/// Has the disk take what was written to a file, a piece at a time: whoever waits for the disk meanwhile
/// waits for one piece, not for the file. Promises nothing: what is to be durable is synced afterwards.
///
/// To be let go of when the process has closed the file otherwise: with any descriptor of a file, a process
/// loses its locks on it.
struct Writeback: ~Copyable {
    private static let pieceBytes: Int64 = 256 << 10

    private let descriptor: Int32

    /// Of a file that is there.
    init?(of file: String) {
        descriptor = open(file, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    func run() {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return }
        for offset in stride(from: 0, to: Int64(status.st_size), by: Int(Writeback.pieceBytes)) {
            aviary_write_back(descriptor, offset, Writeback.pieceBytes)
        }
    }
}
