import Foundation
import Inspection
import Storage
import TestSupport
import Testing
import Vocabulary

/// What the program prints, word for word. `AVIARY_GOLDEN=write` writes the files anew: look at what changed.
@Suite struct `The program` {
    /// Folders that command lines name in capitals.
    static func folders(in place: TemporaryFolder) throws -> [String: String] {
        let node = try Story.ofServices().write(to: place.path + "/node")
        let damaged = place.path + "/damaged"
        TemporaryFolder.copy(node, to: damaged)
        TemporaryFolder.change(
            TemporaryFolder.log(in: damaged), "UPDATE log SET body = x'00' WHERE zxid = 0x100000007")
        TemporaryFolder.change(
            TemporaryFolder.log(in: damaged), "DELETE FROM log WHERE zxid IN (0x10000000d, 0x10000000e)")
        return [
            "NODE": node, "DAMAGED": damaged, "TRIMMED": try trimmed(in: place),
            "SHORTER": try Story.ofServices().write(
                to: place.path + "/shorter", through: Zxid(rawValue: 0x1_0000_000c)),
            "OTHER": try another(in: place), "NEW": place.path + "/new",
        ]
    }

    /// A log that is whole, and says something else from the twelfth transaction on.
    private static func another(in place: TemporaryFolder) throws -> String {
        let story = Story.ofServices()
        var writer = try FolderWriter(folder: place.path + "/another", start: .empty)
        for row in story.rows {
            var row = row
            if row.zxid.counter == 12 { row.cxid = 99 }
            try writer.append(row)
        }
        try writer.finish(
            acceptedEpoch: story.last.epoch, currentEpoch: story.last.epoch, committed: story.last)
        return place.path + "/another"
    }

    /// Two snapshots, and a log that begins before the first of them.
    private static func trimmed(in place: TemporaryFolder) throws -> String {
        let story = Story()
        let folder = place.path + "/trimmed"
        story.open(Story.ann)
        for number in 1...5 { story.create("/job-\(number)", "x") }
        let start = story.chain(at: Zxid(epoch: Epoch(rawValue: 1), counter: 4))
        let beside = place.path + "/beside"
        try story.writeSnapshot(to: beside)
        story.create("/mine", "m", flags: 1)
        story.delete("/job-2")
        try story.writeSnapshot(to: beside)
        story.set("/job-3", "y")
        story.delete("/job-4")
        try story.write(to: folder, start: start)
        for name in TemporaryFolder.names(in: beside) {
            TemporaryFolder.write(TemporaryFolder.read(beside + "/" + name) ?? [], to: folder + "/" + name)
        }
        return folder
    }

    static let commands = [
        "status NODE",
        "zxid 0x100000004 4294967301 log.100000006 1:99 --dir NODE",
        "zxid 100000003",
        "log list NODE",
        "log list NODE --type delete --data length",
        "log show NODE 1:8 0x100000009",
        "log verify NODE",
        "verify NODE",
        "tree NODE",
        "tree NODE /services --at 0x10000000d --depth 2",
        "why NODE /services/payment/config",
        "why NODE /services/payment/worker",
        "why NODE /services/payment --children",
        "why NODE /never",
        "diff NODE --from 0x100000005 --to 0x10000000d",
        "diff NODE --from 0x10000000a --to 0x10000000b",
        "sessions NODE --ended",
        "sessions NODE --at 2026-11-26T12:00:14Z --ephemerals",
        "log stat NODE --columns 17",
        "snapshot stat NODE",
        "status TRIMMED",
        "verify TRIMMED",
        "log verify TRIMMED",
        "log list TRIMMED",
        "zxid 1:2 1:6 1:77 --dir TRIMMED",
        "tree TRIMMED --at 0x100000007",
        "why TRIMMED /job-1",
        "why TRIMMED /job-3",
        "why TRIMMED /job-4",
        "snapshot list TRIMMED",
        "snapshot verify TRIMMED",
        "snapshot tree TRIMMED --zxid 1:6",
        "snapshot show TRIMMED /mine",
        "snapshot stat TRIMMED --top 3",
        "snapshot diff TRIMMED 1:6 1:8",
        "sessions TRIMMED --ephemerals",
        "status DAMAGED",
        "log list DAMAGED --from 1:6",
        "log verify DAMAGED",
        "verify DAMAGED",
        "why DAMAGED /services/a",
        "compare NODE SHORTER",
        "compare NODE DAMAGED SHORTER",
        "compare NODE OTHER SHORTER",
        "compare NODE SHORTER SHORTER --voters",
        "repair DAMAGED",
        "backup NODE NEW",
        "restore NODE NEW --at 1:13 --drop-sessions",
        "restore TRIMMED NEW",
    ]

