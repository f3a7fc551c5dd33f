import ArgumentParser
import FolderReading
import Glibc
import Inspection
import Printing
import Storage

struct SQLCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Asks a node's folder in SQL, to be read only.",
        discussion: """
            Views: txns (a row a transaction; `id` is the zxid as a number), znodes (the tree, as of --at or \
            the log's end), sessions, epochs, segments (the files of the log), snapshots. The first, third \
            and fourth are in each of those files too, over what it holds, for the stock sqlite3 shell.

            Functions of a row's body: \(FolderQuery.functionHelp.map(\.name).joined(separator: ", ")).

            Without a query, statements are read from standard input. While a node runs on the folder, a \
            query may take ten seconds.

              aviary-admin sql data "SELECT zxid, time, txn_json(body) FROM txns WHERE path = '/leader'"
              aviary-admin sql data "SELECT parent, count(*) FROM znodes GROUP BY 1 ORDER BY 2 DESC LIMIT 10"
            """)

    @OptionGroup var folder: FolderArgument

    @Argument(help: "SQL, one statement or several.")
    var query: String?

    @Option(help: "The moment of the view znodes: a zxid or a time.")
    var at: Moment?

    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        let node = try folder.open()
        if query == nil, isatty(STDIN_FILENO) == 1 {
            try converse(node, out, progress)
        } else {
            let text = query ?? SQLCommand.standardInput()
            try FolderQuery.prepare(over: node, at: at, asking: text, progress: progress).print(text, to: out)
        }
        try node.requireUnchanged()
    }

    private static func standardInput() -> String {
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        return text
    }

    /// Statement by statement, until the input ends; a wrong one ends nothing.
    private func converse(_ node: NodeFolder, _ out: Output, _ progress: Progress) throws {
        let asked = try FolderQuery.prepare(over: node, at: at, asking: "znodes", progress: progress)
        var statement = ""
        "sql> ".writeToStandardError()
        while let line = readLine() {
            if statement.isEmpty, [".quit", ".exit", "quit", "exit"].contains(line) { break }
            statement += line + "\n"
            if SQLConsole.isComplete(statement) {
                do { try asked.print(statement, to: out) } catch { Failure(error).message.complain() }
                statement = ""
                fflush(nil)
            }
            (statement.isEmpty ? "sql> " : "...> ").writeToStandardError()
        }
    }
}

extension FolderQuery {
    func print(_ sql: String, to out: Output) throws {
        var rows = QueryRows(out)
        try run(sql) {
            rows.begin($0)
        } row: {
            rows.add($0)
        }
        rows.finish()
    }
}

/// The rows of an answer: as wide as the first ones need, so that they can be printed as they come.
private struct QueryRows {
    private let out: Output
    private var names: [String] = []
    private var gathered: [[SQLValue]] = []
    private var widths: [Int] = []

    private static let gatheredMax = 500

    init(_ out: Output) {
        self.out = out
    }

    mutating func begin(_ names: [String]) {
        finish()
        self.names = names
    }

    mutating func add(_ row: [SQLValue]) {
        if out.isJSON {
            out.record(.object(zip(names, row).map { ($0, $1.json) }))
        } else if widths.isEmpty {
            gathered.append(row)
            if gathered.count == QueryRows.gatheredMax { printGathered() }
        } else {
            printLine(row.map(\.text))
        }
    }

    mutating func finish() {
        if !out.isJSON, widths.isEmpty, !names.isEmpty { printGathered() }
        names = []
        gathered = []
        widths = []
    }

    private mutating func printGathered() {
        let lines = [names] + gathered.map { $0.map(\.text) }
        widths = names.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        for line in lines { printLine(line) }
        gathered = []
    }

    private func printLine(_ cells: [String]) {
        var line = ""
        for (cell, width) in zip(cells, widths) {
            line +=
                (line.isEmpty ? "" : "  ") + cell + String(repeating: " ", count: max(0, width - cell.count))
        }
        while line.last == " " { line.removeLast() }
        out.line(line)
    }
}

extension SQLValue {
    fileprivate var text: String {
        switch self {
        case .null: ""
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let bytes): DataText.printable(bytes[...], isQuoted: false) ?? "0x" + DataText.hex(bytes)
        case .blob(let bytes): "0x" + DataText.hex(bytes)
        }
    }

    fileprivate var json: JSONValue {
        switch self {
        case .null: .null
        case .integer(let number): .whole(number)
        case .real(let number): .number(number)
        case .text(let bytes): .text(String(decoding: bytes, as: UTF8.self))
        case .blob(let bytes): .object([("hex", .text(DataText.hex(bytes)))])
        }
    }
}
