import Foundation
import Testing

@testable import Settings

/// The page that operators read, `Sources/aviary-server/CONFIGURATION.md`, held against what is parsed.
@Suite struct `The page of the configuration` {
    private struct Row {
        let key: String
        /// The value that means the same as no line; nil where the page says it in words.
        let value: String?
    }

    @Test func `names each key that is obeyed once, and no other`() throws {
        let named = try rows().map(\.key)
        #expect(named.sorted() == KnownKeys.obeyed.sorted())
    }

    @Test func `gives the defaults that hold`() throws {
        let tried = try rows().filter { $0.value != nil }
        #expect(tried.count > 30, "most defaults are values")
        let without = try settings("")
        for row in tried {
            let line = "\(row.key)=\(row.value ?? "")"
            #expect(try settings(line) == without, "\(line) is not what holds without it")
        }
    }

    /// Those of a member, since a node alone has no ensemble to compare.
    private func settings(_ line: String) throws -> NodeSettings {
        let text = """
            dataDir=/d
            clientPort=2181
            initLimit=10
            syncLimit=5
            server.1=a:2888:3888
            server.2=b:2888:3888
            server.3=c:2888:3888
            \(line)
            """
        return try NodeSettings.parse(text, file: "zoo.cfg") { path in
            path == "/d/myid" ? .bytes([UInt8(ascii: "1")]) : .missing
        }.settings
    }

    /// Rows of tables whose first cell is a key in code: `| `key` | default | meaning |`.
    private func rows() throws -> [Row] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = root.appendingPathComponent("Sources/aviary-server/CONFIGURATION.md")
        return try String(contentsOf: page, encoding: .utf8).split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard line.hasPrefix("| `"), cells.count == 3, let key = code(cells[0]) else { return nil }
            return Row(key: key, value: code(cells[1]))
        }
    }

    /// What stands between two backticks, where the whole cell does.
    private func code(_ cell: String) -> String? {
        let parts = cell.split(separator: "`", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty, parts[2].isEmpty else { return nil }
        return String(parts[1])
    }
}
