import Settings
import Testing

/// Expected values come from `java.util.Properties.load` on the same text.
@Suite struct `A properties file` {
    private func dataDir(of text: String) throws -> String {
        try NodeSettings.parse("clientPort=2181\n" + text, file: "zoo.cfg").settings.dataDir
    }

    @Test(arguments: [
        ("dataDir=/a", "/a"), ("dataDir:/a", "/a"), ("dataDir /a", "/a"), ("dataDir\t=  /a", "/a"),
        ("  dataDir = /a  ", "/a"), ("dataDir==a", "=a"), ("dataDir= :a", ":a"), ("dataDir=/a b", "/a b"),
        ("dataDir=/a#b", "/a#b"), ("data\\Dir=/a", "/a"), ("dataDir=/a\\tb", "/a\tb"),
        ("dataDir=/\\u00e9\\uD83D\\ude00", "/é😀"), ("dataDir=C:\\\\zk", "C:\\zk"),
        ("dataDir=/caf\u{e9}", "/café"),
        ("dataDir=/a,\\\n    b", "/a,b"), ("dataDir=/a\\\\\nx=1", "/a\\"), ("dataDir\\\n=/a", "/a"),
        ("dataDir=/a\\\r\n  b\r\nx=1", "/ab"), ("dataDir=/a\\\n#b", "/a#b"), ("dataDir=/a\\", "/a"),
        ("# dataDir=/b\n! dataDir=/c\ndataDir=/a", "/a"), ("#x\\\ndataDir=/a", "/a"),
        ("dataDir=/a\ndataDir=/b", "/b"),
        ("\\\n#dataDir=/b\ndataDir=/a", "/a"), ("\\\n\n dataDir=/a", "/a"),
        ("dataDir=/a\r\rzookeeper.dataDir=/b", "/b"),
    ])
    func `is read as Java reads it`(text: String, value: String) throws {
        #expect(try dataDir(of: text) == value)
    }

    @Test func `may be Latin-1 where it is not UTF-8`() throws {
        let bytes = Array("clientPort=2181\ndataDir=/caf".utf8) + [0xe9]
        #expect(try NodeSettings.parse(bytes, file: "zoo.cfg").settings.dataDir == "/café")
    }

    @Test func `with a broken unicode escape is refused by line`() {
        let error = #expect(throws: SettingsError.self) {
            try NodeSettings.parse("\ndataDir=\\u12x", file: "zoo.cfg")
        }
        #expect(error?.code == .malformed)
        #expect(error?.line == 2)
    }

    @Test func `counts lines across continuations`() throws {
        let text = "dataDir=/a\\\n\\\nb\n\nfoo=1\r\nbar\nclientPort=2181"
        let warnings = try NodeSettings.parse(text, file: "zoo.cfg").warnings
        #expect(warnings.map(\.line) == [5, 6])
    }
}
