import ArgumentParser
import Aviary
import Glibc
import NIOCore
import Printing

/// Data on the command line: itself, `@file`, or `-` for standard input.
struct DataArgument {
    let bytes: ByteBuffer

    init(_ text: String) throws {
        guard text == "-" || text.hasPrefix("@") else {
            bytes = ByteBuffer(string: text)
            return
        }
        let path = text == "-" ? "standard input" : String(text.dropFirst())
        let file = text == "-" ? STDIN_FILENO : open(path, O_RDONLY)
        defer { if file > STDIN_FILENO { close(file) } }
        guard file >= 0, let content = DataArgument.content(of: file) else {
            throw ShellFailure("cannot read \(path): \(String(cString: strerror(errno)))", .localFile)
        }
        bytes = content
    }

    /// All that is still to be read, of a pipe as of a file; nil when that fails.
    private static func content(of file: Int32) -> ByteBuffer? {
        var content = ByteBuffer()
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(file, &piece, piece.count)
            if count == 0 { return content }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            content.writeBytes(piece[..<count])
        }
    }
}

struct CreateCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a znode, and shows its path.")

    @Flag(name: .shortAndLong, help: "Gone with this session: with this command, unless more follow it.")
    var ephemeral = false

    @Flag(name: .shortAndLong, help: "With a number at the end of its name.")
    var sequential = false

    @Flag(name: .shortAndLong, help: "Gone some time after its last child.")
    var container = false

    @Option(name: .shortAndLong, help: "Gone when nothing happened to it for so many milliseconds.")
    var ttl: Int?

    @Flag(name: .shortAndLong, help: "With the znodes above it that are not there.")
    var parents = false

    @Option(help: "Who may do what: scheme:id:cdrwa, with commas between several.")
    var acl: String?

    @Argument(help: "Where.")
    var path: String

    @Argument(help: "The data: itself, @file, or - for standard input.")
    var data = ""

    var isChange: Bool { true }

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let lifetimes: [CreateOptions.Lifetime] =
            (ephemeral ? [.ephemeral] : []) + (container ? [.container] : [])
            + (ttl.map { [.ttl(.milliseconds($0))] } ?? [])
        guard lifetimes.count < 2 else { throw ShellFailure("one of -e, -c and -t", .wrongUsage) }
        let options = CreateOptions(
            lifetimes.first ?? .persistent, isSequential: sequential,
            acl: try acl.map { try AccessArgument($0).entries })
        if parents { try await makeParents(of: path, client) }
        let created = try await client.create(path, try DataArgument(data).bytes, options)
        session.output.show(created.path, .object([("path", .text(created.path))]))
        return .done
    }
}

/// Makes what is not there above a znode.
func makeParents(of path: String, _ client: AviaryClient) async throws {
    var above = ""
    for name in path.split(separator: "/").dropLast() {
        above += "/\(name)"
        do throws(AviaryError) {
            try await client.create(above)
        } catch {
            guard error.code == .nodeExists else { throw error }
        }
    }
}

struct SetCommand: ShellCommand {
    static let configuration = CommandConfiguration(commandName: "set", abstract: "Replaces data.")

    @Option(name: .shortAndLong, help: "Only in this version.")
    var version: Int32?

    @Argument(help: "The znode.")
    var path: String

    @Argument(help: "The data: itself, @file, or - for standard input.")
    var data: String

    var isChange: Bool { true }

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let stat = try await client.setData(path, try DataArgument(data).bytes, version: Version(version))
        session.output.show("", .object([("path", .text(path))] + stat.members))
        return .done
    }
}

struct RemoveCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Deletes a znode.", aliases: ["delete"])

    @Flag(name: .shortAndLong, help: "With all below it, as it is now.")
    var recursive = false

    @Option(name: .shortAndLong, help: "Only in this version.")
    var version: Int32?

    @Argument(help: "The znode.")
    var path: String

    var isChange: Bool { true }

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        guard recursive else {
            try await client.delete(path, version: Version(version))
            return .done
        }
        guard path != "/", path != "/zookeeper" else {
            throw ShellFailure("\(path) is not deleted", .wrongUsage)
        }
        var plan: [Subtree.Found] = []
        try await Subtree(client, path).walk { plan.append($0) }
        guard !plan.isEmpty else { throw ShellFailure("rm \(path): noNode", .refused) }
        let bytes = plan.map(\.stat.dataLength).reduce(0, +)
        let question =
            "\(path): \(plan.count.counted("znode")) with \(bytes.counted("byte")) will be deleted."
        guard try session.confirms(question) else { return .refused }
        // From below, each in the version that was seen: what has changed since stops it.
        for batch in plan.reversed().chunks(of: 200) {
            try await client.multi(batch.map { .delete($0.path, .exactly($0.stat.version)) })
        }
        session.output.show("", .object([("deleted", .whole(plan.count))]))
        return .done
    }
}

struct SetAccessCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "setAcl", abstract: "Says who may do what.")

    @Option(name: .shortAndLong, help: "Only in this version of the list.")
    var version: Int32?

    @Argument(help: "The znode.")
    var path: String

    @Argument(help: "scheme:id:cdrwa, with commas between several.")
    var acl: String

    var isChange: Bool { true }

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let entries = try AccessArgument(acl).entries
        let stat = try await client.setACL(path, entries, version: Version(version))
        session.output.show("", .object([("path", .text(path))] + stat.members))
        return .done
    }
}

struct SyncCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Waits for all that the leader has committed.")

    @Argument(help: "A path; which one matters to no server.")
    var path = "/"

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let zxid = try await client.sync(path)
        session.output.show("\(zxid)", .object([("zxid", .text("\(zxid)"))]))
        return .done
    }
}

struct ProveCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove", abstract: "Waits for an answer that only a quorum can give.")

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let zxid = try await client.prove()
        session.output.show("\(zxid)", .object([("zxid", .text("\(zxid)"))]))
        return .done
    }
}

struct IdentifyCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "addauth", abstract: "Says who this client is, for the commands that follow.")

    @Argument(help: "Such as digest.")
    var scheme: String

    @Argument(help: "Such as user:password.")
    var secret: String

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        try await client.add(Credential(scheme: scheme, secret: Array(secret.utf8)))
        return .done
    }
}

extension Version {
    init(_ number: Int32?) { self = number.map { .exactly($0) } ?? .any }
}

extension Collection {
    /// The elements in order, so many together.
    func chunks(of count: Int) -> [[Element]] {
        var rest = self[...]
        var chunks: [[Element]] = []
        while !rest.isEmpty {
            chunks.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return chunks
    }
}
