import ArgumentParser
import FolderReading
import Inspection
import Printing
import Storage
import Vocabulary

struct ZxidCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "zxid",
        abstract: "Takes zxids apart, and finds them in a node's log.",
        discussion: """
            In any form that ZooKeeper prints: 0x1000000ab, 4294967467, 1000000ab, 1:171, \
            log.1000000ab, snapshot.1000000ab. Digits alone are decimal; where they could be the hex of a \
            file's name too, a second line says so.

              aviary-admin zxid 0x1000000ab 4294967467
              aviary-admin zxid log.1000000ab --dir data
            """)

    @Argument(help: ArgumentHelp("Zxids, in any form.", valueName: "zxid"))
    var zxids: [String]

    @Option(name: .customLong("dir"), help: "A node's folder: say when and where each was.")
    var folder: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !zxids.isEmpty else { throw ValidationError("name a zxid, such as 0x1000000ab or 1:171") }
        for text in zxids where ZxidText(text) == nil {
            throw ValidationError(
                "'\(text)' is no zxid; write it as 0x1000000ab, 4294967467, 1:171 or log.1000000ab")
        }
    }

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.map { try NodeFolder($0) }
        var table = TextTable(
            "written", "zxid", "epoch>", "counter>", "decimal>", node == nil ? "" : "in the log")
        for text in zxids {
            guard let read = ZxidText(text) else { continue }
            var readings = [(text, read.zxid)]
            if let other = read.asHex { readings.append(("\(text) as hex", other)) }
            for (written, zxid) in readings {
                let place = try node.map { try ZxidPlace(of: zxid, in: $0) }
                if out.isJSON {
                    out.record(ZxidCommand.json(written, zxid, place))
                } else {
                    table.add(
                        written, "\(zxid)", "\(zxid.epoch.rawValue)", "\(zxid.counter)", "\(zxid.rawValue)",
                        place?.text ?? "")
                }
            }
        }
        if !out.isJSON { out.text(table.text) }
    }

    private static func json(_ written: String, _ zxid: Zxid, _ place: ZxidPlace?) -> JSONValue {
        var members: [(name: String, value: JSONValue)] = [
            ("written", .text(written)), ("zxid", .text("\(zxid)")),
            ("epoch", .whole(zxid.epoch.rawValue)), ("counter", .whole(zxid.counter)),
            ("decimal", .whole(zxid.rawValue)),
        ]
        if let place {
            members.append(("place", .text(place.text)))
            if case .row(let row) = place {
                members.append(("time", .text(TimeText.iso(row.timeMs))))
                members.append(("session", .text("\(row.session)")))
                members.append(("type", .text(OperationName.text(row.type))))
                members.append(("path", .optional(row.path.map { "\($0)" })))
            }
        }
        return .object(members)
    }
}

extension ZxidPlace {
    var text: String {
        switch self {
        case .row(let row):
            let path = row.path.map { " \($0)" } ?? ""
            return "\(TimeText.iso(row.timeMs))  \(OperationName.text(row.type))\(path) by \(row.session)"
        case .beforeHorizon(let start): return "trimmed: the log begins after \(start)"
        case .afterEnd(let last, let timeMs):
            return "not there: the log ends at \(last), \(TimeText.iso(timeMs))"
        case .between(let before, let after): return "not there: \(after) follows \(before)"
        case .emptyLog: return "not there: the log is empty"
        }
    }
}
