import ArgumentParser
import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary

struct CompareCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Whether several nodes' folders hold one history, and where they part if not.",
        discussion: """
            Reads all logs in lock-step and checks each on the way: the common prefix, the first divergence \
            with what each holds there, who lacks what, who acknowledged what. Exits with 0 when they agree \
            as far as each goes: logs of different lengths, uncommitted tails and different horizons are \
            what crashes leave. Exits with 1 for damage or divergence.

              aviary-admin compare node1/data node2/data node3/data
              aviary-admin compare --voters node*/data
            """)

    @Argument(help: ArgumentHelp("The nodes' folders.", valueName: "dir"), completion: .directory)
    var folders: [String]

    @Flag(
        help: """
            These are the folders of all voters: what is known to be committed must be in more than half of \
            them.
            """)
    var voters = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard folders.count > 1 else { throw ValidationError("name two folders at least") }
    }

    func answer(to out: Output, progress: Progress) throws {
        let nodes = try folders.map { try NodeFolder($0) }
        let comparison = try Comparison.run(over: nodes, areAllVoters: voters, progress: progress)
        if out.isJSON { comparison.print(to: out) } else { out.text(comparison.text) }
        if !comparison.isAgreement { out.foundBad() }
    }
}

extension Comparison {
    var text: String {
        var table = TextTable(
            "folder", "begins after", "first", "last", "rows>", "acknowledged", "committed", "lacks")
        for node in nodes {
            table.add(
                node.path, node.start == .zero ? "nothing" : "\(node.start)",
                node.first.map { "\($0)" } ?? "none", node.last.map { "\($0)" } ?? "none",
                node.check.rows.grouped, node.acknowledged.map { "\($0)" } ?? "unknown",
                node.committed == .zero ? "nothing" : "\(node.committed)", node.lacks)
        }
        return table.text + "\n" + commonText + divergenceText + damageText + notesText
            + "verdict  \(verdict)\n"
    }

    private var commonText: String {
        guard let firstAgreed, let lastAgreed else { return "no transaction is held by two of them\n" }
        var text =
            "alike    \(agreed.counted("transaction")), \(firstAgreed) to \(lastAgreed), by all who hold them"
        if let lastHeldByAll {
            text += "; \(heldByAll.grouped) of them, up to \(lastHeldByAll), by everybody"
        }
        text +=
            isByContent
            ? "\n         compared by what the rows say: the logs begin behind other snapshots\n" : "\n"
        if snapshotsCompared > 0 {
            text +=
                "         \(snapshotsCompared.counted("snapshot")) looked at beside the digests in the logs\n"
        }
        return text
    }

    private var divergenceText: String {
        guard let divergence else { return "" }
        var table = TextTable("", "", "")
        for (node, holding) in zip(nodes, divergence.holdings) {
            table.add("  " + node.path, holding.name, holding.detail)
        }
        let what =
            switch divergence.kind {
            case .content: "rows of one zxid say different things"
            case .history: "some went on without a transaction that others vouch for"
            }
        return "\nDIVERGENCE at \(divergence.zxid): \(what)\n" + table.text + "\n"
    }

    private var damageText: String {
        var text = ""
        for node in nodes {
            for finding in node.findings where finding.severity == .damage {
                let place = finding.zxid.map { "\(finding.place) at \($0)" } ?? "\(finding.place)"
                text += "DAMAGE in \(node.path): \(place): \(finding.text)\n"
            }
        }
        for finding in snapshotFindings { text += "DAMAGE: \(finding.place): \(finding.text)\n" }
        return text
    }

    private var notesText: String {
        var text = notes.map { (isShortOfQuorum ? "WRONG: " : "note: ") + $0 + "\n" }.joined()
        for node in nodes {
            guard let tail = node.tail else { continue }
            text +=
                "note: \(node.path) ends with \(node.tailRows.counted("transaction")) from \(tail) on that "
                + "the others went on without; nobody knows them to be committed, and its leader will cut "
                + "them\n"
        }
        return text
    }

