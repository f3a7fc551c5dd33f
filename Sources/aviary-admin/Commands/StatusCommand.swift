import ArgumentParser
import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary

struct StatusCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "What a node's folder holds, and whether it was left cleanly.",
        discussion: """
            Looks at the ends of things only; `verify` reads everything. Exits with 1 when something is \
            wrong at first sight.

              aviary-admin status data
            """)

    @OptionGroup var folder: FolderArgument
    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let status = try NodeStatus(of: try folder.open())
        if out.isJSON { out.record(status.json) } else { out.text(status.text) }
        if !status.faults.isEmpty { out.foundBad() }
    }
}

extension NodeStatus {
    var text: String {
        var sheet = FactSheet()
        sheet.add("folder", path)
        sheet.add("state", stateText)
        sheet.add("server", serverID.map { "\($0) (myid)" } ?? "no myid here")
        if let numbers {
            sheet.add(
                "epochs",
                "accepted \(numbers.acceptedEpoch.rawValue), current \(numbers.currentEpoch.rawValue)")
            let start = numbers.start.zxid
            sheet.add("log begins after", start == .zero ? "nothing: it is complete" : "\(start)")
        }
        sheet.add("first transaction", first.map { "\($0.first)  \(TimeText.iso($0.firstTimeMs))" } ?? "none")
        sheet.add("last transaction", last.map { "\($0.last)  \(TimeText.iso($0.lastTimeMs))" } ?? "none")
        sheet.add("transactions", "\(rows.grouped) in \(reigns.count.counted("epoch")), if none is missing")
        sheet.add("acknowledged", markText)
        if let mustSynchronize {
            sheet.add("does not vote", "until it has a leader's history: \(mustSynchronize)")
        }
        sheet.add("log", segmentsText)
        sheet.add(
            "sizes",
            "log \(sizes.log.bytesText), its WAL \(sizes.wal.bytesText), "
                + "\(snapshots.count.counted("snapshot")) \(sizes.snapshots.reduce(0, +).bytesText)")
        sheet.add("schemas", schemas.joined(separator: ", "))
        return sheet.text + snapshotText + faults.map { "\nWRONG: \($0)\n" }.joined()
    }

    private var stateText: String {
        switch state {
        case .running(let pid): "a node runs on it" + (pid.map { ", process \($0)" } ?? "")
        case .closed: "at rest, ended cleanly"
        case .killed: "at rest; its process was killed, and the end of the log is in a WAL"
        }
    }

    private var segmentsText: String {
        guard let oldest = segments.first?.file, let newest = segments.last?.file else { return "none" }
        guard oldest.namedStart != nil else { return "log.db, as a former version made it" }
        let name = oldest == newest ? newest.name : "\(oldest.name) to \(newest.name)"
        return "\(segments.count.counted("segment")), \(name)"
    }

    private var markText: String {
        switch mark {
        case .missing: "nothing: the file is missing"
        case .damaged: "unknown: the file is damaged"
        case .read(let mark): "\(mark.chain.zxid), known to be committed up to \(mark.committed)"
        }
    }

    private var snapshotText: String {
        guard !snapshots.isEmpty else { return "" }
        return "\n" + SnapshotTable.text(snapshots)
    }

    var json: JSONValue {
        var mark = JSONValue.null
        if case .read(let read) = self.mark {
            mark = .object([
                ("zxid", .text("\(read.chain.zxid)")), ("committed", .text("\(read.committed)")),
                ("acceptedEpoch", .whole(read.acceptedEpoch.rawValue)),
                ("currentEpoch", .whole(read.currentEpoch.rawValue)),
            ])
        }
        return .object([
            ("folder", .text(path)), ("state", .text(stateName)), ("pid", .optional(pid)),
            ("server", .optional(serverID)),
            ("acceptedEpoch", .optional(numbers?.acceptedEpoch.rawValue)),
            ("currentEpoch", .optional(numbers?.currentEpoch.rawValue)),
            ("startZxid", .optional(numbers.map { "\($0.start.zxid)" })),
            ("firstZxid", .optional(first.map { "\($0.first)" })),
            ("firstTime", .optional(first.map { TimeText.iso($0.firstTimeMs) })),
            ("lastZxid", .optional(last.map { "\($0.last)" })),
            ("lastTime", .optional(last.map { TimeText.iso($0.lastTimeMs) })),
            ("transactions", .whole(rows)), ("acknowledged", mark),
            ("segments", .whole(segments.count)), ("oldestSegment", .optional(segments.first?.file.name)),
            ("newestSegment", .optional(segments.last?.file.name)),
            ("mustSynchronize", .optional(mustSynchronize)),
            ("logBytes", .whole(sizes.log)), ("walBytes", .whole(sizes.wal)),
            ("snapshotBytes", .whole(sizes.snapshots.reduce(0, +))),
            ("schemas", .array(schemas.map { .text($0) })),
            ("snapshots", .array(snapshots.map { $0.json })), ("faults", .array(faults.map { .text($0) })),
        ])
    }

    private var stateName: String {
        switch state {
        case .running: "running"
        case .closed: "closed"
        case .killed: "killed"
        }
    }

    private var pid: Int32? {
        if case .running(let pid) = state { return pid }
        return nil
    }
}

/// The snapshots of a folder, a line each.
enum SnapshotTable {
    static func text(_ snapshots: [NodeStatus.Snapshot]) -> String {
        var table = TextTable("snapshot", "written", "znodes>", "sessions>", "digest>", "size>", "use")
        for snapshot in snapshots {
            let summary = snapshot.summary
            table.add(
                "\(snapshot.zxid)", summary.map { TimeText.iso($0.timeMs) } ?? "?",
                summary?.znodes.grouped ?? "?", summary?.sessions.grouped ?? "?",
                summary.map { "\($0.digest)" } ?? "?", snapshot.bytes.bytesText, snapshot.use)
        }
        return table.text
    }
}

extension NodeStatus.Snapshot {
    var use: String {
        if let fault { return "none: \(fault)" }
        return isUsable ? "trees from here on" : "none: the log does not go on behind it"
    }

    var json: JSONValue {
        .object([
            ("zxid", .text("\(zxid)")), ("written", .optional(summary.map { TimeText.iso($0.timeMs) })),
            ("znodes", .optional(summary?.znodes)), ("sessions", .optional(summary?.sessions)),
            ("digest", .optional(summary.map { "\($0.digest)" })), ("bytes", .whole(bytes)),
            ("usable", .flag(isUsable)), ("fault", .optional(fault)),
        ])
    }
}
