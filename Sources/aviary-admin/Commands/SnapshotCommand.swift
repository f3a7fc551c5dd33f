import ArgumentParser
import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary
import Znodes

struct SnapshotCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "The snapshots of a node's folder.",
        discussion: """
            A snapshot is named by its zxid, in any form, or as the newest one by leaving it out.
            """,
        subcommands: [
            SnapshotList.self, SnapshotTree.self, SnapshotShow.self, SnapshotStat.self, SnapshotDiff.self,
            SnapshotVerify.self,
        ])
}

/// Which snapshot of a folder.
struct SnapshotOption: ParsableArguments {
    @Option(name: .customLong("zxid"), help: "The snapshot's zxid; the newest one when left out.")
    var zxid: ZxidArgument?

    func load(from node: NodeFolder) throws -> RebuiltTree {
        try RebuiltTree.load(snapshot: try node.snapshot(zxid?.zxid), of: node)
    }
}

extension NodeFolder {
    /// The one that is named, or the newest.
    func snapshot(_ named: Zxid?) throws -> Zxid {
        let all = try snapshots()
        guard let newest = all.last else {
            throw InspectionError(
                .usage, "\(path) has no snapshot; `aviary-admin tree` rebuilds its tree from the log")
        }
        guard let named else { return newest }
        guard all.contains(named) else {
            throw InspectionError(
                .usage,
                "\(path) has no snapshot \(named); there are " + all.map { "\($0)" }.joined(separator: ", "))
        }
        return named
    }
}

struct SnapshotList: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The snapshots, oldest first, with what they say of themselves.")

    @OptionGroup var folder: FolderArgument
    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let snapshots = try NodeStatus(of: try folder.open()).snapshots
        if out.isJSON {
            for snapshot in snapshots { out.record(snapshot.json) }
        } else {
            out.text(snapshots.isEmpty ? "no snapshots\n" : SnapshotTable.text(snapshots))
        }
        if snapshots.contains(where: { $0.fault != nil }) { out.foundBad() }
    }
}

struct SnapshotTree: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "The znodes of a snapshot.",
        discussion: """
              aviary-admin snapshot tree data /services --depth 1
              aviary-admin snapshot tree data --zxid 0x1000000ab --data length
            """)

    @OptionGroup var folder: FolderArgument
    @OptionGroup var tree: TreeOptions
    @OptionGroup var snapshot: SnapshotOption
    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        try TreeText(options: tree).print(try snapshot.load(from: node), to: out)
    }
}

struct SnapshotShow: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "One znode of a snapshot, with everything it is.",
        discussion: """
              aviary-admin snapshot show data /services/payment/config --data hex
            """)

    @OptionGroup var folder: FolderArgument

    @Argument(help: ArgumentHelp("The znode.", valueName: "path"))
    var path: PathArgument

    @Option(help: "How data is shown: text, hex or length.")
    var data = DataText.text

    @OptionGroup var snapshot: SnapshotOption
    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let rebuilt = try snapshot.load(from: try folder.open())
        guard let znode = rebuilt.tree.view(of: path.path) else {
            throw InspectionError(.usage, "\(path.path) is not in the snapshot \(rebuilt.zxid)")
        }
        if out.isJSON { out.record(znode.json(data)) } else { out.text(znode.sheet(data)) }
    }
}

extension ZnodeView {
    func sheet(_ data: DataText) -> String {
        let seen = self.seen
        var sheet = FactSheet()
        sheet.add("path", "\(path)")
        sheet.add("kind", ownership.text)
        sheet.add("data", data.describe(self.data, isWhole: true))
        sheet.add("bytes", self.data.map { $0.count.bytesText } ?? "null")
        sheet.add("acl", acl.text)
        sheet.add("created", "\(seen.czxid)  \(TimeText.iso(seen.ctime))")
        sheet.add("modified", "\(seen.mzxid)  \(TimeText.iso(seen.mtime))  version \(seen.version)")
        sheet.add(
            "children", "\(seen.numChildren), last changed by \(seen.pzxid), cversion \(seen.cversion)")
        sheet.add("acl version", "\(seen.aversion)")
        return sheet.text
    }
}