    var verdict: String {
        if let divergence { return "diverged at \(divergence.zxid)" }
        if isDamaged || !snapshotFindings.isEmpty {
            let first = nodes.compactMap(\.firstBad).min() ?? snapshotFindings.compactMap(\.zxid).min()
            return "damaged" + (first.map { ", first at \($0)" } ?? "")
        }
        if isShortOfQuorum { return "an older copy: too few hold what is committed" }
        return "one history"
    }

    // MARK: JSON

    func print(to out: Output) {
        for (index, node) in nodes.enumerated() { out.record([("node", node.json(index))]) }
        if let divergence { out.record([("divergence", divergence.json(nodes))]) }
        for finding in snapshotFindings { out.record([("finding", finding.json)]) }
        for note in notes { out.record([("note", .text(note))]) }
        out.record([
            ("verdict", .text(verdict)), ("agree", .flag(isAgreement)), ("alike", .whole(agreed)),
            ("firstAlike", .optional(firstAgreed.map { "\($0)" })),
            ("lastAlike", .optional(lastAgreed.map { "\($0)" })), ("heldByAll", .whole(heldByAll)),
            ("lastHeldByAll", .optional(lastHeldByAll.map { "\($0)" })), ("byContent", .flag(isByContent)),
            ("snapshotsCompared", .whole(snapshotsCompared)),
        ])
    }
}

extension Comparison.Node {
    fileprivate var lacks: String {
        var parts: [String] = []
        if behind > 0 { parts.append("the last \(behind.grouped)") }
        if trimmed > 0 { parts.append("the first \(trimmed.grouped)") }
        return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
    }

    fileprivate func json(_ index: Int) -> JSONValue {
        .object([
            ("index", .whole(index)), ("folder", .text(path)), ("server", .optional(serverID)),
            ("startZxid", .text("\(start)")), ("firstZxid", .optional(first.map { "\($0)" })),
            ("lastZxid", .optional(last.map { "\($0)" })), ("rows", .whole(check.rows)),
            ("acknowledged", .optional(acknowledged.map { "\($0)" })), ("committed", .text("\(committed)")),
            ("behind", .whole(behind)), ("trimmed", .whole(trimmed)),
            ("tail", .optional(tail.map { "\($0)" })), ("tailRows", .whole(tailRows)),
            ("firstBad", .optional(firstBad.map { "\($0)" })),
            ("findings", .array(findings.map { $0.json })),
        ])
    }
}

extension Comparison.Divergence {
    fileprivate func json(_ nodes: [Comparison.Node]) -> JSONValue {
        .object([
            ("zxid", .text("\(zxid)")), ("kind", .text("\(kind)")),
            (
                "holdings",
                .array(
                    zip(nodes, holdings).map { node, holding in
                        .object([
                            ("folder", .text(node.path)), ("holds", .text(holding.name)),
                            ("detail", .text(holding.detail)),
                        ])
                    })
            ),
        ])
    }
}

extension Comparison.Holding {
    var name: String {
        switch self {
        case .row(let row): row.fault == nil ? "a row" : "a bad row"
        case .trimmed: "trimmed"
        case .ended: "ended before"
        case .without: "none"
        case .lost: "lost"
        case .unreadable: "unreadable"
        }
    }

    var detail: String {
        switch self {
        case .row(let walked):
            let row = walked.row
            return "\(TimeText.iso(row.timeMs))  \(OperationName.text(row.type))"
                + (row.path.map { " \($0)" } ?? "")
                + " by \(row.session), cxid \(row.cxid), checksum \(HexText.word(walked.checksum))"
        case .trimmed(let start): return "its log begins after \(start)"
        case .ended(let last): return "its log ends at \(last)"
        case .without(let before, let after): return "its log has \(after) right after \(before)"
        case .lost: return "what stood here is missing"
        case .unreadable: return "its log cannot be read"
        }
    }
}
