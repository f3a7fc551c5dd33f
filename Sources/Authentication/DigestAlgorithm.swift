internal import CCrypto

/// The hash of the scheme `digest`, by Java's name for it.
package enum DigestAlgorithm: String, CaseIterable, Equatable, Sendable {
    case md5 = "MD5"
    case sha1 = "SHA1"
    case sha224 = "SHA-224"
    case sha256 = "SHA-256"
    case sha384 = "SHA-384"
    case sha512 = "SHA-512"
    case sha3With224 = "SHA3-224"
    case sha3With256 = "SHA3-256"
    case sha3With384 = "SHA3-384"
    case sha3With512 = "SHA3-512"
}

extension DigestAlgorithm {
    /// Whether this machine's libcrypto computes it: with FIPS switched on it has no MD5.
    package var isComputed: Bool {
        var length: UInt32 = 0
        var hash = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        return EVP_Digest(nil, 0, &hash, &length, implementation, nil) == 1
    }

    var implementation: OpaquePointer? {
        switch self {
        case .md5: EVP_md5()
        case .sha1: EVP_sha1()
        case .sha224: EVP_sha224()
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        case .sha3With224: EVP_sha3_224()
        case .sha3With256: EVP_sha3_256()
        case .sha3With384: EVP_sha3_384()
        case .sha3With512: EVP_sha3_512()
        }
    }
}