    @Test(arguments: commands, [false, true])
    func `prints what it printed before`(command: String, asJSON: Bool) throws {
        let place = TemporaryFolder("inspection")
        let folders = try Self.folders(in: place)
        let words = command.split(separator: " ").map { folders[String($0)] ?? String($0) }
        let run = try Admin(words + (asJSON ? ["--json"] : []))
        if asJSON { try Self.requireObjects(run.lines) }
        var text = run.text + "exit \(run.isBad ? 1 : 0)\n"
        for (name, path) in folders { text = text.replacingOccurrences(of: path, with: name) }
        text = Self.withoutToday(text)
        // A folder's name makes its column wide.
        if command.hasPrefix("compare"), !asJSON { text = text.replacing(#/ {2,}/#, with: "  ") }
        let name = command.replacingOccurrences(of: "/", with: "+") + (asJSON ? ".jsonl" : ".txt")
        try Golden.expect(text, as: name)
    }

    @Test(
        arguments: [
            "SELECT zxid, type, path, txn_json(body) FROM txns WHERE id >= 0x100000008 LIMIT 4",
            "SELECT path, kind, data, version, acl FROM znodes ORDER BY path",
            "SELECT epoch, transactions, first_zxid, last_zxid FROM epochs; SELECT * FROM sessions",
            "SELECT txn_type(body) AS type, sum(txn_operations(body)) AS operations FROM txns GROUP BY 1",
            "SELECT hex_zxid(id), txn_data(body), txn_error(body), txn_digest(body) FROM txns",
        ], [false, true])
    func `answers in SQL what it answered before`(query: String, asJSON: Bool) throws {
        let place = TemporaryFolder("inspection")
        let node = try Story.ofServices().write(to: place.path + "/node")
        let run = try Admin(["sql", node, query] + (asJSON ? ["--json"] : []))
        if asJSON { try Self.requireObjects(run.lines) }
        let words = query.prefix { $0 != "(" && $0 != "*" }.split(separator: " ").prefix(5)
        let name = "sql " + words.joined(separator: " ") + (asJSON ? ".jsonl" : ".txt")
        try Golden.expect(query + "\n" + run.text, as: name)
    }

    /// A snapshot says when it was written: not within the story's minute.
    static func withoutToday(_ text: String) -> String {
        let time = #/[0-9-]{10}T[0-9:.]{12}Z/#
        return text.replacing(time) { $0.output.hasPrefix("2026-11-26T12:00:") ? $0.output : "TODAY" }
    }

    /// Each line is a JSON object by Foundation's reader.
    static func requireObjects(_ lines: [String]) throws {
        for line in lines.dropLast() {
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            #expect(value is [String: Any], "\(line)")
        }
        #expect(lines.last == "")
    }
}

enum Golden {
    private static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")

    static func expect(_ text: String, as name: String) throws {
        let file = folder.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["AVIARY_GOLDEN"] == "write" {
            try Data(text.utf8).write(to: file)
            return
        }
        let before = try String(contentsOf: file, encoding: .utf8)
        #expect(text == before, "\(name)")
    }
}
