import ArgumentParser

/// A load generator for any ZooKeeper server.
@main
struct AviaryBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aviary-bench",
        abstract: "Puts load on a ZooKeeper server and reports throughput, latency and the server's cost.",
        discussion: """
            A closed loop: every session keeps the given number of requests on their way. With --watchers, \
            --sessions, --turnover or --fill it measures watch fan-out, idle sessions, sessions that come \
            and go or memory instead.
            """)

    @OptionGroup var options: Options

    func run() throws {
        FileLimit.raise()
        var run = try Run(options)
        let report = try run.report()
        print(options.json ? report.json : report.text, terminator: "")
    }
}
