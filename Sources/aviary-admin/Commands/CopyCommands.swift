import ArgumentParser
import Clocks
import FolderReading
import Glibc
import Inspection
import Printing
import Storage
import Vocabulary

struct BackupCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copies a node's folder, also while a node runs on it, into one that a node can start on.",
        discussion: """
            Row by row and checked, with the snapshots that the log goes on behind. The node is not held up. \
            A member's backup is of that member (its myid is copied too): start it in the member's place \
            only while all other voters are up.

              aviary-admin backup data /backups/node1-2026-11-26
            """)

    @OptionGroup var folder: FolderArgument

    @Argument(help: ArgumentHelp("The folder to make; there must be none of that name.", valueName: "out"))
    var destination: String

    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let backup = try FolderBackup.make(of: try folder.open(), to: destination, progress: progress)
        if out.isJSON {
            out.record([
                ("folder", .text(backup.folder)), ("startZxid", .text("\(backup.start)")),
                ("lastZxid", .text("\(backup.last)")), ("committed", .text("\(backup.committed)")),
                ("rows", .whole(backup.rows)),
                ("snapshots", .array(backup.snapshots.map { .text("\($0)") })),
                ("leftOut", .array(backup.leftOut.map { .text("\($0.zxid): \($0.reason)") })),
            ])
        } else {
            out.line(
                "\(backup.folder): \(backup.rows.counted("transaction")) up to \(backup.last), "
                    + "\(backup.snapshots.count.counted("snapshot"))")
            for snapshot in backup.leftOut { out.line("left out: \(snapshot.reason)") }
        }
        if !backup.leftOut.isEmpty { out.foundBad() }
    }
}

struct RestoreCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Makes a new folder from a backup, as of its end or an earlier moment.",
        discussion: """
            A node starts on it and has the tree of that moment. Give all members of an ensemble the same \
            one, with their own myid. With --drop-sessions nobody's session and no ephemeral is left: they \
            are ended by transactions of a new epoch.

              aviary-admin restore /backups/node1 data
              aviary-admin restore /backups/node1 data --at '2026-11-26 11:30' --drop-sessions
            """)

    @Argument(
        help: ArgumentHelp("A backup, or any node's folder.", valueName: "in"), completion: .directory)
    var source: String

    @Argument(help: ArgumentHelp("The folder to make; there must be none of that name.", valueName: "dir"))
    var destination: String

    @Option(help: "A zxid or a time, which is included; everything when left out.")
    var at: Moment?

    @Flag(help: "End all sessions that were open then.")
    var dropSessions = false

    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let restoration = try FolderRestoration.make(
            of: try NodeFolder(source), to: destination, at: at, dropsSessions: dropSessions,
            nowMs: MachineClock.wallMs, progress: progress)
        // Rows and snapshots were checked on their way; what is left is what they come to.
        let made = try NodeFolder(destination)
        let faults = try NodeStatus(of: made).faults
        let isSound = try made.tree(progress: progress).firstMismatch == nil && faults.isEmpty
        if out.isJSON {
            out.record([
                ("folder", .text(restoration.folder)), ("through", .text("\(restoration.through)")),
                ("lastZxid", .text("\(restoration.last)")), ("rows", .whole(restoration.rows)),
                ("dropped", .whole(restoration.dropped)),
                ("endedSessions", .array(restoration.ended.map { .text("\($0)") })),
                ("snapshots", .array(restoration.snapshots.map { .text("\($0)") })),
                ("sound", .flag(isSound)),
            ])
        } else {
            var line = "\(restoration.folder): the history up to \(restoration.through)"
            if restoration.dropped > 0 {
                line += ", without \(restoration.dropped.counted("transaction")) after it"
            }
            out.line(line)
            if dropSessions {
                out.line(
                    "\(restoration.ended.count.counted("session")) ended"
                        + (restoration.ended.isEmpty ? "" : ", up to \(restoration.last)"))
            }
            out.line(isSound ? "checked: sound" : "checked: NOT sound; see aviary-admin verify")
        }
        if !isSound { out.foundBad() }
    }
}

struct TruncateCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "truncate",
        abstract: "Takes away every transaction after a zxid. Keeps the folder as it was beside it.",
        discussion: """
            CHANGES THE FOLDER. The folder as it was gets the name DIR.before-truncate-TIME, and a text \
            beside it says what was done and how to go back. Refuses while a node runs on it, and without \
            --yes. A leader does this by itself with what was never committed: it is hardly ever needed.

            Says how many acknowledged transactions that gives up, and marks the folder with the file \
            must-synchronize: \(ExchangeText.abstention).

              aviary-admin truncate data --after 0x1000000ab --yes
            """)

    @OptionGroup var folder: FolderArgument

    @Option(help: "The last transaction that stays.")
    var after: ZxidArgument

    @Flag(help: "Do it.")
    var yes = false

    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        try node.requireAtRest()
        guard yes else {
            let givenUp = try GivenUp.byTruncating(node, after: after.zxid)
            throw InspectionError(
                .usage,
                "nothing was done: with --yes, everything after \(after.zxid) goes from \(node.path)"
                    + (givenUp.warning.map { "; " + $0 } ?? ""))
        }
        let exchange = try FolderRepair.truncate(
            node, after: after.zxid, stamp: MachineClock.stamp, progress: progress)
        exchange.print(of: node.path, to: out)
    }
}

