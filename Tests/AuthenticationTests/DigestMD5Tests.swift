import Testing
import Vocabulary

@testable import Authentication

/// Vectors of security 4.4, recorded from Java's server and clients or computed by its formulas.
@Suite struct `A login by DIGEST-MD5` {
    private static let nonce = "AAAABBBBCCCCDDDDEEEEFFFFGGGGHHHHIIIIJJJJ"
    private let users: [ByteString: ByteString] = [
        "bob": "bobsecret", "jose": ByteString("pässwörd"), "ivan": ByteString("пароль"), "zkq": "quorumpw",
    ]

    private func judge(
        _ said: String, nonce: String = Self.nonce, as login: DigestMD5 = .ofClients
    ) throws(DigestMD5.Refusal) -> DigestMD5.Proof {
        try login.judge(Array(said.utf8), to: Array(nonce.utf8)) { users[$0] }
    }

    private func response(
        _ user: String, _ response: String, realm: String = "zk-sasl-md5",
        uri: String = "zookeeper/zk-sasl-md5",
        more: String = ""
    ) -> String {
        """
        username="\(user)",realm="\(realm)",nonce="\(Self.nonce)",cnonce="abcdefghij0123456789",nc=00000001,\
        qop=auth,digest-uri="\(uri)",response=\(response)\(more)
        """
    }

    @Test func `begins with Java's challenge`() {
        let challenge = DigestMD5.ofClients.challenge(Array(Self.nonce.utf8))
        #expect(
            String(decoding: challenge, as: UTF8.self)
                == #"realm="zk-sasl-md5",nonce="\#(Self.nonce)",charset=utf-8,algorithm=md5-sess"#)
    }

    @Test(arguments: [
        ("bob", "6f564c6781977bafa08f5ad1235bd9c6", "6dd28694bb6a9a0a6a9dd3828aac9180"),
        ("jose", "64ef683cb1d7e07482a0b9ec9dfdd627", "0582ca11bd73ad0eb744a3deccc4f12a"),
        ("jose", "04717adbed902733f3d0090a4321b1a8", "e8013d9c11256b2e9e559a7798f706d1"),
        ("ivan", "2cddb7b1c1142182ca888125d879e1e8", "f2297a20d18f85c18f4f64d79ec7da9c"),
    ])
    func `is proven by either encoding of the password`(user: String, digest: String, answer: String) throws {
        let proof = try judge(response(user, digest))
        #expect(proof.user == ByteString(user) && proof.wantedName == nil)
        #expect(String(decoding: proof.answer, as: UTF8.self) == "rspauth=" + answer)
    }

    @Test func `has the name that the client wants to go by in its hash`() throws {
        let said = """
            charset=utf-8,username="bob",realm="zk-sasl-md5",\
            nonce="NXhMqhdNgDnV+uVQ/J8CnWbE20pZA2E1yMXjDi9R",\
            nc=00000001,cnonce="8eKFX92XLtRycZFAiG16E6s7p5+OW/HkLK2OwQsh",digest-uri="zookeeper/zk-sasl-md5",\
            maxbuf=65536,response=7dc05232958d00fca108534662f19521,qop=auth,authzid="bob"
            """
        let proof = try judge(said, nonce: "NXhMqhdNgDnV+uVQ/J8CnWbE20pZA2E1yMXjDi9R")
        #expect(proof.wantedName == Array("bob".utf8))
        #expect(proof.answer == Array("rspauth=dafbb3f05f88a5db154db2fb4751f6a4".utf8))
    }

    @Test func `is read with blanks, in any order and case of keys`() throws {
        let said = """
            response = 6f564c6781977bafa08f5ad1235bd9c6 , ,CNONCE=abcdefghij0123456789\tUsername="b\\ob" \
            unknown=x unknown=y realm=zk-sasl-md5,nonce="\(Self.nonce)", digest-uri="zookeeper/zk-sasl-md5"
            """
        #expect(try judge(said).user == "bob")
    }

    @Test(arguments: [
        "", "username", "username=", "=", #"username="bob"#, #"username="bob"x"#, "a,b=c", "username=\"bob\\",
        String(repeating: "a=b,", count: 1100),
    ])
    func `is not proven by what is no response`(said: String) {
        #expect(throws: DigestMD5.Refusal.malformed) { try judge(said) }
    }

