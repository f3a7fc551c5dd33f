import Testing

@testable import Settings

/// Variants of security 4.1, each tried with Java.
@Suite struct `A JAAS file` {
    private func options(_ text: String) throws -> [String: String] {
        let file = try JAASFile(Array("Server { some.Class required \(text) };".utf8))
        return try #require(file.sections["Server"]?.first).options
    }

    @Test func `has sections of modules with options`() throws {
        let text = """
            // logins
            Server {
                org.apache.zookeeper.server.auth.DigestLoginModule REQUIRED
                user_bob="bob's secret" /* two
                lines */ "user_eve@EXAMPLE.COM"=x;
                other.Module optional;
            };
            "Client" { };
            """
        let file = try JAASFile(Array(text.utf8))
        #expect(file.sections["Server"]?.map(\.name).last == "other.Module")
        let options = ["user_bob": "bob's secret", "user_eve@EXAMPLE.COM": "x"]
        #expect(file.sections["Server"]?.first?.options == options)
        #expect(file.sections["Client"] == [])
    }

    @Test(arguments: [
        (#"user_a="a\tb\"c\\d\101\q";"#, "a\tb\"c\\dAq"), (#"user_a="\4012";"#, " 12"),
        (#"user_a=a-b.c*$_1;"#, "a-b.c*$_1"),
        ("user_a=a/b;\n;", "a"), (#"user_a="${/}x";"#, "/x"), (#"user_a="a$b";"#, "a$b"), ("user_a=é;", "é"),
        (#"user_a="1" user_a="2";"#, "2"), ("user_a=a//b\n;", "a"),
    ])
    func `has values as Java reads them`(text: String, value: String) throws {
        #expect(try options(text) == ["user_a": value])
    }

    @Test(arguments: [
        "user_a=1abc;", "user_a='x';", "user_a=\"x\ny\";", "user_a=x", "user_a;", "user_a=;",
        "user_a=\"${home}\";",
        "user_a=a#b;", "=x;", "user_a=-x;", "user_a=\"x",
    ])
    func `is refused where Java refuses it`(text: String) {
        #expect(throws: JAASFile.Fault.self) { try options(text) }
    }

    @Test(arguments: [
        "Server { };\nServer { };", "Server { c required; }", "Server c required; };", "Server { c maybe; };",
        "{ };",
        "Server { c required; ", "Server",
    ])
    func `is refused as a whole`(text: String) {
        #expect(throws: JAASFile.Fault.self) { try JAASFile(Array(text.utf8)) }
    }

    @Test func `is refused with the line that lacks something, and no value`() throws {
        let text = "Server {\n  c required\n  user_a=\"secret\"\n};\n"
        let fault = #expect(throws: JAASFile.Fault.self) { try JAASFile(Array(text.utf8)) }
        #expect(fault == JAASFile.Fault(line: 3, problem: "lacks an option, or ; behind the last one"))
    }
}

@Suite struct `Logins by SASL` {
    private func parse(
        _ lines: String, jaas: String = "Server { c required user_bob=b user_super=s; };"
    ) throws -> (settings: NodeSettings, warnings: [SettingsWarning]) {
        try NodeSettings.parse("dataDir=/d\nclientPort=2181\n" + lines, file: "zoo.cfg") { path in
            path == "/jaas" ? .bytes(Array(jaas.utf8)) : .missing
        }
    }

    private let named = "java.security.auth.login.config=/jaas\n"

    @Test(arguments: ["/jaas", "=/jaas", "file:/jaas", "file:///jaas"])
    func `come from the file that is named as Java takes it`(path: String) throws {
        let parsed = try parse("java.security.auth.login.config=\(path)")
        #expect(parsed.settings.access.sasl?.passwords.keys.sorted() == ["bob", "super"])
        #expect(parsed.warnings == [])
    }

    @Test func `may have the super user's password beside them`() throws {
        let sasl = try parse(
            named + "SASLAuthenticationProvider.superPassword=t\nsuperUser=bob\nsuperUser.2=eve")
        #expect(sasl.settings.access.sasl?.passwords["super"] == Secret("t"))
        #expect(sasl.settings.access.superUsers == ["bob", "eve"])
    }

    @Test func `are none where the section is for others`() throws {
        let parsed = try parse(named + "sasl.serverconfig=Other")
        #expect(parsed.settings.access.sasl == nil)
        #expect(parsed.warnings.map(\.key) == ["java.security.auth.login.config"])
    }

    @Test func `stop the start where they cannot be had`() {
        #expect(throws: SettingsError.self) { try parse("java.security.auth.login.config=/none") }
        #expect(throws: SettingsError.self) { try parse(named, jaas: "Server {") }
        let kerberos = "Server { com.sun.security.auth.module.Krb5LoginModule required; };"
        let error = #expect(throws: SettingsError.self) { try parse(named, jaas: kerberos) }
        #expect(error?.code == .notYet)
    }

    @Test func `may be required only where there are some`() throws {
        #expect(
            try parse(named + "sessionRequireClientSASLAuth=true").settings.access.requiredSchemes == ["sasl"]
        )
        let error = #expect(throws: SettingsError.self) { try parse("sessionRequireClientSASLAuth=true") }
        #expect(error?.code == .conflicting && error?.entry == "sessionRequireClientSASLAuth=true")
    }
}
