import ArgumentParser
import Inspection

@testable import aviary_admin

/// A command of the program, run as from a command line.
struct Admin {
    let text: String
    let isBad: Bool

    /// - Throws: what the program would turn into one sentence and an exit status.
    init(_ arguments: String...) throws { try self.init(arguments) }

    init(_ arguments: [String]) throws {
        let parsed = try AviaryAdmin.parseAsRoot(arguments)
        guard let command = parsed as? any AdminCommand else { throw NotACommand() }
        var text = ""
        let out = Output(isJSON: command.output.json) { text += $0 }
        try command.answer(to: out, progress: Progress())
        self.text = text
        isBad = out.isBad
    }

    var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

    /// The sentence and the status that the program would end with.
    static func failure(_ arguments: [String]) -> (message: String, status: Int32)? {
        do {
            let parsed = try AviaryAdmin.parseAsRoot(arguments)
            guard let command = parsed as? any AdminCommand else { return nil }
            try command.answer(to: Output(isJSON: false) { _ in }, progress: Progress())
            return nil
        } catch {
            if AviaryAdmin.exitCode(for: error).rawValue == Status.usage {
                return (AviaryAdmin.message(for: error), Status.usage)
            }
            let failure = Failure(error)
            return (failure.message, failure.status)
        }
    }

    private struct NotACommand: Error {}
}
