internal import CZlib

/// The checksum of Apache's files, over all that was fed.
struct Adler32 {
    /// As the files hold it: 32 bits in 64.
    var value: Int64 { Int64(sum) }
    private var sum = adler32(0, nil, 0)

    mutating func feed(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { bytes in
            sum = adler32_z(sum, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        }
    }

    static func of(_ bytes: RawSpan) -> Int64 {
        var sum = Adler32()
        sum.feed(bytes)
        return sum.value
    }
}
