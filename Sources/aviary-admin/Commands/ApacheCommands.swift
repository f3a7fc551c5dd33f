import ApacheFiles
import ArgumentParser
import FolderReading
import Inspection
import Printing
import Vocabulary

struct ImportCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Makes a node's folder of that of a server of Apache ZooKeeper's, which must be stopped.",
        discussion: """
            Takes the newest sound snapshot (plain, .gz or .snappy) and the log behind it, the epochs and \
            myid: every znode, session and zxid is as it was, and the digests of the tree were compared. \
            Reads as far as Apache's server would, and refuses, with file and byte, what that server refuses \
            and what it would miss in silence. Nothing of Apache's is changed.

              aviary-admin import /var/lib/zookeeper --into data
              aviary-admin import /data/zk --log /log/zk --into data
            """)

    @Argument(
        help: ArgumentHelp("The folder that dataDir in Apache's zoo.cfg names.", valueName: "dataDir"),
        completion: .directory)
    var source: String

    @Option(
        help: ArgumentHelp("The folder that dataLogDir names, where there is one.", valueName: "dataLogDir"),
        completion: .directory)
    var log: String?

    @Flag(name: .customLong("no-log"), help: "There is no log: the snapshot is everything.")
    var hasNoLog = false

    @Option(help: ArgumentHelp("The folder to make; there must be none of that name.", valueName: "dir"))
    var into: String

    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let made = try FolderImport.make(
            of: try ApacheFolder(dataDir: source, logDir: log), to: into, hasLog: !hasNoLog,
            progress: progress)
        if out.isJSON {
            out.record(
                [
                    ("folder", .text(made.folder)), ("snapshot", .text("\(made.snapshot)")),
                    ("lastZxid", .text("\(made.last)")), ("rows", .whole(made.rows)),
                ] + made.tree.fields + [
                    ("acceptedEpoch", .whole(Int(made.acceptedEpoch.rawValue))),
                    ("currentEpoch", .whole(Int(made.currentEpoch.rawValue))),
                    ("schemes", .array(made.schemes.map { .text($0) })),
                    ("passedOver", .array(made.passedOver.map { .text("\($0)") })),
                    ("torn", .array(made.torn.map { .text($0) })), ("repeats", .whole(made.repeats)),
                ])
            return
        }
        out.line(
            "\(made.folder): the snapshot \(made.snapshot) and \(made.rows.counted("transaction")) up to "
                + "\(made.last)")
        out.line(made.tree.text)
        for snapshot in made.passedOver { out.line("passed over, as Apache's server does: \(snapshot)") }
        if made.repeats > 0 {
            out.line("\(made.repeats.counted("transaction")) stood in the log twice, and were taken once")
        }
        for file in made.torn {
            out.line("\(file): what was being written when its server was stopped is left out")
        }
    }
}

struct ExportCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Makes of a node's folder one that a server of Apache ZooKeeper's starts on.",
        discussion: """
            The node must be stopped. The snapshot, the log behind it, the epochs and myid go into \
            dataDir/version-2 as a server of 3.5 to 3.9 has them; where that server has a dataLogDir, move \
            the files log.* there.

              aviary-admin export data --into /var/lib/zookeeper
            """)

    @OptionGroup var folder: FolderArgument

    @Option(help: ArgumentHelp("The folder to make; there must be none of that name.", valueName: "dataDir"))
    var into: String

    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        try node.requireAtRest()
        let made = try FolderExport.make(of: node, to: into, progress: progress)
        if out.isJSON {
            out.record(
                [
                    ("folder", .text(made.folder)), ("snapshot", .text("\(made.snapshot)")),
                    ("lastZxid", .text("\(made.last)")), ("rows", .whole(made.rows)),
                ] + made.tree.fields)
            return
        }
        out.line(
            "\(made.folder): the snapshot \(made.snapshot) and \(made.rows.counted("transaction")) up to "
                + "\(made.last)")
        out.line(made.tree.text)
    }
}

extension TreeSize {
    fileprivate var text: String {
        "at the end: \(znodes.counted("znode")), \(ephemerals) of them ephemeral, "
            + "\(sessions.counted("session")), digest \(digest)"
    }

    fileprivate var fields: [(name: String, value: JSONValue)] {
        [
            ("znodes", .whole(znodes)), ("ephemerals", .whole(ephemerals)), ("sessions", .whole(sessions)),
            ("digest", .text("\(digest)")),
        ]
    }
}
