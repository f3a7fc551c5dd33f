import Settings
import Testing

@Suite struct `What was asked for and is not there` {
    private func refusal(_ text: String) -> SettingsError? {
        #expect(throws: SettingsError.self) {
            try NodeSettings.parse(text, file: "zoo.cfg") { path in
                path == "/d/myid" ? .bytes([UInt8(ascii: "1")]) : .missing
            }
        }
    }

    @Test(arguments: [
        "zookeeper.ssl.crl=true", "ssl.ocsp=true", "ssl.quorum.crl=true", "ssl.quorum.ocsp=true",
        "ssl.clientHostnameVerification=true", "ssl.context.supplier.class=com.example.Mine",
        "ssl.authProvider=mine",
        "authProvider.2=com.example.Mine", "requireClientAuthScheme=sasl", "requireClientAuthScheme=digest",
        "quorum.auth.enableSasl=true", "quorum.auth.learnerRequireSasl=true",
        "quorum.auth.serverRequireSasl=true",
    ])
    func `stops the start with key, line and remedy`(line: String) throws {
        let error = try #require(refusal("dataDir=/d\nclientPort=2181\n" + line))
        #expect(error.code == .notYet)
        #expect(error.line == 3)
        #expect(error.entry == line)
        #expect(!error.remedy.isEmpty)
    }

    @Test func `stops it also where it is on the own server line`() throws {
        let lists = "dataDir=/d\ninitLimit=10\nsyncLimit=5\nserver.2=b:2888:3888\n"
        #expect(refusal(lists + "server.1=a:2888:3888;2181;2281")?.code == .notYet)
        let others = lists + "server.1=a:2888:3888;2181\nserver.3=c:2888:3888;2181;2281"
        let settings = try NodeSettings.parse(others, file: "zoo.cfg") { _ in .bytes([UInt8(ascii: "1")]) }
        #expect(settings.settings.clients.port == 2181)
    }

    @Test(arguments: ["", "secureClientPort=2281", "server.1=a:2888:3888"])
    func `is never replaced by a port in plain text`(line: String) {
        let error = refusal("dataDir=/d\n" + line)
        #expect(error?.entry == "clientPort" || error?.code == .missing)
    }

    @Test func `need not be a client port in an ensemble`() throws {
        let text = "dataDir=/d\ninitLimit=10\nsyncLimit=5\nserver.1=a:1:2\nserver.2=b:1:2\nserver.3=c:1:2"
        let (settings, warnings) = try NodeSettings.parse(text, file: "zoo.cfg") { _ in
            .bytes([UInt8(ascii: "1")])
        }
        #expect(settings.clients.port == nil)
        #expect(warnings.map(\.key) == ["clientPort"])
    }
}
