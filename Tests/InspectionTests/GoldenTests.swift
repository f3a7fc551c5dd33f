import Foundation
import Storage
import Testing
import Vocabulary

/// What the program prints, word for word. `AVIARY_GOLDEN=write` writes the files anew: look at what changed.
@Suite struct `The program` {
    /// Folders that command lines name in capitals.
    static func folders(in place: Place) throws -> [String: String] {
        let story = Story.ofServices()
        let node = try story.write(to: place.path + "/node")
        return ["NODE": node]
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
    ]

    @Test(arguments: commands, [false, true])
    func `prints what it printed before`(command: String, asJSON: Bool) throws {
        let place = Place()
        let folders = try Self.folders(in: place)
        let words = command.split(separator: " ").map { folders[String($0)] ?? String($0) }
        let run = try Admin(words + (asJSON ? ["--json"] : []))
        if asJSON { try Self.requireObjects(run.lines) }
        var text = run.text + "exit \(run.isBad ? 1 : 0)\n"
        for (name, path) in folders { text = text.replacingOccurrences(of: path, with: name) }
        let name = command.replacingOccurrences(of: "/", with: "+") + (asJSON ? ".jsonl" : ".txt")
        try Golden.expect(text, as: name)
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
