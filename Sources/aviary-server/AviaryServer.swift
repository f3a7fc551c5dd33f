import ArgumentParser

/// The node as a program.
@main
struct AviaryServer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aviary-server",
        abstract: "Runs one Aviary node in the foreground, and logs to standard error.",
        discussion: """
            Reads a ZooKeeper configuration file (zoo.cfg). Without one, serves on port 2181 with
            data in ./data. SIGTERM or SIGINT ends it cleanly.

            Exit codes: 64 wrong arguments, 65 damaged data, 73 data directory in use, 74 disk
            failure, 75 port in use, 78 wrong configuration, 1 a fault of the program.
            """)

    @Argument(help: "The configuration file, as ZooKeeper's servers take it.")
    var configuration: String?

    func run() throws {
        let outcome = Node(configuration: configuration).run()
        if outcome != 0 { throw ExitCode(outcome) }
    }
}
