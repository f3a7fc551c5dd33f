import ArgumentParser
import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary
import Znodes

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "The transactions of a node's log.",
        subcommands: [LogList.self, LogShow.self, LogStat.self, LogVerify.self])
}

/// Options that choose rows of a log.
struct FilterOptions: ParsableArguments {
    @Option(help: "From this zxid or time on.")
    var from: Moment?

    @Option(help: "Up to this zxid or time, which is included.")
    var to: Moment?

    @Option(help: "What touches this znode or one below it.")
    var path: PathArgument?

    @Option(help: "What this session did.")
    var session: SessionArgument?

    @Option(
        help: """
            Operations, with commas between: create (of any kind), delete, setData, setACL, multi, \
            createSession, closeSession, error and so on. Those within a multi count.
            """)
    var type: String?

    @Option(
        help: "What the client numbered so, or, below 0, its server in a session that was taken up again.")
    var cxid: Int32?

    func validate() throws { _ = try filter }

    var filter: EntryFilter {
        get throws {
            var filter = EntryFilter()
            filter.from = from
            filter.to = to
            filter.path = path?.path
            filter.session = session?.session
            filter.cxid = cxid
            for name in type?.split(separator: ",") ?? [] {
                let types = OperationName.types(String(name))
                guard !types.isEmpty else {
                    let known = OperationName.known.map { OperationName.text($0) }.joined(separator: ", ")
                    throw ValidationError("--type \(name): no such operation; known are \(known)")
                }
                filter.types += types
            }
            return filter
        }
    }
}

struct LogList: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Transactions, a line each, multis unfolded.",
        discussion: """
            Damaged rows are marked where they are; they do not end the list.

              aviary-admin log list data --from '2026-11-26 11:30' --path /services
              aviary-admin log list data --session 0x1000a2b0001 --type create,delete --limit 20
            """)

    @OptionGroup var folder: FolderArgument
    @OptionGroup var filter: FilterOptions

    @Option(help: "How data is shown: text, hex or length.")
    var data = DataText.text

    @Option(help: "At most so many transactions.")
    var limit: Int?

    @OptionGroup var output: OutputOptions

    var printsAsItReads: Bool { true }

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        let text = EntryText(data: data)
        var count = 0
        try node.entries(matching: try filter.filter, progress: progress) { entry in
            if let limit, count >= limit { return false }
            if out.isJSON {
                out.record(entry.json(data))
            } else {
                if count == 0 { out.text(EntryText.heading) }
                out.text(text.lines(entry))
            }
            if let fault = entry.fault, fault != .unanchored { out.foundBad() }
            count += 1
            return true
        }
        if count == 0, !out.isJSON { out.line("no such transaction") }
        try node.requireUnchanged()
    }
}

struct LogShow: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One transaction, with everything it says.",
        discussion: """
              aviary-admin log show data 0x1000000ab
              aviary-admin log show data 1:171 --data hex
            """)

    @OptionGroup var folder: FolderArgument

    @Argument(help: ArgumentHelp("Zxids, in any form.", valueName: "zxid"))
    var zxids: [ZxidArgument]

    @Option(help: "How data is shown: text, hex or length.")
    var data = DataText.text

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !zxids.isEmpty else { throw ValidationError("name a zxid, such as 0x1000000ab or 1:171") }
    }

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        for (index, zxid) in zxids.map(\.zxid).enumerated() {
            guard let entry = try node.entry(at: zxid) else {
                let place = try ZxidPlace(of: zxid, in: node)
                throw InspectionError(.usage, "\(zxid) is not in the log of \(node.path): \(place.text)")
            }
            if out.isJSON {
                out.record(entry.json(data))
            } else {
                if index > 0 { out.line() }
                out.text(LogShow.text(entry, data))
            }
            if let fault = entry.fault, fault != .unanchored { out.foundBad() }
        }
    }

    private static func text(_ entry: LogEntry, _ data: DataText) -> String {
        let row = entry.row
        var sheet = FactSheet()
        sheet.add(
            "zxid",
            "\(entry.zxid)  (epoch \(entry.zxid.epoch.rawValue), counter \(entry.zxid.counter), "
                + "decimal \(entry.zxid.rawValue))")
        sheet.add("time", TimeText.iso(row.timeMs))
        sheet.add("session", "\(row.session)")
        sheet.add("cxid", "\(row.cxid)")
        sheet.add("operation", "\(OperationName.text(row.type)) (\(row.type))")
        sheet.add("path", row.path.map { "\($0)" } ?? "none")
        if let transaction = entry.transaction {
            for step in transaction.steps {
                sheet.add(step.name, EntryText(data: data).text(step))
                if let content = step.data { sheet.add("  data", data.describe(content, isWhole: true)) }
                if case .create(let creation) = step {
                    sheet.add("  acl", creation.acl.text)
                    sheet.add("  parent", "\(creation.parentCversion.counted("child", "children")) ever")
                }
            }
            sheet.add(
                "digest", transaction.digest.map { "\($0)  (of the tree after it)" } ?? "its leader gave none"
            )
        }
        sheet.add("body", entry.bodyBytes.bytesText)
        sheet.add("checksum", HexText.word(entry.checksum))
        sheet.add("sound", entry.verdict)
        return sheet.text
    }
}

extension LogEntry {
    fileprivate var verdict: String {
        if let fault, fault != .unanchored { return "no: \(fault.text(at: zxid))" }
        if let undecodable { return "no: its body is no transaction (\(undecodable))" }
        if let contradiction { return "no: \(contradiction)" }
        return "yes: it follows the row before it"
    }
}

struct LogVerify: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks rows, chain, epochs and acknowledged mark of a log; replays nothing.",
        discussion: """
            `aviary-admin verify` checks the snapshots and the trees too.

              aviary-admin log verify data
            """)

    @OptionGroup var folder: FolderArgument
    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        try VerificationText(node: node, scope: .log).answer(to: out, progress: progress)
    }
}
