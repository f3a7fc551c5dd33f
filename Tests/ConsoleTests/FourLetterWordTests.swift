import Console
import Settings
import Testing
import Vocabulary

@Suite struct `A four-letter word` {
    private func answer(_ word: FourLetterWord, _ report: NodeReport = Recorded.report) -> String {
        String(decoding: word.answer(from: report, settings: Recorded.settings), as: UTF8.self)
    }

    @Test(arguments: [
        (FourLetterWord.cons, Recorded.cons), (.stat, Recorded.stat), (.srvr, Recorded.srvr),
        (.conf, Recorded.conf), (.dump, Recorded.dump), (.wchc, Recorded.wchc), (.wchp, Recorded.wchp),
        (.wchs, "2 connections watching 3 paths\nTotal watches:4\n"), (.hash, "80: 15254851761\n"),
        (.dirs, "datadir_size: 66030\nlogdir_size: 66030\n"), (.ruok, "imok"), (.isro, "rw"), (.gtmk, "306"),
        (.crst, "Connection stats reset.\n"), (.srst, "Server stats reset.\n"),
    ])
    func `answers byte for byte as Apache does`(word: FourLetterWord, recorded: String) {
        #expect(answer(word) == recorded)
    }

    @Test(arguments: [
        (FourLetterWord.wchc, "\n"), (.wchp, "\n"),
        (.wchs, "0 connections watching 0 paths\nTotal watches:0\n"),
        (.hash, ""), (.cons, "\n"),
        (
            .dump,
            "SessionTracker dump:\nSession Sets (0)/(0):\nephemeral nodes dump:\n"
                + "Sessions with Ephemerals (0):\nConnections dump:\nConnections Sets (0)/(0):\n"
        ),
    ])
    func `answers for an empty server`(word: FourLetterWord, recorded: String) {
        #expect(answer(word, NodeReport(state: .standalone)) == recorded)
    }

    /// Names that end lines, move the cursor, turn the writing or are not seen.
    static let evil: [ZnodePath] = [
        "/a\nb", "/\u{1b}[2J", "/\u{202e}x", "/\u{2028}\u{2029}", "/a\u{200b}b", "/\u{9b}31m", "/\r\t\u{7}",
    ]

