import Settings
import Testing

@Suite struct `TLS for clients` {
    private func tls(_ lines: String) throws -> TLSSettings? {
        try NodeSettings.parse("dataDir=/d\nclientPort=2181\n" + lines, file: "zoo.cfg").settings.tls
    }

    private func refusal(_ lines: String) -> SettingsError? {
        #expect(throws: SettingsError.self) { try tls(lines) }
    }

    private let complete = """
        secureClientPort=2281
        zookeeper.ssl.keyStore.location=/k.pem
        ssl.keyStore.password=sesame
        ssl.trustStore.location=/t.pem

        """

    @Test func `is not there unless a port asks for it`() throws {
        #expect(try tls("ssl.keyStore.location=/k.pem") == nil)
    }

    @Test func `asks clients for certificates, and speaks both versions`() throws {
        let tls = try #require(try tls(complete))
        #expect(tls.keyStore.location == "/k.pem")
        #expect(tls.clientAuth == .need)
        #expect(tls.versions == [.tls12, .tls13])
    }

    @Test(
        arguments: [
            ("ssl.enabledProtocols=TLSv1.3, TLSv1.2", [.tls12, .tls13]), ("ssl.protocol=TLSv1.3", [.tls13]),
            ("ssl.protocol=TLS", [.tls12, .tls13]),
            ("ssl.protocol=TLSv1.3\nssl.enabledProtocols=TLSv1.2", [.tls12]),
        ] as [(String, Set<TLSSettings.Version>)])
    func `speaks the versions that are named`(line: String, versions: Set<TLSSettings.Version>) throws {
        #expect(try tls(complete + line)?.versions == versions)
    }

    @Test(arguments: [
        ("ssl.enabledProtocols=TLSv1.1", SettingsError.Code.invalid), ("ssl.clientAuth=maybe", .invalid),
        ("ssl.trustStore.location=", .missing), ("ssl.keyStore.location=", .missing),
        ("ssl.trustStore.location=\nssl.clientAuth=want", .missing),
    ])
    func `stops the start where connections would fail`(line: String, code: SettingsError.Code) {
        #expect(refusal(complete + line)?.code == code)
    }

    @Test func `needs no trust store where nobody is asked for a certificate`() throws {
        let tls = try #require(try tls(complete + "ssl.trustStore.location=\nssl.clientAuth=none"))
        #expect(tls.clientAuth == TLSSettings.ClientAuth.none)
    }

    @Test func `prints no password`() throws {
        let tls = try #require(try tls(complete))
        #expect(tls.keyStore.password?.text == "sesame")
        var dumped = ""
        dump(tls, to: &dumped)
        #expect(!dumped.contains("sesame") && !"\(tls)".contains("sesame"))
    }
}

@Suite struct `TLS between servers` {
    private func parse(
        _ lines: String
    ) throws -> (tls: LinkTLSSettings?, warnings: [SettingsWarning]) {
        let text = """
            dataDir=/d
            clientPort=2181
            ssl.quorum.keyStore.location=/k.pem
            ssl.quorum.trustStore.location=/t.pem
            \(lines)
            """
        let (settings, warnings) = try NodeSettings.parse(text, file: "zoo.cfg")
        return (settings.linkTLS, warnings)
    }

    @Test func `is not there unless it is asked for`() throws {
        #expect(try parse("").tls == nil && parse("sslQuorum=false\nportUnification=false").tls == nil)
    }

    @Test func `may be taken before it is dialed, and then be all that is spoken`() throws {
        let first = try #require(try parse("portUnification=true").tls)
        #expect(first.takesPlain && !first.isDialed)
        let second = try #require(try parse("portUnification=true\nsslQuorum=true").tls)
        #expect(second.takesPlain && second.isDialed)
        let last = try #require(try parse("sslQuorum=true").tls)
        #expect(!last.takesPlain && last.isDialed && last.tls.clientAuth == .need)
    }

    @Test func `checks names where that is written, and says so where it is not`() throws {
        let silent = try parse("sslQuorum=true")
        #expect(silent.tls?.verifiesDialed == false && silent.tls?.verifiesAccepted == false)
        #expect(silent.warnings.map(\.key) == ["ssl.quorum.hostnameVerification"])
        let verifying = try parse("sslQuorum=true\nssl.quorum.hostnameVerification=true")
        #expect(verifying.tls?.verifiesDialed == true && verifying.tls?.verifiesAccepted == true)
        #expect(verifying.warnings == [])
        let dialedOnly = "ssl.quorum.hostnameVerification=true\nssl.quorum.clientHostnameVerification=false"
        let half = try parse("sslQuorum=true\n" + dialedOnly)
        #expect(half.tls?.verifiesDialed == true && half.tls?.verifiesAccepted == false)
    }

    @Test func `speaks both versions where the newer one is named, as between Apache's servers`() throws {
        func versions(_ line: String) throws -> Set<TLSSettings.Version>? {
            try parse("sslQuorum=true\n" + line).tls?.tls.versions
        }
        #expect(try versions("ssl.quorum.protocol=TLSv1.3") == [.tls12, .tls13])
        #expect(try versions("ssl.quorum.protocol=TLSv1.2") == [.tls12])
        #expect(try versions("ssl.quorum.enabledProtocols=TLSv1.3") == [.tls13])
    }

    @Test func `always needs to know whom to believe`() {
        let lines = "sslQuorum=true\nssl.quorum.clientAuth=none\nssl.quorum.trustStore.location="
        #expect(throws: SettingsError.self) { try parse(lines) }
    }
}
