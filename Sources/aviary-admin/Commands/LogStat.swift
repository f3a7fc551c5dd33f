import ArgumentParser
import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary

struct LogStat: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "stat",
        abstract: "Who wrote what, where and when: top paths and sessions, a plot, churn of ephemerals.",
        discussion: """
              aviary-admin log stat data
              aviary-admin log stat data --from '2026-11-26 11:30' --path /locks --top 20
            """)

    @OptionGroup var folder: FolderArgument
    @OptionGroup var filter: FilterOptions

    @Option(help: "How many of each list.")
    var top = 10

    @Option(help: "Into how many columns the plot cuts the time.")
    var columns = 60

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard top > 0, (1...400).contains(columns) else {
            throw ValidationError("--top is 1 or more, and --columns 1 to 400")
        }
    }

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        let statistics = try LogStatistics.read(
            of: node, matching: try filter.filter, buckets: columns, top: top, progress: progress)
        if out.isJSON { out.record(statistics.json) } else { out.text(statistics.text) }
        try node.requireUnchanged()
    }
}

extension LogStatistics {
    var text: String {
        guard let first, let last else { return "no such transaction\n" }
        var sheet = FactSheet()
        sheet.add("transactions", "\(transactions.grouped), \(refused.grouped) of them refused")
        sheet.add("from", "\(first.zxid)  \(TimeText.iso(first.timeMs))")
        sheet.add("to", "\(last.zxid)  \(TimeText.iso(last.timeMs))")
        sheet.add("bodies", bytes.bytesText)
        sheet.add(
            "ephemerals",
            "\(churn.created.grouped) created, \(churn.deletedByHand.grouped) deleted, "
                + "\(churn.deletedWithSession.grouped) gone with their sessions"
                + (churn.medianLifetimeMs.map { "; half lived at most \(TimeText.duration($0))" } ?? ""))
        sheet.add(
            "sessions", "\(churn.sessionsOpened.grouped) opened, \(churn.sessionsEnded.grouped) ended")
        var text = sheet.text + "\ntransactions over time, \(TimeText.duration(bucketMs)) a column\n"
        text += BarPlot.text(overTime)
        text += "\(TimeText.iso(from)) to \(TimeText.iso(to))\n"
        text += list("\noperations", operations) { OperationName.text($0) }
        text += list("\npaths", paths) { "\($0)" }
        text += list("\nparents of those", parents) { "\($0)" }
        text += list("\nsessions", sessions) { "\($0)" }
        return text
    }

    private func list<Key>(_ title: String, _ shares: [Share<Key>], _ name: (Key) -> String) -> String {
        var table = TextTable(title, "transactions>", "share", "bodies>")
        for share in shares {
            table.add(
                name(share.key), share.count.grouped,
                BarPlot.bar(share.count, of: transactions, width: 20), share.bytes.bytesText)
        }
        return table.isEmpty ? "" : table.text
    }

    var json: JSONValue {
        func list<Key>(_ shares: [Share<Key>], _ key: String, _ name: (Key) -> String) -> JSONValue {
            .array(
                shares.map {
                    .object([
                        (key, .text(name($0.key))), ("transactions", .whole($0.count)),
                        ("bodyBytes", .whole($0.bytes)),
                    ])
                })
        }
        return .object([
            ("transactions", .whole(transactions)), ("refused", .whole(refused)),
            ("bodyBytes", .whole(bytes)),
            ("firstZxid", .optional(first.map { "\($0.zxid)" })),
            ("firstTime", .optional(first.map { TimeText.iso($0.timeMs) })),
            ("lastZxid", .optional(last.map { "\($0.zxid)" })),
            ("lastTime", .optional(last.map { TimeText.iso($0.timeMs) })),
            ("operations", list(operations, "type") { OperationName.text($0) }),
            ("paths", list(paths, "path") { "\($0)" }), ("parents", list(parents, "path") { "\($0)" }),
            ("sessions", list(sessions, "session") { "\($0)" }),
            (
                "ephemerals",
                .object([
                    ("created", .whole(churn.created)), ("deleted", .whole(churn.deletedByHand)),
                    ("deletedWithSession", .whole(churn.deletedWithSession)),
                    ("medianLifetimeMs", .optional(churn.medianLifetimeMs)),
                    ("sessionsOpened", .whole(churn.sessionsOpened)),
                    ("sessionsEnded", .whole(churn.sessionsEnded)),
                ])
            ), ("bucketMs", .whole(bucketMs)), ("overTime", .array(overTime.map { .whole($0) })),
        ])
    }
}
