import Security
import Settings
import Testing

@Suite struct `Files of keys and certificates` {
    private let certificates: Certificates

    init() throws {
        certificates = try Certificates()
        try certificates.make("server")
        try certificates.make("other")
        try certificates.join("server.key", "server.crt", as: "server.pem")
    }

    private func settings(
        _ keyStore: String, password: String? = nil, trust: String? = nil, suites: [String] = []
    ) -> TLSSettings {
        TLSSettings(
            keyStore: TLSSettings.Store(
                key: "ssl.keyStore.location", location: certificates.path(keyStore),
                password: password.map(Secret.init)),
            trustStore: trust.map {
                TLSSettings.Store(key: "ssl.trustStore.location", location: certificates.path($0))
            },
            clientAuth: trust == nil ? .none : .need, cipherSuites: suites)
    }

    private func fault(_ settings: TLSSettings) -> TLSFault? {
        #expect(throws: TLSFault.self) { try TLSMaterial(settings) }
    }

    @Test func `are PEM, in any order`() throws {
        let material = try TLSMaterial(settings("server.pem", trust: "other.crt"))
        #expect((86_400...2 * 86_400).contains(material.secondsLeft))
        try certificates.join("other.crt", "server.crt", "server.key", as: "mixed.pem")
        _ = try TLSMaterial(settings("mixed.pem"))
    }

    @Test func `are PEM with an encrypted key`() throws {
        try certificates.openssl(
            "pkcs8", "-topk8", "-in", "server.key", "-out", "locked.key", "-passout", "pass:sesame")
        try certificates.join("locked.key", "server.crt", as: "locked.pem")
        _ = try TLSMaterial(settings("locked.pem", password: "sesame"))
        let wrong = try #require(fault(settings("locked.pem", password: "geheim")))
        #expect(wrong.problem.contains("does not open it"))
        #expect(!wrong.description.contains("geheim") && wrong.entry.contains("locked.pem"))
        #expect(fault(settings("locked.pem"))?.problem == "it needs a password")
    }

    @Test func `are PKCS12`() throws {
        try certificates.openssl(
            "pkcs12", "-export", "-in", "server.crt", "-inkey", "server.key", "-out", "server.p12",
            "-passout",
            "pass:sesame")
        _ = try TLSMaterial(settings("server.p12", password: "sesame"))
        #expect(
            fault(settings("server.p12", password: "wrong"))?.problem.contains("does not open it") == true)
    }

    @Test func `are certificates alone where clients are believed`() throws {
        try certificates.openssl(
            "pkcs12", "-export", "-nokeys", "-in", "other.crt", "-out", "trust.p12", "-passout", "pass:")
        _ = try TLSMaterial(settings("server.pem", trust: "trust.p12"))
    }

    @Test func `are told what would make them good`() throws {
        try certificates.join("other.key", "server.crt", as: "strangers.pem")
        try certificates.write("\u{FEED}", to: "text")
        #expect(fault(settings("gone.pem"))?.problem == "there is no such file")
        #expect(fault(settings("strangers.pem"))?.problem.contains("belongs to none") == true)
        #expect(fault(settings("server.crt"))?.problem.contains("no private key") == true)
        #expect(fault(settings("text"))?.problem.contains("no certificate") == true)
        #expect(fault(settings("server.pem", trust: "server.key"))?.entry.contains("trustStore") == true)
    }

    @Test func `go with suites by their names in the standards`() throws {
        let suites = ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"]
        _ = try TLSMaterial(settings("server.pem", suites: suites))
        #expect(fault(settings("server.pem", suites: ["TLS_NONSENSE"]))?.problem.contains("no suite") == true)
    }
}
