import Settings
import Testing

@Suite struct `A warning` {
    private func warning(_ line: String) throws -> SettingsWarning? {
        try NodeSettings.parse("dataDir=/d\n" + line + "\nclientPort=2181", file: "zoo.cfg").warnings.first
    }

    @Test(arguments: [
        ("tickTme=1", "tickTime"), ("clientport=2181", "clientPort"), ("dataLogdir=/x", "dataLogDir"),
        ("4lw.command.whitelist=*", "4lw.commands.whitelist"), ("maxClientCnxn=1", "maxClientCnxns"),
        ("zookeeper.globalOutstandinglimit=1", "globalOutstandingLimit"),
        ("requestThrottleLimit=1", "request_throttle_max_requests"),
    ])
    func `suggests the key that was meant`(line: String, key: String) throws {
        #expect(try warning(line)?.kind == .unknownKey(suggestion: key))
    }

    @Test func `names line and key of what nobody knows`() throws {
        let warning = try warning("quux=1")
        #expect(warning?.kind == .unknownKey(suggestion: nil))
        #expect(warning?.description == "zoo.cfg:2: quux is not a known key and is ignored")
    }

    @Test func `says why a key of Apache has nothing to do here`() throws {
        let warning = try warning("preAllocSize=65536")
        #expect(warning?.kind == .noEffect)
        #expect(warning?.text == "has no effect: the log and its files are kept by SQLite")
    }

    @Test func `says what is not there yet`() throws {
        let warning = try warning("kerberos.removeHostFromPrincipal=true")
        #expect(warning?.text == "has no effect: Kerberos is not in this version yet")
    }

    @Test(arguments: ["audit.enable=false", "ssl.crl=FALSE", "forceSync=yes", "throttled_op_wait_time=0"])
    func `is not given for what is so anyway`(line: String) throws {
        #expect(try warning(line) == nil)
    }

    @Test(arguments: [
        "authProvider.1=org.apache.zookeeper.server.auth.DigestAuthenticationProvider",
        "authProvider.ip=org.apache.zookeeper.server.auth.IPAuthenticationProvider",
        "authProvider.x509=org.apache.zookeeper.server.auth.X509AuthenticationProvider",
        "datadir.autocreate=false", "db.autocreate=false",
    ])
    func `is not given for what is obeyed`(line: String) throws {
        #expect(try warning(line) == nil)
    }

    @Test(arguments: ["commitLogCount=700", "oraclePath=/o", "observerMasterPort=2191", "tcpKeepAlive=true"])
    func `does not deny that servers replicate`(line: String) throws {
        let text = try #require(try warning(line)?.text)
        #expect(text.hasPrefix("has no effect: "))
        #expect(!text.contains("replication"))
    }

    @Test func `is given when a safeguard is to be switched off`() throws {
        #expect(
            try warning("forceSync=no")?.text == "has no effect: every acknowledged write is synced to disk")
    }

    @Test func `asks about a relative path, unless it is plainly meant`() throws {
        #expect(try warning("dataLogDir=logs")?.kind == .advice)
        #expect(try warning("dataLogDir=./logs") == nil)
    }

    @Test func `points at a four-letter word that does not exist`() throws {
        let text = try warning("4lw.commands.whitelist=ruok, statt, *")?.text
        #expect(text == "allows statt, which is no four-letter word; did you mean stat?")
    }

    @Test(arguments: ["leaderServes=no", "syncEnabled=false", "connectToLearnerMasterLimit=5"])
    func `is given for what no server of this kind can be told`(line: String) throws {
        #expect(try warning(line)?.kind == .noEffect)
    }

    @Test func `is not given for keys that are only read in an ensemble`() throws {
        #expect(try warning("initLimit=10\nsyncLimit=5\nleaderServes=yes\npeerType=participant") == nil)
    }
}
