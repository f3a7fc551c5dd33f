import Console
import Settings
import Testing
import Vocabulary

/// Expected texts were printed by Java 17.
@Suite struct `A number in an answer` {
    private func srvr(_ summary: Summary) -> Substring {
        var report = NodeReport(state: .standalone)
        report.latency = summary
        let text = String(
            decoding: FourLetterWord.srvr.answer(from: report, settings: .standalone()), as: UTF8.self)
        return text.split(separator: "\n")[1].split(separator: "/")[3]
    }

    @Test(arguments: [
        (1, 32, "0.0313"), (1, 20_000, "1.0E-4"), (3, 20_000, "1.0E-4"), (2, 3, "0.6667"), (1, 3, "0.3333"),
        (0, 5, "0.0"), (237, 219, "1.0822"), (7, 8, "0.875"), (1, 6, "0.1667"), (99_999, 100_000, "1.0"),
        (5, 100_000, "1.0E-4"), (4, 100_000, "0.0"), (123_456_789, 7, "1.76366841429E7"),
        (10_000_001, 1, "1.0000001E7"), (1, 16, "0.0625"), (3, 32, "0.0938"), (12_345, 100_000, "0.1235"),
        (9_999_999, 1, "9999999.0"), (1, 1000, "0.001"), (9, 10_000, "9.0E-4"), (0, 0, "0.0"),
        (898_269_253_721, 6, "1.497115422868333E11"),
    ])
    func `is an average to four decimals in Java's text`(sum: Int64, count: Int64, text: String) {
        #expect(srvr(Summary(count: count, sum: sum, min: 0, max: 0)) == text)
    }

    @Test(arguments: [
        (0, "Thu Jan 01 00:00:00 UTC 1970"), (1_795_520_512_000, "Tue Nov 24 11:41:52 UTC 2026"),
        (951_782_400_000, "Tue Feb 29 00:00:00 UTC 2000"), (951_868_799_999, "Tue Feb 29 23:59:59 UTC 2000"),
        (1_709_164_800_000, "Thu Feb 29 00:00:00 UTC 2024"),
        (4_102_444_799_000, "Thu Dec 31 23:59:59 UTC 2099"),
        (-1, "Wed Dec 31 23:59:59 UTC 1969"), (-86_400_000, "Wed Dec 31 00:00:00 UTC 1969"),
        (1_234_567_890_123, "Fri Feb 13 23:31:30 UTC 2009"),
        (253_402_300_799_000, "Fri Dec 31 23:59:59 UTC 9999"),
        (68_256_000_000, "Wed Mar 01 00:00:00 UTC 1972"),
    ])
    func `is a moment in Java's text`(wallMs: Int64, text: String) {
        var connection = ConnectionReport(address: "::", port: 1)
        connection.expiresMs = wallMs
        var report = NodeReport(state: .standalone)
        report.connections = [connection]
        let bytes = FourLetterWord.dump.answer(from: report, settings: .standalone())
        #expect(String(decoding: bytes, as: UTF8.self).contains("\n1 expire at \(text):\n"))
    }

    @Test func `of a summary follows what is added, and starts anew`() {
        var summary = Summary()
        for value: Int64 in [5, 1, 9] { summary.add(value) }
        #expect(summary == Summary(count: 3, sum: 15, min: 1, max: 9))
        summary.reset()
        #expect(summary == Summary())
    }
}
