import Ensembles
import Settings
import Testing
import Vocabulary

@Suite struct `A server list` {
    private let limits = "dataDir=/d\nclientPort=2181\ninitLimit=10\nsyncLimit=5\n"
    private let three =
        "server.1=a:2888:3888\nserver.2=b:2888:3888\nserver.3=[::1]:2888:3888:observer;[fe80::2]:2182\n"

    private func parse(_ text: String, myid: String? = "1\n", list: String? = nil) throws -> NodeSettings {
        try NodeSettings.parse(text, file: "zoo.cfg") { path in
            switch path {
            case "/d/myid": myid.map { .bytes(Array($0.utf8)) } ?? .missing
            case "zoo.cfg.dynamic": list.map { .bytes(Array($0.utf8)) } ?? .missing
            default: .unreadable("unexpected \(path)")
            }
        }.settings
    }

    private func code(_ text: String, myid: String? = "1", list: String? = nil) -> SettingsError.Code? {
        #expect(throws: SettingsError.self) { try parse(text, myid: myid, list: list) }?.code
    }

    @Test func `is read into members with their addresses and kinds`() throws {
        let ensemble = try #require(try parse(limits + three).ensemble)
        #expect(ensemble.members.map(\.id.rawValue) == [1, 2, 3])
        #expect(ensemble.configuration.voters.map(\.id.rawValue) == [1, 2])
        #expect(ensemble.members[2].addresses.map(\.host) == ["::1"])
        #expect(ensemble.members[2].client?.host == "fe80::2")
        #expect(ensemble.members[2].client?.port == 2182)
        #expect(ensemble.connectTicks == 10)
    }

    @Test func `of several servers makes a member`() throws {
        let settings = try parse(limits + three)
        #expect(settings.isMember)
    }

    @Test func `of one server is a standalone node, as in Apache`() throws {
        let settings = try parse(limits + "server.1=a:2888:3888", myid: nil)
        #expect(settings.deployment == .standalone)
    }

    @Test func `of one server makes an ensemble when standalone is switched off`() throws {
        let settings = try parse(limits + "standaloneEnabled=false\nserver.1=a:2888:3888")
        #expect(settings.deployment != .standalone)
    }

    @Test func `gives this server its client port`() throws {
        let settings = try parse("dataDir=/d\nserver.1=a:2888:3888;10.0.0.1:2184")
        #expect(settings.clients.port == 2184)
        #expect(settings.clients.address == "10.0.0.1")
        #expect(code("dataDir=/d\nclientPort=2181\nserver.1=a:2888:3888;2184") == .conflicting)
    }

    @Test func `may stand in a file of its own`() throws {
        let settings = try parse(
            limits + "dynamicConfigFile=zoo.cfg.dynamic", list: three + "version=1000000ff")
        #expect(settings.ensemble?.members.count == 3)
        #expect(settings.ensemble?.configuration.version == 0x1_0000_00ff)
        #expect(code(limits + "dynamicConfigFile=zoo.cfg.dynamic", list: "tickTime=1") == .invalid)
        #expect(code(limits + "dynamicConfigFile=zoo.cfg.dynamic\n" + three, list: three) == .conflicting)
        #expect(code(limits + "dynamicConfigFile=zoo.cfg.dynamic") == .unreadable)
    }

    @Test func `has the version in the name of its file`() throws {
        let text = limits + "dynamicConfigFile=zoo.cfg.dynamic.100000001"
        let ensemble = try NodeSettings.parse(text, file: "zoo.cfg") { path in
            .bytes(Array((path == "/d/myid" ? "1" : three).utf8))
        }.settings.ensemble
        #expect(ensemble?.configuration.version == 0x1_0000_0001)
    }

    @Test func `is written as ZooKeeper writes it`() throws {
        let text =
            limits + "server.2=b:1:2:observer;2182\nserver.1=[::1]:2888:3888;\n"
            + "server.3=a:2888:3888:\ngroup.1=3:1\nweight.3=2\nversion=1f"
        #expect(
            try parse(text).ensemble?.configuration.text == """
                server.1=[::1]:2888:3888:participant
                server.2=b:1:2:observer;0.0.0.0:2182
                server.3=a:2888:3888:participant
                group.1=3:1
                weight.1=1
                weight.3=2
                version=1f
                """)
    }

    @Test func `may be grouped and weighed`() throws {
        let text = limits + three + "group.1=1\ngroup.2=2\nweight.2=3\n"
        let ensemble = try #require(try parse(text).ensemble)
        #expect(ensemble.configuration.groups == [1: [PeerID(rawValue: 1)], 2: [PeerID(rawValue: 2)]])
        #expect(ensemble.configuration.weights == [PeerID(rawValue: 2): 3])
        #expect(code(limits + three + "group.1=1:1\n") == .invalid)
        #expect(code(limits + three + "group.1=1\n") == .conflicting)
        #expect(code(limits + three + "weight.1=2\n") == .conflicting)
    }

    @Test(arguments: [
        "server.1=a:2888", "server.1=a:2888:2888", "server.1=a:x:3888", "server.1=a:2888:3888:leader",
        "server.x=a:2888:3888", "server.1=", "server.1=a:2888:3888;b:c", "server.1=[::1:2888:3888",
        "server.1=a:2888:3888;1;2;3", "server.1=a:2888:99999",
    ])
    func `with a malformed line is refused`(line: String) {
        #expect(code(limits + line) == .invalid)
    }

    @Test func `needs myid, limits, and a quorum to observe`() {
        #expect(code(limits + three, myid: nil) == .missing)
        #expect(code(limits + three, myid: "one") == .invalid)
        #expect(code(limits + three, myid: "4") == .conflicting)
        #expect(code("dataDir=/d\nsyncLimit=5\n" + three) == .missing)
        #expect(code(limits + "server.1=a:1:2\nserver.2=b:1:2:observer") == .conflicting)
        #expect(code(limits + "server.1=a:1:2:observer") == .conflicting)
        #expect(code(limits + "server.1=a:1:2|b:1:2") == .conflicting)
    }

    @Test func `of two voters is worth a warning`() throws {
        let text = limits + "server.1=a:2888:3888\nserver.2=b:2888:3888"
        let warnings = try NodeSettings.parse(text, file: "zoo.cfg") { _ in .bytes([UInt8(ascii: "1")]) }
            .warnings
        #expect(warnings.map(\.kind) == [.advice])
    }
}
