import ArgumentParser
import Aviary

/// The shell: one command, or a line each from a terminal, a pipe or a file.
@main
struct AviaryShell: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aviary",
        abstract: "Reads and changes what an ensemble of ZooKeeper's protocol keeps.",
        discussion: """
            With a command it does that and ends; without one it reads commands, a line each.

              aviary ls -l /brokers
              aviary -o json get /config/limits
              aviary -s zk1:2181,zk2:2181/shop watch --recursive /services
              aviary help create

            It ends with 0; with 1 when the server said no, 64 for wrong usage, 69 when no server is \
            reachable, 75 when a connection was lost and nobody knows whether it happened, 77 without \
            permission, 124 when the time was up.
            """)

    @Option(
        name: [.short, .long],
        help: "Where the ensemble is: host:port,host:port/chroot (or AVIARY_SERVERS).")
    var servers: String?

    @Option(name: [.short, .long], help: "The form of results: text or json.")
    var output = OutputFormat.text

    @Option(help: "How many seconds a command waits for its answer.")
    var deadline = 10

    @Option(help: "How many seconds the session lives without a word.")
    var sessionTimeout = 30

    @Flag(help: "Refuse to change anything.")
    var readOnly = false

    @Flag(name: [.short, .long], help: "Do not ask before anything is deleted with all below it.")
    var yes = false

    @Argument(parsing: .captureForPassthrough, help: "The command: aviary help shows them all.")
    var command: [String] = []

    func run() async throws {
        let session = ShellSession(
            output: Output(format: output), isReadOnly: readOnly, asks: !yes,
            configuration: ClientConfiguration(
                sessionTimeout: .seconds(sessionTimeout), deadline: .seconds(deadline), acceptsReadOnly: true,
                credentials: try Environment.credentials()))
        let status = try await session.run(command, servers: servers ?? Environment.servers)
        if status != .done { throw ExitCode(status.rawValue) }
    }
}