struct RepairCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "repair",
        abstract: "Makes of what is sound in a damaged folder one that a node starts on.",
        discussion: """
            CHANGES THE FOLDER. Without --yes it only says what it would do. The folder as it was gets the \
            name DIR.before-repair-TIME, and a text beside it says what was wrong, what was done and how to \
            go back. Refuses while a node runs on it.

            Where acknowledged transactions are lost by it, it says how many, and marks the folder with the \
            file must-synchronize: \(ExchangeText.abstention).

            While all other voters are up, and only then, a member of an ensemble is better off with an \
            empty folder: it copies everything from its leader.

              aviary-admin repair data
              aviary-admin repair data --yes
            """)

    @OptionGroup var folder: FolderArgument

    @Flag(help: "Do it.")
    var yes = false

    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        try node.requireAtRest()
        let survey = try FolderSurvey.make(of: node, progress: progress)
        guard survey.remedy != .nothing else {
            out.isJSON
                ? out.record([("remedy", .text("nothing"))])
                : out.line("\(node.path) is sound: nothing to do")
            return
        }
        guard yes, survey.remedy != .hopeless else {
            out.foundBad()
            guard !out.isJSON else {
                var fields: [(name: String, value: JSONValue)] = [("remedy", .text(survey.plan))]
                fields += survey.givenUp.fields
                fields.append(("done", .flag(false)))
                out.record(fields)
                return
            }
            out.line(survey.plan)
            if let warning = survey.givenUp.warning { out.line(warning) }
            out.line(survey.remedy == .hopeless ? "nothing was done" : "nothing was done; --yes does it")
            return
        }
        let exchange = try FolderRepair.repair(
            node, by: survey, stamp: MachineClock.stamp, progress: progress)
        if !out.isJSON { out.line(survey.plan) }
        exchange.print(of: node.path, to: out)
        let check = try Verification.run(on: try NodeFolder(node.path), progress: progress)
        if !out.isJSON { out.line(check.isSound ? "checked: sound" : "checked: NOT sound; see verify") }
        if !check.isSound { out.foundBad() }
    }
}

extension NodeFolder {
    func requireAtRest() throws {
        guard case .running(let pid) = state else { return }
        throw InspectionError(
            .busy,
            "\(path): a node runs on this folder" + (pid.map { " (process \($0))" } ?? "")
                + "; stop it first")
    }
}

extension FolderSurvey {
    var plan: String { (missing ?? "") + kept }

    private var kept: String {
        switch remedy {
        case .nothing: "nothing is wrong"
        case .rewrite: "keeps all rows, and writes numbers, mark and checksums anew"
        case .beginAt(let link):
            "lets the log begin after \(link.zxid), where a sound snapshot stands behind the damage: the "
                + "tree at the log's end stays, the history before is no longer there"
        case .endAt(let end, _):
            "lets the log end at \(end), before the damage"
                + (last.map { $0 > end ? ": what is after it, up to \($0), goes" : "" } ?? "")
        case .snapshotAlone(let zxid): "keeps the tree of the snapshot \(zxid), and no transaction"
        case .hopeless: "nothing is left that a node could start on: \(ExchangeText.beginningAnew)"
        }
    }

    private var missing: String? {
        guard let files = filesWithoutLog else { return nil }
        return "the log is missing or empty; what is there: \(files.joined(separator: ", ")). If its "
            + "files, log-<zxid>.db, were moved, put them back, each with its -wal. Without them: "
    }
}

extension GivenUp {
    /// The warning that is printed before and after.
    var warning: String? {
        words.map { "gives up \($0); the folder is marked: \(ExchangeText.abstention)" }
    }

    var fields: [(name: String, value: JSONValue)] {
        guard case .acknowledged(let after, let through, let count, _) = self else {
            return [("givesUp", .optional(words))]
        }
        return [
            ("givesUp", .optional(words)), ("givenUpCount", .whole(count)),
            ("givenUpAfter", .text("\(after)")), ("givenUpThrough", .text("\(through)")),
        ]
    }
}

extension FolderExchange {
    func print(of path: String, to out: Output) {
        if out.isJSON {
            var fields: [(name: String, value: JSONValue)] = [
                ("folder", .text(path)), ("before", .text(before)), ("explanation", .text(explanation)),
                ("startZxid", .text("\(start)")), ("lastZxid", .text("\(last)")), ("rows", .whole(rows)),
                ("snapshots", .array(snapshots.map { .text("\($0)") })),
            ]
            fields += givenUp.fields
            fields.append(("mustSynchronize", .optional(mustSynchronize)))
            out.record(fields)
            return
        }
        out.line(
            "\(path): \(rows.counted("transaction")) up to \(last), \(snapshots.count.counted("snapshot"))")
        if let warning = givenUp.warning {
            out.line(warning)
        } else if mustSynchronize != nil {
            out.line("the folder is still marked: \(ExchangeText.abstention)")
        }
        out.line("as it was: \(before)")
        out.line("explained: \(explanation)")
    }
}

extension MachineClock {
    /// `20261126T113105`, for names.
    static var stamp: String {
        String(TimeText.iso(wallMs).prefix(19).filter { $0 != "-" && $0 != ":" })
    }
}
