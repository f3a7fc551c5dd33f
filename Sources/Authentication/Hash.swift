internal import CCrypto

/// Hashes and texts of them, by the system's libcrypto, as every TLS program here does: BoringSSL, built with
/// the package for one SHA-1 a login, took four fifths of a clean build.
enum Hash {
    static func of(_ bytes: [UInt8], by algorithm: DigestAlgorithm) -> [UInt8] {
        var length: UInt32 = 0
        var hash = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        let succeeded = EVP_Digest(bytes, bytes.count, &hash, &length, algorithm.implementation, nil)
        precondition(succeeded == 1, "libcrypto lacks \(algorithm.rawValue)")
        return Array(hash[..<Int(length)])
    }

    static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let length = EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return Array(text[..<Int(length)])
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// Whether both are the same, in a time that does not tell where they differ.
    static func areEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
