import ArgumentParser
import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary
import Znodes

struct WhyCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Every transaction that touched a znode: who did what, and when.",
        discussion: """
            Back to its creation, or as far as the log goes. An ephemeral's session is named with its \
            beginning and its end.

              aviary-admin why data /services/payment/leader
              aviary-admin why data /locks --children
            """)

    @OptionGroup var folder: FolderArgument

    @Argument(help: ArgumentHelp("The znode, whether it is still there or not.", valueName: "path"))
    var path: PathArgument

    @Flag(help: "List the children that came and went as well.")
    var children = false

    @Option(help: "How data is shown: text, hex or length.")
    var data = DataText.text

    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        let history = try ZnodeHistory.read(
            of: path.path, in: node, withChildren: children, progress: progress)
        if out.isJSON {
            for event in history.events { out.record(event.json(data)) }
            out.record(history.conclusion)
        } else {
            out.text(history.text(data))
        }
        if history.damage != nil { out.foundBad() }
        try node.requireUnchanged()
    }
}

extension ZnodeHistory {
    func text(_ data: DataText) -> String {
        var table = TextTable("zxid", "time", "session", "cxid>", "what", "")
        if let creation = creationBeforeLog {
            table.add(
                "\(creation.zxid)", TimeText.iso(creation.timeMs), "?", "?", "created",
                "before what the log holds: its session is not known")
        }
        for event in events {
            table.add(
                "\(event.zxid)", TimeText.iso(event.timeMs), "\(event.session)", "\(event.cxid)", event.verb,
                event.detail(data))
        }
        return (table.isEmpty ? "" : table.text + "\n") + closing
    }

    private var closing: String {
        var lines: [String] = []
        if events.isEmpty && creationBeforeLog == nil {
            lines.append("no transaction from the log's beginning to \(last) touched \(path)")
        }
        switch exists {
        case true?: lines.append("\(path) is there at the log's end, \(last)" + ownerText)
        case false?: lines.append("\(path) is not there at the log's end, \(last)")
        case nil: lines.append("whether \(path) is there at the log's end, \(last), the log does not say")
        }
        if start > .zero { lines.append("the log begins after \(start): what was before is not known") }
        lines += sessionLines
        if let damage {
            lines.append("DAMAGE: the log is damaged at \(damage): something may be missing here")
        }
        return lines.map { ScreenText.safe($0) + "\n" }.joined()
    }

    private var ownerText: String { ownerAtEnd.map { ", an ephemeral of \($0)" } ?? "" }

    /// Of the sessions that its ephemerals belonged to.
    private var sessionLines: [String] {
        var owners: [SessionID] = []
        for event in events {
            let owns =
                if case .create(let creation)? = event.change { creation.isEphemeral } else {
                    event.kind == .deletedWithSession
                }
            if owns, !owners.contains(event.session) { owners.append(event.session) }
        }
        return owners.map { session in
            let span = sessions[session]
            let opened = span?.openedMs.map { "opened \(TimeText.iso($0))" } ?? "opened before the log begins"
            let closed = span?.closedMs.map { "ended \(TimeText.iso($0))" } ?? "open at the log's end"
            return "session \(session): \(opened), \(closed)"
        }
    }

    var conclusion: JSONValue {
        .object([
            ("path", .text("\(path)")), ("exists", exists.map { .flag($0) } ?? .null),
            ("ephemeralOwner", .optional(ownerAtEnd.map { "\($0)" })), ("lastZxid", .text("\(last)")),
            ("logBeginsAfter", .text("\(start)")),
            ("createdBeforeLog", .optional(creationBeforeLog.map { "\($0.zxid)" })),
            ("damagedAt", .optional(damage.map { "\($0)" })),
        ])
    }
}

extension ZnodeHistory.Event {
    var verb: String {
        switch kind {
        case .created: "created"
        case .dataChanged: "data set"
        case .aclChanged: "acl set"
        case .deleted: "deleted"
        case .deletedWithSession: "deleted with its session"
        case .swept: "swept: it had run out"
        case .checked: "version checked"
        case .childCreated(let child): "child created: \(String(decoding: child.name, as: UTF8.self))"
        case .childDeleted(let child): "child deleted: \(String(decoding: child.name, as: UTF8.self))"
        }
    }

    func detail(_ data: DataText) -> String {
        let within = type == OpCode.multi.rawValue ? "in a multi  " : ""
        switch change {
        case .create(let creation):
            let kind = creation.kindText == "persistent" ? "" : "  \(creation.kindText)"
            return within + data.describe(creation.data) + kind
        case .setData(_, let content, let version), .reconfig(_, let content, let version):
            return within + "\(data.describe(content))  version \(version)"
        case .setACL(_, let acl, let version): return within + "\(acl.text)  version \(version)"
        case .check(_, let version): return within + "version \(version &- 1)"
        default: return within.isEmpty ? "" : "in a multi"
        }
    }

    func json(_ data: DataText) -> JSONValue {
        .object([
            ("zxid", .text("\(zxid)")), ("time", .text(TimeText.iso(timeMs))),
            ("session", .text("\(session)")),
            ("cxid", .whole(cxid)), ("what", .text(verb)),
            ("inMulti", .flag(type == OpCode.multi.rawValue)), ("operation", change?.json(data) ?? .null),
        ])
    }
}
