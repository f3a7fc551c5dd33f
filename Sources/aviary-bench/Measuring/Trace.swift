import Glibc

/// A file with a line of numbers for each measured reply, for those who ask what happened when.
///
/// Two little-endian 64-bit numbers each: when the reply came, in nanoseconds of the monotonic clock, and how
/// many nanoseconds it had taken.
final class Trace {
    private let file: UnsafeMutablePointer<FILE>

    init(path: String) throws(BenchError) {
        guard let file = fopen(path, "wb") else {
            throw BenchError("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        setvbuf(file, nil, _IOFBF, 1 << 20)
        self.file = file
    }

    func record(at now: UInt64, latency: UInt64) {
        var words = (now.littleEndian, latency.littleEndian)
        withUnsafeBytes(of: &words) { _ = fwrite($0.baseAddress, $0.count, 1, file) }
    }

    deinit { fclose(file) }
}
