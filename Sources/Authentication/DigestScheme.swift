package import Vocabulary

/// The identity that `user:password` proves in the scheme `digest`: the user and a hash of the whole.
package enum DigestScheme {
    /// `user:` and the base64 of the hash; text without a colon is all user (client protocol 9.3).
    package static func identity(of credentials: ByteString, by algorithm: DigestAlgorithm) -> ByteString {
        let user = credentials.bytes.prefix { $0 != UInt8(ascii: ":") }
        let hash = Hash.of(credentials.bytes, by: algorithm)
        return ByteString(user + [UInt8(ascii: ":")] + Hash.base64(hash))
    }
}
