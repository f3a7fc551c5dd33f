internal import CCrypto
package import Vocabulary

/// The identity that `user:password` proves in the scheme `digest`: the user and a hash of the whole.
///
/// Hashes by the system's libcrypto, as every TLS program here does: BoringSSL, built with the package for
/// one SHA-1 a login, took four fifths of a clean build.
package enum DigestScheme {
    /// `user:` and the base64 of the hash; text without a colon is all user (client protocol 9.3).
    package static func identity(of credentials: ByteString, by algorithm: DigestAlgorithm) -> ByteString {
        let user = credentials.bytes.prefix { $0 != UInt8(ascii: ":") }
        return ByteString(user + [UInt8(ascii: ":")] + base64(hash(of: credentials.bytes, by: algorithm)))
    }

    private static func hash(of bytes: [UInt8], by algorithm: DigestAlgorithm) -> [UInt8] {
        var length: UInt32 = 0
        var hash = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        let succeeded = EVP_Digest(bytes, bytes.count, &hash, &length, algorithm.implementation, nil)
        precondition(succeeded == 1, "libcrypto lacks \(algorithm.rawValue)")
        return Array(hash[..<Int(length)])
    }

    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var text = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
        let length = EVP_EncodeBlock(&text, bytes, Int32(bytes.count))
        return Array(text[..<Int(length)])
    }
}
