import Ensembles
import Testing
import Vocabulary

@Suite struct `A reconfiguration's request` {
    private static let three = """
        server.1=10.0.0.1:1:2:participant;0.0.0.0:3
        server.2=10.0.0.2:1:2:participant;0.0.0.0:3
        server.3=10.0.0.3:1:2:observer
        version=5
        """

    private func apply(
        _ change: Reconfiguration, to text: String = three, isStandaloneEnabled: Bool = true
    ) -> Result<Configuration, ErrorCode> {
        let rules = ConfigurationRules(isStandaloneEnabled: isStandaloneEnabled)
        return Result { () throws(ErrorCode) in
            try Configuration(text: ByteString(text), rules: rules).applying(change, as: 0x77, rules: rules)
        }
    }

    private func error(
        joining: String? = nil, leaving: String? = nil, members: String? = nil, version: Int64 = -1,
        to text: String = three
    ) -> ErrorCode? {
        let change = Reconfiguration(
            joining: joining.map { ByteString($0) }, leaving: leaving.map { ByteString($0) },
            newMembers: members.map { ByteString($0) }, version: version)
        guard case .failure(let code) = apply(change, to: text) else { return nil }
        return code
    }

    @Test func `takes servers away before it adds others`() throws {
        let change = Reconfiguration(
            joining: "server.4 = 10.0.0.4:1:2:observer ; 9 , ,server.1=10.0.0.2:5:6;7", leaving: "2, 3,8",
            newMembers: nil, version: 5)
        #expect(
            try apply(change, isStandaloneEnabled: false).get().text == """
                server.1=10.0.0.2:5:6:participant;0.0.0.0:7
                server.4=10.0.0.4:1:2:observer;0.0.0.0:9
                version=77
                """)
    }

    @Test func `may say the whole list, between commas or lines`() throws {
        let change = Reconfiguration(
            joining: "nonsense", leaving: "nonsense",
            newMembers: "server.7=b:1:2,server.6=a:1:2\ngroup.1=6:7,weight.7=2,version=3", version: -1)
        #expect(
            try apply(change).get().text == """
                server.6=a:1:2:participant
                server.7=b:1:2:participant
                group.1=6:7
                weight.6=1
                weight.7=2
                version=77
                """)
    }

    @Test func `that changes nothing makes a new version`() throws {
        let change = Reconfiguration(joining: nil, leaving: "", newMembers: nil, version: -1)
        #expect(try apply(change).get().version == 0x77)
    }

    @Test func `is of the version that it says, first of all`() {
        #expect(error(joining: "foo", version: 4) == .badVersion)
        #expect(error(joining: "foo", version: -2) == .badVersion)
        #expect(error(joining: "foo", version: 5) == .badArguments)
    }

    @Test(arguments: [
        "foo", "server.9=b=c", "server.9=h:1:2", "server.9=h:1;3", "server.9=h:1:2:king;3",
        "server.9=10.0.0.1:1:7;3", "server.9=10.0.0.1:7:2;3", "server.9=h:1:2;10.0.0.2:1",
    ])
    func `is refused for a line that is none, or another's place`(line: String) {
        #expect(error(joining: line) == .badArguments)
    }

    @Test func `may share what means another machine to everyone`() {
        let local = "server.1=127.0.0.1:1:2;3\nserver.2=127.0.0.1:4:5;6\nversion=0"
        #expect(error(joining: "server.9=127.0.0.1:1:2;3", to: local) == nil)
        #expect(error(joining: "server.1=10.0.0.1:1:2;3") == nil)
    }

    @Test func `is no request at all with numbers that are none`() {
        #expect(error(leaving: "abc") == .marshallingError)
        #expect(error(joining: "server.x=h:1:2;3") == .marshallingError)
    }

    @Test func `leaves enough voters`() throws {
        #expect(error(leaving: "1") == .badArguments)
        let rest = Reconfiguration(joining: nil, leaving: "1", newMembers: nil, version: -1)
        #expect(try apply(rest, isStandaloneEnabled: false).get().voters.count == 1)
        let none = Reconfiguration(joining: nil, leaving: "1,2,3", newMembers: nil, version: -1)
        #expect(apply(none, isStandaloneEnabled: false) == .failure(.badArguments))
    }

    @Test func `of groups is a whole list`() {
        let grouped = "server.1=a:1:2\nserver.2=b:1:2\ngroup.1=1:2\nversion=0"
        #expect(error(leaving: "9", to: grouped) == .badArguments)
        #expect(error(members: "server.1=a:1:2,server.2=b:1:2", to: grouped) == nil)
    }
}
