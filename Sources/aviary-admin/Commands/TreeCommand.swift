import ArgumentParser
import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary
import Znodes

/// How a tree is printed.
struct TreeOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The znode to begin with.", valueName: "path"))
    var path = PathArgument(ZnodePath.root)

    @Option(help: "Only so many levels below it.")
    var depth: Int?

    @Option(help: "How data is shown: text, hex or length.")
    var data = DataText.text

    func validate() throws {
        if let depth, depth < 0 { throw ValidationError("--depth is 0 or more") }
    }
}

extension PathArgument {
    init(_ path: ZnodePath) {
        self.path = path
    }

    var defaultValueDescription: String { "\(path)" }
}

struct TreeCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree",
        abstract: "The znodes as they were right after a transaction.",
        discussion: """
            Rebuilt from the newest snapshot before it and the log. Without --at, as of the log's end.

              aviary-admin tree data /services --at 0x1000000ab
              aviary-admin tree data --at '2026-11-26 11:30' --depth 2 --data length
            """)

    @OptionGroup var folder: FolderArgument
    @OptionGroup var tree: TreeOptions

    @Option(help: "A zxid or a time.")
    var at: Moment?

    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        let rebuilt = try node.tree(at: at, progress: progress)
        try TreeText(options: tree).print(rebuilt, to: out)
        if let zxid = rebuilt.firstMismatch {
            out.foundBad()
            "after \(zxid) this tree is another one than its leader had; `aviary-admin verify` says more"
                .complain()
        }
        try node.requireUnchanged()
    }
}

/// A tree as lines, a znode each.
struct TreeText {
    let options: TreeOptions

    func print(_ rebuilt: borrowing RebuiltTree, to out: Output) throws {
        let path = options.path.path
        guard let root = rebuilt.tree.znodes.find(path) else {
            throw InspectionError(.usage, "\(path) was not there at \(rebuilt.zxid)")
        }
        if !out.isJSON {
            out.line(
                "at \(rebuilt.zxid)" + (rebuilt.timeMs.map { "  \(TimeText.iso($0))" } ?? "")
                    + ", from \(rebuilt.base.text): \(rebuilt.tree.znodes.count.counted("znode")), "
                    + "digest \(rebuilt.tree.digest)")
        }
        rebuilt.tree.forEach(from: root, depth: options.depth) { id, level in
            let znode = rebuilt.tree.view(of: id)
            if out.isJSON {
                out.record(znode.json(options.data))
            } else {
                out.line(ScreenText.safe(line(znode, level: level)))
            }
            return true
        }
    }

    private func line(_ znode: ZnodeView, level: Int) -> String {
        let name =
            level == 0 ? "\(znode.path)" : String(decoding: znode.path.name, as: UTF8.self)
        let kind = znode.ownership == .persistent ? "" : "  \(znode.ownership.text)"
        let acl = znode.acl == .open ? "" : "  acl \(znode.acl.text)"
        let children = znode.childCount == 0 ? "" : "  \(znode.childCount.counted("child", "children"))"
        return String(repeating: "  ", count: level) + name + "  " + options.data.describe(znode.data)
            + "  version \(znode.stat.version), \(znode.stat.mzxid)" + kind + acl + children
    }
}