    @Test(arguments: FourLetterWord.allCases)
    func `leaves screens alone, whatever clients call things`(word: FourLetterWord) {
        var report = Recorded.report
        let watcher = Recorded.first
        let broken = ZnodePath([0x2f, 0xff, 0xc3, 0x0a] as [UInt8])
        let paths = Self.evil + [broken]
        report.watches = paths.map { WatchReport(path: $0, sessions: [watcher]) }
        report.ephemerals = [EphemeralsReport(session: watcher, paths: paths)]
        report.connections.append(ConnectionReport(address: "1\u{1b}[2J\n", port: 1))
        report.environment = [("user.name", "a\u{202e}\nb")]
        var ordinary = report
        ordinary.watches = paths.indices.map { WatchReport(path: ZnodePath("/\($0)"), sessions: [watcher]) }
        ordinary.ephemerals = [
            EphemeralsReport(session: watcher, paths: paths.indices.map { ZnodePath("/\($0)") })
        ]
        let text = answer(word, report)
        let isSafe = text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n" || scalar == "\t" || !["Cc", "Cf", "Zl", "Zp"].contains(Self.category(scalar))
        }
        #expect(isSafe, "\(text.debugDescription)")
        #expect(text.split(separator: "\n").count == answer(word, ordinary).split(separator: "\n").count)
    }

    private static func category(_ scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .control: "Cc"
        case .format: "Cf"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        default: ""
        }
    }

    @Test func `prints a connection after crst as one that never asked`() {
        var connection = ConnectionReport(address: "127.0.0.1", port: 52_174)
        connection.session = SessionID(rawValue: 0x1_0000_2971_750_000)
        connection.timeoutMs = 10_000
        connection.establishedMs = 1_795_520_499_006
        var report = NodeReport(state: .standalone)
        report.connections = [connection]
        let line =
            " /127.0.0.1:52174[1](queued=0,recved=0,sent=0,sid=0x100002971750000,lop=NA,est=1795520499006,"
            + "to=10000,lzxid=0xffffffffffffffff,lresp=0,llat=0,minlat=0,avglat=0,maxlat=0)\n\n"
        #expect(answer(.cons, report) == line)
    }

    @Test func `prints IPv6 in brackets and what a connection waits for`() {
        var connection = ConnectionReport(address: "0:0:0:0:0:0:0:1", port: 1)
        connection.isWriting = true
        var report = NodeReport(state: .standalone)
        report.connections = [connection]
        #expect(answer(.cons, report) == " /[0:0:0:0:0:0:0:1]:1[5](queued=0,recved=0,sent=0)\n\n")
    }

    @Test func `is recognized by its first four bytes`() {
        #expect(FourLetterWord(code: 0x7275_6f6b) == .ruok)
        #expect(FourLetterWord(code: 0x6e6f_7065) == nil)
        #expect(FourLetterWord(code: FourLetterWord.telnetInterrupt) == nil)
        #expect(FourLetterWord.allCases.allSatisfy { FourLetterWord(code: $0.code) == $0 })
        #expect(FourLetterWord.allCases.allSatisfy { $0.code > 1_600_000_000 })
    }

    @Test func `outside the whitelist is refused`() {
        let bytes = FourLetterWord.ruok.answer(from: Recorded.report, settings: NodeSettings(dataDir: "/d"))
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "ruok is not executed because it is not in the whitelist.\n")
        #expect(FourLetterWord.srvr.isAllowed(by: NodeSettings(dataDir: "/d").words))
    }

    @Test func `carries a mask when it sets one`() {
        #expect(FourLetterWord.stmk.argumentBytes == 8)
        #expect(FourLetterWord.traceMask(in: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]) == -2)
        var report = Recorded.report
        report.traceMask = -2
        #expect(answer(.stmk, report) == "-2")
        #expect(answer(.gtmk, report) == "-2")
    }

    @Test func `says so when the node serves nobody`() {
        let node = NodeReport(state: nil)
        let refusal = "This ZooKeeper instance is not currently serving requests"
        #expect(answer(.stat, node) == refusal + "\n")
        #expect(answer(.mntr, node) == refusal + "\n")
        #expect(answer(.hash, node) == refusal)
        #expect(answer(.isro, node) == "null")
        #expect(answer(.ruok, node) == "imok")
        #expect(answer(.gtmk, node) == "306")
        #expect(answer(.envi, node).hasPrefix("Environment:\nzookeeper.version=3.9.5-"))
    }

    @Test func `tells a read-only node apart`() {
        let report = NodeReport(state: .readOnly)
        #expect(answer(.isro, report) == "ro")
        #expect(
            answer(.srvr, report).split(separator: "\n")[1]
                == "READ-ONLY mode; serving only read-only clients")
        #expect(answer(.srvr, report).contains("\nMode: read-only\n"))
        #expect(answer(.mntr, report).contains("\nzk_server_state\tread-only\n"))
        #expect(!answer(.mntr, report).contains("peer_state"))
    }

    @Test func `lists a read-only node's own sessions before those of its ensemble`() {
        var report = NodeReport(state: .readOnly)
        report.localSessions = [
            SessionReport(id: Recorded.first, timeoutMs: 10_000, expiresMs: 1_795_520_512_000)
        ]
        report.sessions = [
            SessionReport(id: Recorded.second, timeoutMs: 20_000, expiresMs: 1_795_520_512_000)
        ]
        let text = """
            SessionTracker dump:
            Local Session Sets (1)/(1):
            1 expire at Tue Nov 24 11:41:52 UTC 2026:
            \t0x10000297d2b0000
            Global Sessions(1):
            0x10000297d2b0001\t20000ms
            ephemeral nodes dump:

            """
        #expect(answer(.dump, report).hasPrefix(text))
    }

    @Test func `lists a million watches in one array`() {
        var report = NodeReport(state: .standalone)
        let sessions = (0..<10).map { SessionID(rawValue: $0 + 1) }
        report.watches = (0..<2000).map {
            WatchReport(path: ZnodePath("/watched/node-\($0)"), sessions: sessions)
        }
        let lines = answer(.wchc, report).split(separator: "\n")
        #expect(lines.count == 10 * 2001)
    }
}