    @Test(arguments: [
        ",charset=UTF-8", ",qop=auth-int", ",maxbuf=zz", ",realm=\"other\"", ",username=\"bob\"",
    ])
    func `is not proven with more than belongs to it`(more: String) {
        let good = response("bob", "6f564c6781977bafa08f5ad1235bd9c6").replacing("qop=auth,", with: "")
        #expect(throws: DigestMD5.Refusal.malformed) { try judge(good + more) }
    }

    @Test func `is not proven for another nonce, realm or service`() throws {
        let digest = "6f564c6781977bafa08f5ad1235bd9c6"
        #expect(throws: DigestMD5.Refusal.malformed) {
            try judge(response("bob", digest), nonce: "B" + Self.nonce.dropFirst())
        }
        #expect(throws: DigestMD5.Refusal.malformed) { try judge(response("bob", digest, realm: "other")) }
        #expect(throws: DigestMD5.Refusal.malformed) { try judge(response("bob", digest, uri: "other/x")) }
        // Taken in any case, and hashed as it was sent.
        #expect(throws: DigestMD5.Refusal.wrongPassword("bob")) {
            try judge(response("bob", digest, uri: "ZOOKEEPER/zk-sasl-md5"))
        }
    }

    @Test func `is not proven by another password, or one that nobody has`() {
        #expect(throws: DigestMD5.Refusal.wrongPassword("ivan")) {
            try judge(response("ivan", "6f564c6781977bafa08f5ad1235bd9c6"))
        }
        #expect(throws: DigestMD5.Refusal.unknownUser("eve")) {
            try judge(response("eve", "6f564c6781977bafa08f5ad1235bd9c6"))
        }
    }
}

@Suite struct `Who logs in by SASL` {
    private func stepped(
        _ authenticator: Authenticator, _ token: String, at stage: SASLStage
    ) -> (SASLOutcome, SASLStage) {
        var stage = stage
        let connection = ConnectionID(slot: 1, generation: 1)
        return (authenticator.outcome(of: Array(token.utf8), &stage, on: connection), stage)
    }

    private var logins: SASLLogins { SASLLogins(passwords: ["bob": "bobsecret"], secret: [1, 2, 3]) }

    @Test func `is nobody where there are no logins`() {
        #expect(stepped(Authenticator(), "", at: .fresh).0 == .declined)
    }

    @Test func `has a nonce that no other connection has`() {
        let nonces = (0..<100).map { logins.nonce(of: ConnectionID(slot: $0, generation: 1)) }
        #expect(Set(nonces).count == 100 && nonces.allSatisfy { $0.count == 40 })
        let other = SASLLogins(passwords: [:], secret: [4])
        #expect(other.nonce(of: ConnectionID(slot: 0, generation: 1)) != nonces[0])
    }

    @Test func `fails for good`() {
        let authenticator = Authenticator(logins: logins)
        let (outcome, stage) = stepped(authenticator, "username=bob", at: .challenged)
        #expect(outcome == .failed("no response to its challenge") && stage == .over)
        #expect(stepped(authenticator, "", at: .over).0 == .failed("a token behind the last"))
        #expect(authenticator.saslFailure == .authFailed)
    }

    @Test func `may go on as nobody where that is allowed, and nothing is required`() {
        var allowing = logins
        allowing.areFailedAllowed = true
        #expect(stepped(Authenticator(logins: allowing), "", at: .challenged).0 == .declined)
        let demanding = Authenticator(requiredSchemes: ["sasl"], logins: allowing)
        #expect(stepped(demanding, "", at: .challenged).0 == .failed("no response to its challenge"))
        #expect(demanding.saslFailure == .sessionClosedRequireAuth)
    }

    @Test func `is who he has proven to be, whoever he wants to be`() {
        func identities(_ user: ByteString, as wanted: String?) -> [String]? {
            var logins = logins
            logins.superUsers = ["admin"]
            let wanted = wanted.map { Array($0.utf8) }
            let proof = DigestMD5.Proof(user: user, wantedName: wanted, answer: [])
            return logins.identities(proof)?.map { "\($0.scheme):\($0.id)" }
        }
        #expect(identities("bob", as: "admin") == ["sasl:bob"])
        #expect(identities("admin", as: nil) == ["super:", "sasl:admin"])
        #expect(identities("eve@EXAMPLE.COM", as: "eve@EXAMPLE.COM") == ["sasl:eve@EXAMPLE.COM"])
        #expect(identities("eve@EXAMPLE.COM", as: "admin") == nil)
    }

    @Test func `prints no password`() {
        var text = ""
        dump(Authenticator(logins: logins), to: &text)
        #expect(!text.contains("bobsecret") && !"\(logins)".contains("bobsecret"))
    }
}
