import Testing
import Vocabulary

@testable import Inspection

@Suite struct `A zxid as text` {
    @Test(arguments: [
        "0x1000000ab", "0X1000000AB", "4294967467", "1000000ab", "1000000AB", "log.1000000ab",
        "snapshot.1000000ab", "snapshot.1000000ab.snappy", "snapshot-00000001000000ab.db",
        "data/version-2/log.1000000ab", "1:171", "1,171", "(1, 171)", "0x1:0xab", " 0x1000000ab ",
    ])
    func `is understood in every form that ZooKeeper prints`(text: String) throws {
        #expect(try #require(ZxidText(text)).zxid == Zxid(rawValue: 0x1_0000_00ab))
    }

    @Test func `in digits alone is decimal, and says what it would be as hex`() throws {
        let read = try #require(ZxidText("100000003"))
        #expect(read.zxid == Zxid(rawValue: 100_000_003))
        #expect(read.asHex == Zxid(rawValue: 0x1_0000_0003))
        #expect(try #require(ZxidText("7")).asHex == nil)
        #expect(try #require(ZxidText("0x7")).asHex == nil)
        #expect(try #require(ZxidText("log.100000003")).zxid == Zxid(rawValue: 0x1_0000_0003))
        #expect(try #require(ZxidText("0xffffffffffffffff")).zxid == Zxid(rawValue: -1))
    }

    @Test(arguments: [
        "", "x", "0x", "1:", ":1", "1:2:3", "1:4294967296", "log.", "log.db", "0x11111111111111111", "12z",
        "+5", "1 2",
    ])
    func `is refused when it is none`(text: String) {
        #expect(ZxidText(text) == nil)
    }
}

@Suite struct `A time as text` {
    @Test func `comes back as it was`() {
        for milliseconds: Int64 in [
            0, -1, 1_795_694_400_123, 951_782_400_000, 4_107_542_399_999, -62_135_596_800_000,
        ] {
            #expect(TimeText.milliseconds(TimeText.iso(milliseconds)) == milliseconds)
        }
        #expect(TimeText.iso(1_795_694_400_123) == "2026-11-26T12:00:00.123Z")
        #expect(TimeText.iso(951_782_400_000) == "2000-02-29T00:00:00.000Z")
    }

    @Test(arguments: [
        "2026-11-26T12:00:00Z", "2026-11-26 12:00", "2026-11-26T12:00:00.000", "2026-11-26T14:00:00+02:00",
        "2026-11-26T07:30:00-04:30",
    ])
    func `may leave out what is zero, and name its zone`(text: String) {
        #expect(TimeText.milliseconds(text) == 1_795_694_400_000)
    }

    @Test(arguments: [
        "2026-13-01", "2026-02-30", "2026-11-26T25:00", "2026-11-26T12", "12:00", "2026-11-26x",
    ])
    func `is refused when it is none`(text: String) {
        #expect(TimeText.milliseconds(text) == nil)
    }

    @Test func `and a zxid are told apart`() {
        #expect(Moment("2026-11-26") == .time(1_795_651_200_000))
        #expect(Moment("1:26") == .zxid(Zxid(epoch: Epoch(rawValue: 1), counter: 26)))
        #expect(Moment("yesterday") == nil)
    }
}

@Suite struct `Data as text` {
    @Test func `is text where it is text, and hex where it is not`() {
        #expect(DataText.text.describe(nil) == "null")
        #expect(DataText.text.describe([]) == "\"\"")
        #expect(DataText.text.describe(Array("a\n\"ü".utf8)) == "\"a\\n\\\"ü\"")
        #expect(DataText.text.describe([0, 255]) == "0x00ff")
        #expect(DataText.hex.describe([10, 27]) == "0a1b")
        #expect(DataText.length.describe([10, 27]) == "2 B")
    }

    @Test func `is cut when it is long, never within a character`() {
        let long = Array(String(repeating: "ü", count: 40).utf8.dropFirst())
        #expect(DataText.text.describe(Array("x".utf8) + long.dropFirst()).hasSuffix("ü\"… (79 B)"))
        #expect(DataText.text.describe(Array("x".utf8) + long.dropFirst(), isWhole: true).hasSuffix("ü\""))
    }
}
