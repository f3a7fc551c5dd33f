import ArgumentParser
import Aviary
import Glibc
import Printing

/// One run of the shell: what its commands share.
struct ShellSession: Sendable {
    let output: Output
    let isReadOnly: Bool
    /// Whether it asks before much is deleted.
    let asks: Bool
    let configuration: ClientConfiguration

    /// - Parameter words: One command; none for commands from standard input.
    func run(_ words: [String], servers: String) async throws -> ShellStatus {
        let list: ServerList
        do {
            list = try ServerList(parsing: servers)
        } catch {
            Output.complain("these are no servers: \(servers)")
            return .wrongUsage
        }
        // Before anybody is asked for it: a wrong command costs no connection.
        if !words.isEmpty { _ = try ShellLine.parseAsRoot(words) }
        return try await AviaryClient.with(list, configuration: configuration) { client in
            if words.isEmpty { return await readLines(with: client) }
            return await perform(try ShellLine.parseAsRoot(words), with: client)
        }
    }

    private func readLines(with client: AviaryClient) async -> ShellStatus {
        let isTerminal = isatty(STDIN_FILENO) == 1
        var last = ShellStatus.done
        while true {
            if isTerminal { output.prompt("\(client.session.isConnected ? "" : "(not connected) ")> ") }
            guard let line = readLine() else { return last }
            let words: [String]
            do {
                words = try LineWords.split(line)
            } catch {
                Output.complain("\(error)")
                last = .wrongUsage
                if isTerminal { continue } else { return last }
            }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            if first == "quit" || first == "exit" { return last }
            do {
                last = await perform(try ShellLine.parseAsRoot(words), with: client)
            } catch {
                Output.complain(ShellLine.fullMessage(for: error))
                last = ShellLine.exitCode(for: error) == .success ? .done : .wrongUsage
            }
            // A script stops at its first failure; a person goes on.
            if last != .done, !isTerminal { return last }
        }
    }

    private func perform(_ command: any ParsableCommand, with client: AviaryClient) async -> ShellStatus {
        do {
            guard let command = command as? any ShellCommand else {
                var help = command
                try help.run()
                return .done
            }
            if isReadOnly, command.isChange {
                Output.complain("refused: --read-only")
                return .wrongUsage
            }
            return try await command.run(with: client, self)
        } catch let error as AviaryError {
            Output.complain("\(error)")
            return ShellStatus(error, wasConnected: client.session.generation > 0)
        } catch let error as ShellFailure {
            Output.complain(error.message)
            return error.status
        } catch {
            Output.complain(ShellLine.fullMessage(for: error))
            return ShellLine.exitCode(for: error) == .success ? .done : .wrongUsage
        }
    }

    /// Whether whoever runs it says yes.
    func confirms(_ question: String) throws -> Bool {
        guard asks else { return true }
        guard isatty(STDIN_FILENO) == 1 else {
            throw ShellFailure("\(question) Nobody is there to ask: say --yes.", .wrongUsage)
        }
        output.prompt("\(question) [y/N] ")
        return readLine()?.lowercased().hasPrefix("y") ?? false
    }
}

/// A command of the shell.
protocol ShellCommand: ParsableCommand {
    /// Whether it writes.
    var isChange: Bool { get }
    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus
}

extension ShellCommand {
    var isChange: Bool { false }
}

/// All of them, as the words of a line are read.
struct ShellLine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aviary", abstract: "Reads and changes what an ensemble keeps.",
        subcommands: [
            ListCommand.self, GetCommand.self, StatCommand.self, ExistsCommand.self, CreateCommand.self,
            SetCommand.self, RemoveCommand.self, AccessCommand.self, SetAccessCommand.self, SyncCommand.self,
            ProveCommand.self, IdentifyCommand.self, WhoAmICommand.self, ConfigCommand.self,
            TreeCommand.self, FindCommand.self, WatchCommand.self, DumpCommand.self, LoadCommand.self,
            LatencyCommand.self, VersionCommand.self,
        ])
}
