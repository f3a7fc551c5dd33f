import Glibc

/// Why a run cannot go on; prints as one sentence.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// What was tried, and the reason the kernel gave.
    static func system(_ attempt: String, code: Int32 = errno) -> BenchError {
        BenchError("\(attempt): \(String(cString: strerror(code)))")
    }
}
