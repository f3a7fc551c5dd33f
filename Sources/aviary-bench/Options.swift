import ArgumentParser

/// The command line.
struct Options: ParsableArguments {
    @Option(help: "Servers as host:port,…; sessions are spread over them in turn.")
    var servers = "127.0.0.1:2181"

    @Option(help: "Sessions that produce the load (or fill, or hold nothing in the other modes).")
    var connections = 64

    @Option(help: "Requests each session keeps on their way.")
    var outstanding = 1

    @Option(
        help: """
            The mix, such as getData=90,setData=10. Known: getData, setData, create, delete (of what create \
            made), exists, getChildren (of 100), multi (a check and a setData), multiOfTen (a check and nine \
            setData), createEphemeral (sequential ones, which go with their sessions), sync.
            """)
    var operations = "getData"

    @Option(help: "Bytes of data of each znode.")
    var size = 100

    @Option(help: "How many znodes the load is spread over.")
    var keys = 10_000

    @Option(help: "How often which key is asked for: uniform, zipf or sequential.")
    var distribution = Distribution.uniform

    @Option(help: "Seconds that are measured.")
    var duration = 10.0

    @Option(help: "Measure this many requests instead of a time.")
    var requests: Int?

    @Option(help: "Seconds of the same load before that, which are not measured.")
    var warmup = 2.0

    @Option(help: "Watch fan-out: this many sessions watch one znode that another one writes.")
    var watchers: Int?

    @Option(help: "Idle sessions: open this many, keep them alive for the duration, report memory for each.")
    var sessions: Int?

    @Flag(help: "Session turnover: sessions come and go, as many at a time as --connections says.")
    var turnover = false

    @Option(help: "Create this many znodes below the root, leave them there and report memory for each.")
    var fill: Int?

    @Option(name: .customLong("root"), help: "Below which znode everything happens.")
    var root = "/aviary-bench"

    @Flag(help: "Leave the keys in place for the next run; what create made is always removed.")
    var keep = false

    @Option(help: "Milliseconds of session timeout to ask for.")
    var sessionTimeout: Int32 = 30_000

    @Option(help: "Where the random choices start; the same seed asks for the same keys.")
    var seed: UInt64 = 1

    @Option(help: "Process id of a local server, to report its CPU and memory; may be given more than once.")
    var pid: [Int32] = []

    @Option(
        help: """
            Of a load, write to this file when each measured reply came and how long it took: two 64-bit \
            little-endian numbers each, nanoseconds of the monotonic clock.
            """)
    var trace: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        guard ServerAddress.list(servers) != nil else {
            throw ValidationError(
                "--servers \(servers): write host:port, or several with commas between them")
        }
        guard OperationMix(operations) != nil else {
            throw ValidationError(
                "--operations \(operations): write names, or name=weight, with commas between them")
        }
        guard connections > 0, outstanding > 0, size >= 0, keys > 0, duration > 0, warmup >= 0 else {
            throw ValidationError("counts and times must be positive")
        }
        guard keys <= 100_000_000, (fill ?? 0) <= 100_000_000 else {
            throw ValidationError("at most 100,000,000 znodes: a group's number has six digits")
        }
        guard OperationMix(operations)?.contains(.multiOfTen) == false || keys >= 10 else {
            throw ValidationError("multiOfTen needs ten keys")
        }
        guard [watchers, sessions, fill, turnover ? 1 : nil].compactMap({ $0 }).count <= 1 else {
            throw ValidationError("--watchers, --sessions, --turnover and --fill are different runs")
        }
        guard root.hasPrefix("/"), root.count > 1, !root.hasSuffix("/") else {
            throw ValidationError("--root \(root): write an absolute path, and not / itself")
        }
    }
}

extension Options {
    var warmupNanoseconds: UInt64 { UInt64(warmup * 1e9) }
    var durationNanoseconds: UInt64 { UInt64(duration * 1e9) }
}

extension Distribution: ExpressibleByArgument {}
