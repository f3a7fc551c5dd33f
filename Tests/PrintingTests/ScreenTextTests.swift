import Printing
import Testing

@Suite struct `Text of strangers` {
    @Test(arguments: [
        "", "/app/config-0000000001", "/a b\\c~", "/Ü/ñ/日本/🦜/e\u{301}", "\u{a0}",
    ])
    func `stays as it is where it is ordinary`(text: String) {
        #expect(ScreenText.safe(text) == text)
        #expect(Array(ScreenText.safe(Array(text.utf8)).utf8) == Array(text.utf8))
    }

    @Test(arguments: [
        ("a\nb\r\t", "a\\nb\\r\\t"), ("\u{0}\u{7}\u{1b}[31m\u{7f}", "\\u{0}\\u{7}\\u{1b}[31m\\u{7f}"),
        ("\u{80}\u{85}\u{9b}m", "\\u{80}\\u{85}\\u{9b}m"), ("\u{202e}gpj.exe", "\\u{202e}gpj.exe"),
        ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
        ("a\u{200b}\u{200d}\u{feff}b", "a\\u{200b}\\u{200d}\\u{feff}b"),
        ("\u{61c}\u{200e}\u{200f}\u{2066}\u{2069}", "\\u{61c}\\u{200e}\\u{200f}\\u{2066}\\u{2069}"),
        ("\u{ad}\u{fe0f}\u{e0041}\u{3164}", "\\u{ad}\\u{fe0f}\\u{e0041}\\u{3164}"),
    ])
    func `shows what a screen would hide or obey`(text: String, shown: String) {
        #expect(ScreenText.safe(text) == shown)
        #expect(ScreenText.safe(shown) == shown, "once is enough")
    }

    @Test func `shows bytes that are no text`() {
        #expect(ScreenText.safe([0x61, 0xff, 0x62]) == "a\\xffb")
        #expect(ScreenText.safe([0xc3]) == "\\xc3")
        #expect(ScreenText.safe([0xed, 0xa0, 0x80, 0x2f]) == "\\xed\\xa0\\x80/")
        #expect(ScreenText.safe([0xe2, 0x80, 0xae]) == "\\u{202e}")
    }

    @Test func `of all bytes leaves nothing that is not seen`() {
        var all: [UInt8] = []
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max { all += [first, second, 0x2e] }
        }
        let shown = ScreenText.safe(all)
        #expect(shown.unicodeScalars.allSatisfy { ScreenText.isSafe($0) })
    }

    @Test func `keeps its lines where there are several`() {
        #expect(ScreenText.safeLines("a\u{1b}\nb\n") == "a\\u{1b}\nb\n")
    }

    @Test func `in tables and sheets is one line`() {
        var table = TextTable("name", "size>")
        table.add("a\nb\u{202e}", "1")
        #expect(table.text == "name          size\na\\nb\\u{202e}     1\n")
        var sheet = FactSheet()
        sheet.add("path", "/\u{1b}\n")
        #expect(sheet.text == "path  /\\u{1b}\\n\n")
    }

    @Test func `in JSON is the same text for programs`() {
        #expect(
            "\(JSONValue.text("\u{202e}\u{e0041}\u{9b}\n\u{1b}"))" == #""\u202e\udb40\udc41\u009b\n\u001b""#)
    }
}
