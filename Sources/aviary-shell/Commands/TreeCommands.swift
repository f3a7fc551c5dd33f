import ArgumentParser
import Aviary
import Printing

/// A znode and all below it, parents first and in the order of their names.
struct Subtree {
    struct Found {
        let path: String
        let stat: Stat
        /// Below where it began.
        let depth: Int
    }

    let client: AviaryClient
    let root: String
    let depthMax: Int

    init(_ client: AviaryClient, _ root: String, depthMax: Int = .max) {
        self.client = client
        self.root = root
        self.depthMax = depthMax
    }

    /// Visits each; one that goes meanwhile is passed over.
    func walk(_ visit: (Found) async throws -> Void) async throws {
        var left = [(path: root, depth: 0)]
        while let next = left.popLast() {
            guard let stat = try await client.exists(next.path) else { continue }
            try await visit(Found(path: next.path, stat: stat, depth: next.depth))
            guard stat.numChildren > 0, next.depth < depthMax else { continue }
            for name in try await children(next.path).sorted(by: >) {
                left.append((child(name, of: next.path), next.depth + 1))
            }
        }
    }

    private func children(_ path: String) async throws(AviaryError) -> [String] {
        do throws(AviaryError) {
            return try await client.getChildren(path).names
        } catch {
            if error.code == .noNode { return [] }
            throw error
        }
    }
}

struct TreeCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "tree", abstract: "Shows a znode and all below it.")

    @Option(help: "How far down.")
    var depth: Int?

    @Argument(help: "The top.")
    var path = "/"

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        var isThere = false
        try await Subtree(client, path, depthMax: depth ?? .max).walk { found in
            isThere = true
            let name = found.depth == 0 ? found.path : String(found.path.split(separator: "/").last ?? "")
            session.output.show(
                String(repeating: "  ", count: found.depth) + name
                    + (found.stat.ephemeralOwner == 0 ? "" : "  (ephemeral)"),
                .object([("path", .text(found.path))] + found.stat.members))
        }
        guard isThere else { throw ShellFailure("tree \(path): noNode", .refused) }
        return .done
    }
}

struct FindCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "find", abstract: "Shows the paths of znodes that are as asked for.")

    @Option(help: "With this in its name.")
    var name: String?

    @Option(help: "With this in its data.")
    var data: String?

    @Option(help: "With more bytes of data.")
    var larger: Int?

    @Option(help: "With at least so many children.")
    var children: Int?

    @Flag(help: "Gone with their session.")
    var ephemeral = false

    @Argument(help: "The top.")
    var path = "/"

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        try await Subtree(client, path).walk { found in
            let last = found.path.split(separator: "/").last ?? ""
            if let name, !last.contains(name) { return }
            if ephemeral, found.stat.ephemeralOwner == 0 { return }
            if let larger, found.stat.dataLength <= larger { return }
            if let children, found.stat.numChildren < children { return }
            if let data, try await !holds(data, at: found.path, client) { return }
            session.output.show(found.path, .object([("path", .text(found.path))] + found.stat.members))
        }
        return .done
    }

    private func holds(_ text: String, at path: String, _ client: AviaryClient) async throws -> Bool {
        do throws(AviaryError) {
            return try await client.getData(path).text.contains(text)
        } catch {
            // Gone meanwhile, or not ours to read: not found.
            guard error.code == .noNode || error.code == .noAuth else { throw error }
            return false
        }
    }
}

struct WatchCommand: ShellCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Shows changes as they come, until it is stopped.")

    @Flag(name: .shortAndLong, help: "Of all below it too.")
    var recursive = false

    @Flag(help: "The first change, and no more.")
    var once = false

    @Argument(help: "The znode.")
    var path: String

    func run(with client: AviaryClient, _ session: ShellSession) async throws -> ShellStatus {
        for await event in try await client.events(at: path, recursive ? .recursive : .znode) {
            switch event {
            case .change(let change, let path, let zxid):
                session.output.show(
                    "\(change.rawValue)  \(path)" + (zxid.map { "  \($0)" } ?? ""),
                    .object([
                        ("type", .text(change.rawValue)), ("path", .text(path)),
                        ("zxid", .optional(zxid.map { "\($0)" })),
                    ]))
            case .gap(let cause):
                session.output.show(
                    "gap: changes may be missing (\(cause.rawValue))",
                    .object([("type", .text("gap")), ("cause", .text(cause.rawValue))]))
            }
            if once { break }
        }
        return .done
    }
}
