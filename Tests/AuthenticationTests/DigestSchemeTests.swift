import Authentication
import Testing
import Vocabulary

/// Hashes are those that Apache's `DigestAuthenticationProvider` gives.
@Suite struct `The scheme digest` {
    @Test(arguments: [
        (DigestAlgorithm.md5, "Rl9hUgQoaOqJhhKxoihhhQ=="),
        (.sha1, "g9oN2HttPfn8MMWJZ2r45Np/LIA="),
        (.sha256, "NhrDsglBUaCwNy464nxjg/Ig/dwhOCotNQxX54rqg50="),
        (.sha384, "Kf/+YZDlbElZSIiZqLwDLec30cN1UETUkqUtVzhGcQCOJuWuhUyFgS6iaJgo2osV"),
        (.sha512, "qT5NrG28chvcJYXI29lh1kO1uJ+x80PJNDkNatWXAlOd05fYNovtcDcx38J39plrBq+SphmV85uUmCQJ5mD44A=="),
        (.sha3With256, "117BL3KyNV5kovGnTp8ImwxChUa/KI/d3zMMRwRKKzI="),
    ])
    func `proves the user and the hash of user and password`(algorithm: DigestAlgorithm, hash: String) {
        let identity = DigestScheme.identity(of: "super:superpw", by: algorithm)
        #expect(String(decoding: identity.bytes, as: UTF8.self) == "super:" + hash)
    }

    @Test func `takes text without a colon for a user without a password`() {
        let identity = DigestScheme.identity(of: "nocolon", by: .sha1)
        #expect(String(decoding: identity.bytes, as: UTF8.self) == "nocolon:Ra+cHr2ZoHvBjtNArFGNGlVie4g=")
    }
}
