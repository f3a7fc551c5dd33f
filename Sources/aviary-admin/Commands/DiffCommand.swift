import ArgumentParser
import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary
import Znodes

struct DiffCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "What became other in the tree between two moments.",
        discussion: """
            Both trees are rebuilt. Exits with 1 when they differ. Parents of which nothing but the list of \
            children changed are left out, unless --parents is given.

              aviary-admin diff data --from '2026-11-26 11:30' --to '2026-11-26 11:40'
              aviary-admin diff data --from 0x1000000ab --path /services
            """)

    @OptionGroup var folder: FolderArgument

    @Option(help: "The earlier moment: a zxid or a time.")
    var from: Moment

    @Option(help: "The later one; the log's end when left out.")
    var to: Moment?

    @OptionGroup var shown: DifferenceOptions
    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        let old = try node.tree(at: from, progress: progress)
        let new = try node.tree(at: to, progress: progress)
        try DifferenceText(options: shown).print(old, new, to: out)
        try node.requireUnchanged()
    }
}

/// How differences are printed.
struct DifferenceOptions: ParsableArguments {
    @Option(help: "Only this znode and what is below it.")
    var path = PathArgument(ZnodePath.root)

    @Flag(help: "List parents too of which nothing but the list of children changed.")
    var parents = false

    @Option(help: "How data is shown: text, hex or length.")
    var data = DataText.text
}

struct SnapshotDiff: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "What is other in one snapshot than in another, of the same folder or of two.",
        discussion: """
            Exits with 1 when they differ.

              aviary-admin snapshot diff data 0x1000000ab 0x2000000ff
              aviary-admin snapshot diff data 0x1000000ab 0x1000000ab --other node2/data
            """)

    @OptionGroup var folder: FolderArgument

    @Argument(help: ArgumentHelp("The one snapshot.", valueName: "zxid"))
    var from: ZxidArgument

    @Argument(help: ArgumentHelp("The other one.", valueName: "zxid"))
    var to: ZxidArgument

    @Option(help: "The folder of the second snapshot, where it is another one.")
    var other: String?

    @OptionGroup var shown: DifferenceOptions
    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        let second = try other.map { try NodeFolder($0) } ?? node
        let old = try RebuiltTree.load(snapshot: try node.snapshot(from.zxid), of: node)
        let new = try RebuiltTree.load(snapshot: try second.snapshot(to.zxid), of: second)
        try DifferenceText(options: shown).print(old, new, to: out)
    }
}

/// Two trees' differences, a line each.
struct DifferenceText {
    let options: DifferenceOptions

    func print(_ old: borrowing RebuiltTree, _ new: borrowing RebuiltTree, to out: Output) throws {
        let difference = TreeDifference(from: old.tree, to: new.tree, below: options.path.path)
        let shown = difference.differences.filter { options.parents || !$0.isOfChildrenOnly }
        if !difference.differences.isEmpty { out.foundBad() }
        if out.isJSON {
            for each in shown { out.record(json(each)) }
            out.record([
                ("from", .text("\(old.zxid)")), ("to", .text("\(new.zxid)")),
                ("created", .whole(difference.count(.created))),
                ("deleted", .whole(difference.count(.deleted))),
                ("changed", .whole(difference.count(.changed))),
            ])
            return
        }
        for each in shown { out.line(ScreenText.safe(line(each))) }
        let parents = difference.differences.count { $0.isOfChildrenOnly }
        out.line(
            "\(old.zxid) to \(new.zxid): \(difference.count(.created).grouped) created, "
                + "\(difference.count(.deleted).grouped) deleted, "
                + "\((difference.count(.changed) - parents).grouped) changed, "
                + "\(parents.counted("parent")) with other children")
    }

    private func line(_ each: TreeDifference.Difference) -> String {
        switch each.kind {
        case .created:
            let kind = each.after.map { $0.ownership == .persistent ? "" : "  \($0.ownership.text)" } ?? ""
            return "+ \(each.path)  \(options.data.describe(each.after?.data ?? nil))\(kind)"
        case .deleted: return "- \(each.path)  \(options.data.describe(each.before?.data ?? nil))"
        case .changed: return "~ \(each.path)  \(changes(each))"
        }
    }

    private func changes(_ each: TreeDifference.Difference) -> String {
        guard let before = each.before, let after = each.after else { return "" }
        var parts: [String] = []
        for field in each.fields {
            switch field {
            case "data":
                parts.append("\(options.data.describe(before.data)) → \(options.data.describe(after.data))")
            case "acl": parts.append("acl \(before.acl.text) → \(after.acl.text)")
            case "version": parts.append("version \(before.stat.version) → \(after.stat.version)")
            case "owner": parts.append("\(before.ownership.text) → \(after.ownership.text)")
            case "czxid": parts.append("created anew by \(after.stat.czxid)")
            case "mzxid", "mtime", "ctime": continue
            default: parts.append(field)
            }
        }
        return parts.joined(separator: "  ")
    }

    private func json(_ each: TreeDifference.Difference) -> JSONValue {
        .object([
            ("path", .text("\(each.path)")), ("kind", .text("\(each.kind)")),
            ("fields", .array(each.fields.map { .text($0) })),
            ("before", each.before?.json(options.data) ?? .null),
            ("after", each.after?.json(options.data) ?? .null),
        ])
    }
}
