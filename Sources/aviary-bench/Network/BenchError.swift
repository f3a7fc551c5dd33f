import Glibc

/// Why a run cannot go on; prints as one sentence.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// A failed system call: the attempt, and the reason the kernel gave.
    static func system(_ attempt: String, code: Int32 = errno) -> BenchError {
        BenchError("\(attempt): \(String(cString: strerror(code)))")
    }
}
