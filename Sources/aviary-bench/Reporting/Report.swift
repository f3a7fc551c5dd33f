import Printing

/// One run's result: named figures, printed as aligned lines for people or as one JSON object for programs.
struct Report {
    private var lines: [(label: String, text: String)] = []
    private var members: [(name: String, value: JSONValue)] = []

    mutating func add(_ label: String, _ text: String, json: [(name: String, value: JSONValue)]) {
        lines.append((label, text))
        members += json
    }

    /// Operations a second within the window.
    mutating func add(throughputOf count: Int, in measurement: Measurement) {
        let rate = Double(count) / measurement.seconds
        add(
            "throughput",
            "\(rate.grouped) op/s (\(Double(count).grouped) in \(measurement.seconds.fixed(2)) s)",
            json: [
                ("operations", .integer(count)), ("seconds", .number(measurement.seconds)),
                ("throughput", .number(rate)),
            ])
    }

    mutating func add(_ name: String, latencies: Histogram) {
        let points: [(String, Double)] = [
            ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("max", 1),
        ]
        let microseconds = points.map { ($0.0, Double(latencies.value(at: $0.1)) / 1e3) }
        let mean = latencies.mean / 1e3
        add(
            name,
            (microseconds.map { "\($0.0) \($0.1.grouped)" } + ["mean \(mean.grouped)"]).joined(
                separator: "  ")
                + " µs",
            json: [
                (
                    name + "Microseconds",
                    .object(
                        microseconds.map { ($0.0, .number($0.1)) }
                            + [("mean", .number(mean)), ("count", .integer(Int(latencies.count)))])
                )
            ])
    }

    /// The longest time without any reply.
    mutating func add(longestPauseIn measurement: Measurement) {
        let microseconds = Double(measurement.longestPauseNanoseconds) / 1e3
        add(
            "pause", "\(microseconds.grouped) µs without any reply, at the longest",
            json: [("longestPauseMicroseconds", .number(microseconds))])
    }

    /// Processor time of server and generator, for each of `count` operations, and the server's memory.
    mutating func add(costOf count: Int, in measurement: Measurement) {
        let perOperation = 1e6 / Double(max(1, count))
        if let cpu = measurement.serverCPUSeconds, let after = measurement.serverAfter {
            let share = cpu / measurement.seconds * 100
            add(
                "server",
                "\((cpu * perOperation).fixed(2)) µs CPU/op, \(share.fixed(0)) % of a core, "
                    + "RSS \(after.residentBytes.mebibytes)",
                json: [
                    ("serverCPUMicrosecondsPerOperation", .number(cpu * perOperation)),
                    ("serverCPUSeconds", .number(cpu)), ("serverRSSBytes", .integer(after.residentBytes)),
                ])
        }
        let own = measurement.generatorCPUSeconds
        let ownShare = own / measurement.seconds * 100
        add(
            "generator",
            "\((own * perOperation).fixed(2)) µs CPU/op, \(ownShare.fixed(0)) % of a core",
            json: [("generatorCPUMicrosecondsPerOperation", .number(own * perOperation))])
    }

    mutating func add(errors: [Int32: Int]) {
        let sorted = errors.sorted { $0.key < $1.key }
        let text = sorted.map { "\($0.value) × error \($0.key)" }.joined(separator: ", ")
        add(
            "errors", sorted.isEmpty ? "none" : text,
            json: [("errors", .object(sorted.map { ("\($0.key)", .integer($0.value)) }))])
    }

    var text: String {
        let width = lines.map(\.label.count).max() ?? 0
        return lines.map { line in
            line.label + String(repeating: " ", count: width - line.label.count + 2) + line.text + "\n"
        }.joined()
    }

    var json: String { JSONValue.object(members).description + "\n" }
}
