import Authentication
import Testing
import Vocabulary

@Suite struct `Who a client is` {
    private let address = Authenticator.identity(ofAddress: "10.0.0.1")
    private let user = Identity(scheme: "digest", id: DigestScheme.identity(of: "u:p", by: .sha1))
    private let password = Array("u:p".utf8)

    @Test func `is proven by user and password`() throws {
        let proven = try Authenticator().identities([address], provingAlso: "digest", password)
        #expect(proven == [address, user])
    }

    @Test func `is known once, however often it is proven`() throws {
        let proven = try Authenticator().identities([address, user], provingAlso: "digest", password)
        #expect(proven == [address, user])
    }

    @Test func `is proven by its address without a word`() throws {
        #expect(try Authenticator().identities([address], provingAlso: "ip", nil) == [address])
    }

    @Test(arguments: ["world", "auth", "super", "sasl", "x509", nil] as [ByteString?])
    func `is not proven in any other scheme`(scheme: ByteString?) {
        #expect(throws: Authenticator.Refusal.notProven) {
            try Authenticator().identities([], provingAlso: scheme, password)
        }
    }

    @Test func `is not proven by a null password, nor where digests are off`() {
        #expect(throws: Authenticator.Refusal.notProven) {
            try Authenticator().identities([], provingAlso: "digest", nil)
        }
        #expect(throws: Authenticator.Refusal.notProven) {
            try Authenticator(digestAlgorithm: nil).identities([], provingAlso: "digest", password)
        }
    }

    @Test func `is a super user by the digest that the operator has set`() throws {
        let proven = try Authenticator(superDigest: user.id).identities([], provingAlso: "digest", password)
        #expect(proven == [Identity(scheme: "super", id: ""), user])
    }

    @Test func `may be too much to carry along`() {
        let many = (0..<Authenticator.identitiesMax).map {
            Identity(scheme: "digest", id: ByteString("u\($0):h"))
        }
        let long = [
            Identity(scheme: "digest", id: ByteString([UInt8](repeating: 1, count: 128 << 10)))
        ]
        for known in [many, long] {
            #expect(throws: Authenticator.Refusal.tooMany) {
                try Authenticator().identities(known, provingAlso: "digest", password)
            }
        }
    }

    @Test func `may be demanded before anything else`() {
        let strict = Authenticator(requiredSchemes: ["digest"])
        #expect(!strict.admits([address]) && strict.admits([address, user]))
        #expect(Authenticator().admits([]))
    }
}