struct SnapshotStat: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "stat",
        abstract: "Where a tree's weight is: subtrees, wide parents, large znodes, ephemerals, ACLs.",
        discussion: """
            Of the newest snapshot, of the one named with --zxid, or of the tree rebuilt at any moment.

              aviary-admin snapshot stat data
              aviary-admin snapshot stat data --at '2026-11-26 11:30' --top 20
            """)

    @OptionGroup var folder: FolderArgument
    @OptionGroup var snapshot: SnapshotOption

    @Option(help: "Of the tree at this zxid or time, rebuilt from a snapshot and the log.")
    var at: Moment?

    @Option(help: "How many of each list.")
    var top = 10

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard at == nil || snapshot.zxid == nil else { throw ValidationError("--at or --zxid, not both") }
        guard top > 0 else { throw ValidationError("--top is 1 or more") }
    }

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        let hasNone = try node.snapshots().isEmpty
        let isRebuilt = at != nil || (hasNone && snapshot.zxid == nil)
        let rebuilt =
            isRebuilt ? try node.tree(at: at, progress: progress) : try snapshot.load(from: node)
        let statistics = TreeStatistics(of: rebuilt.tree, top: top)
        if out.isJSON {
            out.record(statistics.json(at: rebuilt.zxid))
        } else {
            out.line(isRebuilt ? "the tree at \(rebuilt.zxid)" : "the snapshot \(rebuilt.zxid)")
            out.text(statistics.text)
        }
    }
}

extension TreeStatistics {
    var text: String {
        var sheet = FactSheet()
        sheet.add("znodes", kinds.map { "\($0.key) \($0.count.grouped)" }.joined(separator: ", "))
        sheet.add("data", "\(dataBytes.bytesText) in \(znodes.counted("znode"))")
        sheet.add("paths", pathBytes.bytesText)
        sheet.add("deepest", "\(deepest.counted("level"))")
        var text = sheet.text
        var subtrees = TextTable("\nlargest subtrees", "znodes>", "share", "data>")
        for subtree in largestByZnodes {
            subtrees.add(
                "\(subtree.path)", subtree.znodes.grouped,
                BarPlot.bar(subtree.znodes, of: znodes, width: 20), subtree.bytes.bytesText)
        }
        if !subtrees.isEmpty { text += subtrees.text }
        var heavy = TextTable("\nheaviest subtrees", "data>", "share", "znodes>")
        for subtree in largestByBytes where subtree.bytes > 0 {
            heavy.add(
                "\(subtree.path)", subtree.bytes.bytesText,
                BarPlot.bar(subtree.bytes, of: dataBytes, width: 20), subtree.znodes.grouped)
        }
        if !heavy.isEmpty { text += heavy.text }
        text += TreeStatistics.list("\nwidest parents", "children>", widest) { "\($0)" }
        text += TreeStatistics.list("\nlargest znodes", "bytes>", heaviest) { "\($0)" }
        text += TreeStatistics.list("\nephemerals of", "znodes>", ephemerals) { "\($0)" }
        text += TreeStatistics.list("\nACLs in use", "znodes>", acls) { $0.text }
        return text
    }

    private static func list<Key>(
        _ title: String, _ column: String, _ shares: [Share<Key>], _ name: (Key) -> String
    ) -> String {
        var table = TextTable(title, column)
        for share in shares { table.add(name(share.key), share.count.grouped) }
        return table.isEmpty ? "" : table.text
    }

    func json(at zxid: Zxid) -> JSONValue {
        func list<Key>(_ shares: [Share<Key>], _ key: String, _ count: String, _ name: (Key) -> String)
            -> JSONValue
        {
            .array(shares.map { .object([(key, .text(name($0.key))), (count, .whole($0.count))]) })
        }
        func subtrees(_ subtrees: [Subtree]) -> JSONValue {
            .array(
                subtrees.map {
                    .object([
                        ("path", .text("\($0.path)")), ("znodes", .whole($0.znodes)),
                        ("dataBytes", .whole($0.bytes)),
                    ])
                })
        }
        return .object([
            ("zxid", .text("\(zxid)")), ("znodes", .whole(znodes)), ("dataBytes", .whole(dataBytes)),
            ("pathBytes", .whole(pathBytes)), ("depth", .whole(deepest)),
            ("kinds", list(kinds, "kind", "znodes") { $0 }),
            ("largestByZnodes", subtrees(largestByZnodes)), ("largestByBytes", subtrees(largestByBytes)),
            ("widest", list(widest, "path", "children") { "\($0)" }),
            ("heaviest", list(heaviest, "path", "bytes") { "\($0)" }),
            ("ephemerals", list(ephemerals, "session", "znodes") { "\($0)" }),
            ("acls", list(acls, "acl", "znodes") { $0.text }),
        ])
    }
}

struct SnapshotVerify: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks that every snapshot is as it was written, and that its digest is its tree's.",
        discussion: """
            `aviary-admin verify` compares them with the log too.

              aviary-admin snapshot verify data
            """)

    @OptionGroup var folder: FolderArgument
    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        try VerificationText(node: node, scope: .snapshots).answer(to: out, progress: progress)
    }
}
