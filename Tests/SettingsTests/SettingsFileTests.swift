import Settings
import Testing

@Suite struct `A configuration` {
    private func settings(_ lines: String) throws -> NodeSettings {
        let port = lines.contains("lientPort") ? "" : "\nclientPort=2181"
        return try NodeSettings.parse("dataDir=/d\n" + lines + port, file: "zoo.cfg").settings
    }

    @Test func `of a data directory and a port has the defaults of Apache 3 9 5`() throws {
        let settings = try settings("")
        var expected = NodeSettings(dataDir: "/d")
        expected.clients.port = 2181
        #expect(settings == expected)
        #expect(settings.dataLogDir == "/d")
        #expect(settings.tickTimeMs == 3000)
        #expect(settings.sessions.minTimeoutMs == 6000)
        #expect(settings.sessions.maxTimeoutMs == 60_000)
        #expect(settings.clients.connectionsPerAddressMax == 60)
        #expect(settings.limits.outstandingRequestsMax == 1000)
        #expect(settings.limits.frameBytesMax == 1_048_575)
        #expect(settings.words == .only(["srvr"]))
        #expect(settings.deployment == .standalone)
    }

    @Test func `as distributions ship it is taken without a warning`() throws {
        let text = """
            # The number of milliseconds of each tick
            tickTime=2000
            initLimit=10
            syncLimit=5
            dataDir=/var/lib/zookeeper
            clientPort=2181
            #maxClientCnxns=60
            #autopurge.snapRetainCount=3
            """
        let (settings, warnings) = try NodeSettings.parse(text, file: "zoo.cfg")
        #expect(warnings == [])
        #expect(settings.clients.port == 2181)
        #expect(settings.sessions.maxTimeoutMs == 40_000)
    }

    @Test func `takes what Java takes as a system property, with or without its prefix`() throws {
        let settings = try settings(
            """
            zookeeper.extendedTypesEnabled=true
            znode.container.checkIntervalMs=500
            jute.maxbuffer=0x3fffff
            zookeeper.DigestAuthenticationProvider.superDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU=
            readonlymode.enabled=TRUE
            skipACL=yes
            """)
        #expect(settings.tree.areExtendedTypesEnabled)
        #expect(settings.tree.sweepIntervalMs == 500)
        #expect(settings.limits.frameBytesMax == 0x3fffff)
        #expect(settings.access.superDigest == "super:D/InIHSb7yEEbrWz8b9l71RjZJU=")
        #expect(settings.access.areACLsSkipped)
        #expect(settings.words == .only(["srvr", "isro"]))
    }

    @Test(arguments: [
        ("", ["srvr"]), ("ruok, mntr ,,stat", ["ruok", "mntr", "stat", "srvr"]),
    ])
    func `always answers srvr`(list: String, words: [String]) throws {
        #expect(try settings("4lw.commands.whitelist=\(list)").words == .only(Set(words)))
    }

    @Test func `answers every word for a star`() throws {
        #expect(try settings("4lw.commands.whitelist=ruok, *").words == .all)
    }

    @Test(arguments: [
        ("24", 86_400_000), ("0", 0), ("-1", 0), ("90m", 5_400_000), ("7 d", 604_800_000), ("5ms", 5),
    ])
    func `purges by the hour unless it says otherwise`(text: String, milliseconds: Int) throws {
        #expect(try settings("autopurge.purgeInterval=\(text)").storage.purgeIntervalMs == milliseconds)
    }

    @Test(arguments: [
        ("", 2 * 0xfffff), ("jute.maxbuffer=6000000", 12_000_000),
        ("jute.maxbuffer=6000000\njute.maxbuffer.extrasize=50000", 6_050_000),
        ("jute.maxbuffer.extrasize=1", 0xfffff + 1024), ("jute.maxbuffer=2147483647", Int(Int32.max)),
    ])
    func `sends other servers what Apache's take by the same keys`(text: String, bytes: Int) throws {
        let (settings, warnings) = try NodeSettings.parse(
            "dataDir=/d\nclientPort=2181\n" + text, file: "zoo.cfg")
        #expect(settings.limits.recordBytesMax == bytes)
        #expect(settings.limits.leaderRecordBytesMax >= bytes)
        #expect(warnings == [], "both keys have an effect")
    }

