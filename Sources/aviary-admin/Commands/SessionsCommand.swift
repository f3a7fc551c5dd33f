import ArgumentParser
import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary

struct SessionsCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions",
        abstract: "The sessions that were open at a moment: whose, since when, and what they did.",
        discussion: """
            Counts are of transactions in the log up to that moment: reads leave none.

              aviary-admin sessions data
              aviary-admin sessions data --at '2026-11-26 11:30' --ended
            """)

    @OptionGroup var folder: FolderArgument

    @Option(help: "A zxid or a time; the log's end when left out.")
    var at: Moment?

    @Flag(help: "List those too that had ended before, latest first.")
    var ended = false

    @Flag(help: "List each session's ephemerals.")
    var ephemerals = false

    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        let history = try SessionHistory.read(of: node, at: at, progress: progress)
        let shown = history.open + (ended ? history.ended : [])
        if out.isJSON {
            for session in shown { out.record(session.json) }
            return
        }
        let time = history.timeMs.map { "  \(TimeText.iso($0))" } ?? ""
        out.line("at \(history.zxid)\(time): \(history.open.count.counted("open session"))")
        guard !shown.isEmpty else { return }
        var table = TextTable(
            "session", "server>", "opened", "timeout>", "transactions>", "refused>", "ephemerals>",
            "last transaction", "ended")
        for session in shown {
            table.add(
                "\(session.id)", "\(session.server)",
                session.opened.map { TimeText.iso($0.timeMs) } ?? "before the log begins",
                session.timeoutMs.map { TimeText.duration(Int64($0)) } ?? "?",
                session.transactions.grouped, session.refused.grouped, session.ephemerals.count.grouped,
                session.last.map { TimeText.iso($0.timeMs) } ?? "none",
                session.ended.map { TimeText.iso($0.timeMs) } ?? "")
            for path in ephemerals ? session.ephemerals : [] { table.add("  \(path)") }
        }
        out.text(table.text)
    }
}

extension SessionHistory.Session {
    var json: JSONValue {
        .object([
            ("session", .text("\(id)")), ("server", .whole(server)),
            ("openedZxid", .optional(opened.map { "\($0.zxid)" })),
            ("opened", .optional(opened.map { TimeText.iso($0.timeMs) })),
            ("timeoutMs", .optional(timeoutMs)), ("transactions", .whole(transactions)),
            ("refused", .whole(refused)), ("lastZxid", .optional(last.map { "\($0.zxid)" })),
            ("last", .optional(last.map { TimeText.iso($0.timeMs) })),
            ("endedZxid", .optional(ended.map { "\($0.zxid)" })),
            ("ended", .optional(ended.map { TimeText.iso($0.timeMs) })),
            ("ephemerals", .array(ephemerals.map { .text("\($0)") })),
        ])
    }
}
