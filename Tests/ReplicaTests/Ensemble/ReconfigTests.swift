import Authentication
import Ensembles
import Replica
import TestSupport
import Testing
import Vocabulary
import Wire
import Zab
import Znodes

/// The operation as the leader of an ensemble checks it: here one that leads alone and may grow.
@Suite struct `A reconfiguration of an ensemble` {
    private static let rules = ConfigurationRules(isStandaloneEnabled: false)
    private static let text = ByteString("server.1=127.0.0.1:1:2:participant;0.0.0.0:3\nversion=0")

    private static func leader(
        _ text: ByteString = text, _ change: (inout ReplicaSettings) -> Void = { _ in }
    ) throws -> TestNode {
        let configuration = try Configuration(text: text, rules: rules)
        let node = TestNode {
            $0.membership = Membership(configuration, admitsJoiners: true)
            $0.configurationRules = rules
            $0.isReconfigEnabled = true
            $0.authenticator.superDigest = DigestScheme.identity(of: "super:any", by: .sha1)
            change(&$0)
        }
        node.advance(ms: 1000)
        return node
    }

    private func ask(
        _ client: TestClient, joining: ByteString? = nil, leaving: ByteString? = nil,
        members: ByteString? = nil, of version: Int64 = -1
    ) throws -> Reply {
        try client.ask(.reconfig) {
            ReconfigRequest(joining: joining, leaving: leaving, newMembers: members, configID: version)
                .encode(into: &$0)
        }
    }

    @Test func `is for super users, and only once all else is right`() throws {
        let node = try Self.leader()
        let client = try node.connect()
        let observer: ByteString = "server.2=127.0.0.1:4:5:observer;6"
        #expect(try ask(client, joining: "some thing").error == .badArguments)
        #expect(try ask(client, joining: "server.x=a:1:2;3").error == .marshallingError)
        #expect(try ask(client, joining: observer, of: 1).error == .badVersion)
        #expect(try ask(client, leaving: "1").error == .badArguments)
        #expect(try ask(client, joining: "server.2=127.0.0.1:4:5;6").error == .newConfigNoQuorum)
        #expect(try ask(client, members: "server.2=127.0.0.1:4:5;6").error == .newConfigNoQuorum)
        #expect(try ask(client, joining: observer).error == .noAuth)
        #expect(try ask(client).error == .noAuth)
        _ = try client.authenticate("super:any")
        #expect(try ask(client, joining: observer).error != .noAuth)
    }

    @Test func `is for everybody where ACLs are skipped`() throws {
        let client = try Self.leader { $0.rules.access.isOpen = true }.connect()
        #expect(try ask(client).error != .noAuth)
    }

    @Test func `is disabled unless it is enabled`() throws {
        let client = try Self.leader { $0.isReconfigEnabled = false }.connect()
        #expect(try ask(client, joining: "some thing").error == .reconfigDisabled)
    }

    @Test func `finds the configuration and its version where clients read it`() throws {
        let text: ByteString = "server.1=127.0.0.1:1:2:participant;0.0.0.0:3\nversion=100000005"
        let reply = try Self.leader(text).connect().getData("/zookeeper/config")
        let (data, stat) = (try reply.data, reply.stat)
        #expect(data == text.bytes)
        #expect(stat?.mzxid == Zxid(rawValue: 0x1_0000_0005))
        #expect(stat?.version == -1 && stat?.aversion == -1)
    }
}
