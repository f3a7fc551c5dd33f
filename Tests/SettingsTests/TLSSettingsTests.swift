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
