import ArgumentParser
import Aviary
import FoundationEssentials
import NIOCore
import Printing

/// A znode as a line of a dump.
struct DumpedZnode: Decodable {
    struct Content: Decodable {
        let utf8: String?
        let base64: String?
    }

    /// From the root of what was dumped.
    let path: String
    let data: Content?
    let acl: [String]

    func bytes() throws -> ByteBuffer? {
        guard let data else { return nil }
        if let text = data.utf8 { return ByteBuffer(string: text) }
        guard let bytes = data.base64.flatMap({ Data(base64Encoded: $0) }) else {
            throw ShellFailure("\(path): its data is neither utf8 nor base64", .wrongData)
        }
        return ByteBuffer(bytes: bytes)
    }
}

struct DumpCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "dump",
        abstract: "Writes a znode and all below it as JSON, a line each; without ephemerals.")

    @Argument(help: "The top.")
    var path = "/"

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let output = Output(format: .json)
        try await Subtree(client, path).walk { found in
            guard found.stat.ephemeralOwner == 0, found.path != "/zookeeper",
                !found.path.hasPrefix("/zookeeper/")
            else { return }
            let znode = try await client.getData(found.path)
            let acl = try await client.getACL(found.path).entries
            let below = path == "/" ? found.path : String(found.path.dropFirst(path.count))
            output.show(
                "",
                .object([
                    ("path", .text(below.isEmpty ? "/" : below)),
                    ("data", json(data: znode.data, isNull: znode.isNull)),
                    ("acl", .array(acl.map { .text("\($0.scheme):\($0.id):\($0.rights)") })),
                ]))
        }
        return .done
    }
}

struct LoadCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Makes the znodes of a dump; those that are there stay."
    )

    @Option(help: "Where the dump's top goes.")
    var under = "/"

    @Argument(help: "A file, or - for standard input.")
    var file: String

    var isChange: Bool { true }

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        let text = try DataArgument(file == "-" ? "-" : "@\(file)").bytes
        let decoder = JSONDecoder()
        var created = 0
        for lines in text.readableBytesView.split(separator: UInt8(ascii: "\n")).chunks(of: 100) {
            var operations: [Aviary.Operation] = []
            for line in lines {
                let znode: DumpedZnode
                do {
                    znode = try decoder.decode(DumpedZnode.self, from: Data(line))
                } catch {
                    throw ShellFailure(
                        "no line of a dump: \(String(decoding: line, as: UTF8.self))", .wrongData)
                }
                let path = znode.path == "/" ? under : child(String(znode.path.dropFirst()), of: under)
                guard path != "/", try await client.exists(path) == nil else { continue }
                let acl = try AccessArgument(znode.acl.joined(separator: ",")).entries
                operations.append(.create(path, try znode.bytes(), CreateOptions(.persistent, acl: acl)))
            }
            guard !operations.isEmpty else { continue }
            try await client.multi(operations)
            created += operations.count
        }
        session.output.show(created.counted("znode") + " created", .object([("created", .whole(created))]))
        return .done
    }
}

struct LatencyCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "latency", abstract: "Measures how long answers take, one after the other.")

    @Option(help: "How many.")
    var count = 100

    @Flag(help: "Of a commit by a quorum, instead of a read.")
    var write = false

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        guard count > 0 else { throw ShellFailure("--count is at least 1", .wrongUsage) }
        try await client.connected()
        var times: [Duration] = []
        for _ in 0..<count {
            let start = ContinuousClock.now
            if write { try await client.prove() } else { _ = try await client.exists("/") }
            times.append(start.duration(to: .now))
        }
        times.sort()
        let figures = [("min", 0.0), ("median", 0.5), ("p99", 0.99), ("max", 1)].map { name, share in
            (name: name, value: times[Int(share * Double(count - 1))] / .microseconds(1))
        }
        session.output.show(
            figures.map { "\($0.name) \($0.value.fixed(0)) µs" }.joined(separator: "  "),
            .object(figures.map { (name: "\($0.name)Us", value: .number($0.value)) }))
        return .done
    }
}
