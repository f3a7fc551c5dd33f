import ArgumentParser
import Inspection
import Printing
import Settings

struct SettingsCommand: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Says of a zoo.cfg what the server would say of it, and starts nothing.",
        discussion: """
            Keys that have no effect here, are not known or ask for what is not there; with exit code 1 \
            where the server does not start on the file. Keys and certificates are not opened, nor ports.

              aviary-admin settings /etc/zookeeper/zoo.cfg --myid 1
            """)

    @Argument(help: "The configuration file.", completion: .file())
    var file: String

    @Option(help: "The server's number, where it has no file myid yet.")
    var myid: Int?

    @OptionGroup var output: OutputOptions

    func answer(to out: Output, progress: Progress) throws {
        var warnings: [SettingsWarning] = []
        var refusal: String?
        do {
            warnings = try load()
        } catch {
            refusal = "\(error)"
            out.foundBad()
        }
        if out.isJSON {
            out.record([
                ("file", .text(file)), ("refused", .optional(refusal)),
                ("warnings", .array(warnings.map { .text("\($0)") })),
            ])
            return
        }
        for warning in warnings { out.line("\(warning)") }
        out.line(refusal.map { "the server does not start: \($0)" } ?? "\(file): the server starts on it")
    }

    private func load() throws -> [SettingsWarning] {
        guard let myid, case .bytes(let bytes) = FileContents(path: file) else {
            return try NodeSettings.load(path: file).warnings
        }
        return try NodeSettings.parse(bytes, file: file) { path in
            path.hasSuffix("/myid") ? .bytes(Array("\(myid)".utf8)) : FileContents(path: path)
        }.warnings
    }
}