    @Test func `keeps the least of everything that Apache keeps`() throws {
        let settings = try settings("snapCount=1\nautopurge.snapRetainCount=1\nmaxClientCnxns=-1")
        #expect(settings.storage.snapshotTransactions == 2)
        #expect(settings.storage.snapshotsKept == 3)
        #expect(settings.clients.connectionsPerAddressMax == 0)
    }

    @Test(arguments: [
        ("tickTime=0", "zoo.cfg:2: tickTime=0 is less than 1; write milliseconds from 1 to 2147483647"),
        (
            "tickTime=2s",
            "zoo.cfg:2: tickTime=2s is not a whole number; write milliseconds, such as tickTime=3000"
        ),
        (
            "clientPort=70000",
            "zoo.cfg:2: clientPort=70000 is more than 65535; write a TCP port from 0 to 65535"
        ),
        (
            "enforceQuota=yes",
            "zoo.cfg:2: enforceQuota=yes is neither true nor false; "
                + "write enforceQuota=true or enforceQuota=false"
        ),
        (
            "minSessionTimeout=70000",
            "zoo.cfg:2: minSessionTimeout=70000 makes the least timeout (70000 ms) longer than "
                + "the greatest (60000 ms); without the keys they are 2 and 20 times tickTime, which is 3000"
        ),
        (
            "clientPortAddress=::1",
            "zoo.cfg:2: clientPortAddress=::1 is set, but clientPort is not; add clientPort=2181"
        ),
    ])
    func `with a wrong value is refused with line and remedy`(line: String, message: String) {
        let error = #expect(throws: SettingsError.self) { try settings(line) }
        #expect(error?.description == message)
    }

    @Test(arguments: [
        ("maxClientCnxns=abc", SettingsError.Code.invalid), ("secureClientPortAddress=a", .conflicting),
        ("admin.serverPort=-1", .invalid), ("connection_throttle_drop_increase=2", .invalid),
        ("DigestAuthenticationProvider.digestAlg=crc", .invalid), ("enforce.auth.enabled=true", .missing),
        ("enforce.auth.enabled=true\nenforce.auth.schemes=digest,sasl", .conflicting),
        ("electionAlg=1", .invalid),
        ("metricsProvider.className=com.example.Mine", .invalid), ("peerType=arbiter", .invalid),
        ("DigestAuthenticationProvider.superDigest=secret", .invalid), ("standaloneEnabled=false", .missing),
    ])
    func `is refused`(line: String, code: SettingsError.Code) {
        #expect(#expect(throws: SettingsError.self) { try settings(line) }?.code == code)
    }

    @Test func `without a data directory is refused`() {
        let error = #expect(throws: SettingsError.self) {
            try NodeSettings.parse("clientPort=2181", file: "zoo.cfg")
        }
        #expect(error?.code == .missing)
        #expect(error?.entry == "dataDir")
    }

    @Test func `requires the schemes that it lists`() throws {
        let settings = try settings("enforce.auth.enabled=true\nenforce.auth.schemes= digest ,ip")
        #expect(settings.access.requiredSchemes == ["digest", "ip"])
    }

    @Test func `for newcomers answers all words on loopback and limits nobody`() {
        let settings = NodeSettings.standalone()
        #expect(settings.clients.port == 2181)
        #expect(settings.clients.address == "127.0.0.1")
        #expect(settings.words == .all)
        #expect(settings.clients.connectionsPerAddressMax == 0)
        #expect(settings.sessions.maxTimeoutMs == settings.tickTimeMs * 20)
        #expect(settings.deployment == .standalone)
    }

    @Test func `that does not exist is named`() {
        let error = #expect(throws: SettingsError.self) {
            try NodeSettings.load(path: "/nonexistent/zoo.cfg")
        }
        #expect(error?.code == .unreadable)
        #expect(error?.description.hasPrefix("/nonexistent/zoo.cfg: does not exist") == true)
    }
}
