import ArgumentParser
import Aviary
import Printing

struct ListCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "Lists children.")

    @Flag(name: .shortAndLong, help: "With kind, children, bytes, version and time.")
    var long = false

    @Argument(help: "The parent.")
    var path = "/"

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let names = try await client.getChildren(path).names.sorted()
        guard long else {
            session.output.show(names.joined(separator: "\n"), .array(names.map { .text($0) }))
            return .done
        }
        var table = TextTable("kind", "children", "bytes", "version", "modified", "name")
        var objects: [JSONValue] = []
        for name in names {
            // One that went meanwhile is not there to be listed.
            guard let stat = try await client.exists(child(name, of: path)) else { continue }
            table.add(
                String(stat.kind.prefix(1)), "\(stat.numChildren)", "\(stat.dataLength)", "v\(stat.version)",
                moment(stat.mtime), name)
            objects.append(.object([("name", .text(name))] + stat.members))
        }
        session.output.show("\(table)", .array(objects))
        return .done
    }
}

struct GetCommand: ShellCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Shows data.")

    @Flag(name: .shortAndLong, help: "With its stat.")
    var stat = false

    @Argument(help: "The znode.")
    var path: String

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let znode = try await client.getData(path)
        switch session.output.format {
        case .text:
            session.output.show(data: znode.data)
            if stat { session.output.show(znode.stat.lines, .null) }
        case .json:
            let data = json(data: znode.data, isNull: znode.isNull)
            session.output.show(
                "", .object([("path", .text(path)), ("data", data)] + (stat ? znode.stat.members : [])))
        }
        return .done
    }
}

struct StatCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "stat", abstract: "Shows what is kept of a znode besides its data.")

    @Argument(help: "The znode.")
    var path: String

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        guard let stat = try await client.exists(path) else {
            throw ShellFailure("stat \(path): noNode", .refused)
        }
        session.output.show(stat.lines, .object([("path", .text(path))] + stat.members))
        return .done
    }
}

struct ExistsCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "exists", abstract: "Ends with 0 if it is there, with 1 if it is not.")

    @Argument(help: "The znode.")
    var path: String

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let isThere = try await client.exists(path) != nil
        session.output.show(isThere ? "yes" : "no", .flag(isThere))
        return isThere ? .done : .refused
    }
}

struct AccessCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "getAcl", abstract: "Shows who may do what.")

    @Argument(help: "The znode.")
    var path: String

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let list = try await client.getACL(path)
        let lines = list.entries.map { "\($0.scheme):\($0.id):\($0.rights)" }
        session.output.show(
            lines.joined(separator: "\n"),
            .object([
                ("path", .text(path)), ("acl", .array(lines.map { .text($0) })),
                ("aversion", .whole(list.stat.aversion)),
            ]))
        return .done
    }
}

struct WhoAmICommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Shows who the server takes this client for.")

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let identities = try await client.whoAmI()
        session.output.show(
            identities.map { "\($0.scheme)  \($0.id)" }.joined(separator: "\n"),
            .array(identities.map { .object([("scheme", .text($0.scheme)), ("id", .text($0.id))]) }))
        return .done
    }
}

struct ConfigCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Shows the servers of the ensemble.")

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let text = try await client.ensembleConfiguration().text
        session.output.show(text, .array(text.split(separator: "\n").map { .text(String($0)) }))
        return .done
    }
}

struct VersionCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Shows the version of this program.")

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        session.output.show("aviary, not released yet", .object([("version", .null)]))
        return .done
    }
}

func child(_ name: String, of path: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }
