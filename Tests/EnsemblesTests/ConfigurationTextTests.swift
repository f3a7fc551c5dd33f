import Ensembles
import Testing
import Vocabulary

@Suite struct `A configuration's text` {
    private let several = ConfigurationRules(isStandaloneEnabled: false, areSeveralAddressesAllowed: true)

    private func read(
        _ text: String, _ rules: ConfigurationRules = ConfigurationRules()
    ) throws -> Configuration {
        try Configuration(text: ByteString(text), rules: rules)
    }

    private func error(_ text: String, _ rules: ConfigurationRules = ConfigurationRules()) -> ErrorCode? {
        do throws(ErrorCode) {
            _ = try Configuration(text: ByteString(text), rules: rules)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "server.1=a:1:2:participant;0.0.0.0:3\nserver.2=b:1:2:participant\nversion=100000000",
        "server.1=[::1]:1:2:participant;[fe80::2]:3\nserver.2=b:1:2:observer\n"
            + "server.10=c:1:2:participant\nversion=0",
        "server.1=a:1:2:participant\nserver.2=a:3:4:participant\ngroup.1=1\ngroup.7=2\nweight.1=0\n"
            + "weight.2=3\nversion=7fffffffffffffff",
        "server.1=a:1:2|b:1:2:participant\nversion=1f",
    ])
    func `comes back as it was written`(text: String) throws {
        #expect(try read(text, several).text == text)
    }

    @Test func `may come in any order, with defaults left out`() throws {
        let text = "version=A\nserver.2 = b:1:2 ; 3\n# a comment\nserver.1:a:1:2:OBSERVER\nserver.3=c:1:2"
        #expect(
            try read(text).text == """
                server.1=a:1:2:observer
                server.2=b:1:2:participant;0.0.0.0:3
                server.3=c:1:2:participant
                version=a
                """)
    }

    @Test(arguments: [
        "foo=bar", "server.1=a:1", "server.1=a:1:1", "server.1=a:1:2:king", "server.1=", "peerType=observer",
        "server.1=a:1:2|b:1:2", "server.1=a:1:2;3;4;5", "server.1=a:x:2", "server.1=[::1:1:2",
        "server.1=a:1:2\nserver.2=b:1:2\ngroup.1=1", "server.1=a:1:2\nserver.2=b:1:2\nweight.1=1",
        "server.1=a:1:2\nserver.2=b:1:2\ngroup.1=1:2\ngroup.2=2",
        "server.1=a:1:2\nserver.2=b:1:2\ngroup.1=1:2:3",
    ])
    func `is refused where it is none`(text: String) {
        #expect(error(text) == .badArguments)
    }

    /// Apache's own number formats escape its handler.
    @Test(arguments: [
        "server.x=a:1:2", "server.=a:1:2", "version=xyz", "group=1", "group.1=one", "weight.1=heavy",
        "server.1=a:1:2:observer", "server.1=a:1:2\nserver.2=b:1:2:observer", "server.1=\\u12",
    ])
    func `is no request at all where a number is none, or nobody is to be observed`(text: String) {
        #expect(error(text) == .marshallingError)
    }

    @Test func `may name a single voter where nobody stands alone`() throws {
        let text = "server.1=a:1:2:participant\nserver.2=b:1:2:observer\nversion=0"
        #expect(try read(text, several).voters.map(\.id) == [PeerID(rawValue: 1)])
        #expect(error("", several) == .marshallingError)
        #expect(error("") == nil)
    }
}
