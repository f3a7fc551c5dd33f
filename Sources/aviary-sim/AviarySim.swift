import ArgumentParser
import Glibc
import Simulator
import Vocabulary

@main
struct AviarySim: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "aviary-sim",
        abstract: "Runs whole ensembles in virtual time, breaks them, and looks for what must never be.",
        discussion: """
            Each seed is one run: servers (the real replicas), clients, network, disks and clocks in one \
            thread. First things go wrong, then all is healed. Every seed runs twice and must do the same; a \
            violation is made as small as it goes and printed with the command that repeats it.
            """)

    @Option(help: "The seeds, such as 1-1000 or 77.")
    var seeds: Seeds = Seeds(first: 1, last: 1000)

    @Option(help: "Runs under way at a time.")
    var jobs = 2

    @Option(help: "Put a mistake back that a run must find; --flaws lists them.")
    var flaw: Flaw?

    @Flag(
        help:
            "Put back every mistake known, one after the other, and print which seed found it."
    )
    var flaws = false

    @Option(help: "Of the seed's faults only these, by number, such as 0,3; - for none.")
    var faults: Numbers?

    @Option(help: "So many clients instead of the seed's own.")
    var clients: Int?

    @Flag(help: "Print everything that happens, and each seed's faults.")
    var transcript = false

    @Option(
        help: "Of one seed, write what the servers have on their disks in the end to folders in this one.")
    var folders: String?

    @Flag(help: "Run each seed once only.")
    var once = false

    func run() async throws {
        if flaws { return try await findFlaws() }
        if seeds.count == 1 || transcript {
            for seed in seeds { try show(seed) }
            return
        }
        let tally = await Campaign(runsTwice: !once, flaw: flaw, jobs: jobs).run(seeds)
        print(tally.report)
        guard let failure = tally.failure else { return }
        print(Shrinking(of: failure).report)
        throw ExitCode.failure
    }

    /// One seed, as closely as wanted.
    private func show(_ seed: UInt64) throws {
        var scenario = Scenario(seed: seed, flaw: flaw)
        if let clients { scenario.clients = clients }
        let kept = faults?.numbers
        let leftOut = Set(
            scenario.faults.indices.filter { index in kept.map { !$0.contains(index) } ?? false })
        print("seed \(seed): \(scenario.summary)")
        for (index, fault) in scenario.faults.enumerated() where !leftOut.contains(index) {
            print("  fault \(index): \(fault)")
        }
        let simulation = Simulation(
            scenario, leavingOut: leftOut, printingTo: transcript ? { print($0) } : nil)
        do {
            try simulation.run()
        } catch {
            print("\(simulation.summary): VIOLATION: \(error)")
            throw ExitCode.failure
        }
        print("\(simulation.summary): no violation")
        guard let folders else { return }
        for disk in simulation.disks { try disk.write(to: "\(folders)/server-\(disk.server.rawValue)") }
    }

    private func findFlaws() async throws {
        print("| mistake | issues | seed | found after s | as |\n|---|---|--:|--:|---|")
        var isComplete = true
        for flaw in Flaw.allCases {
            let tally = await Campaign(runsTwice: false, flaw: flaw, jobs: jobs).run(seeds)
            let found = tally.failure.map { "\($0.seed) | \(tally.seconds) | \($0.violation)" }
            isComplete = isComplete && found != nil
            let what = "\(flaw.rawValue): \(flaw.description) | \(flaw.issues)"
            print("| \(what) | \(found ?? "– | – | NOT FOUND") |")
            fflush(nil)
        }
        if !isComplete { throw ExitCode.failure }
    }
}

extension Flaw: ExpressibleByArgument {}

/// `first-last`.
struct Seeds: ExpressibleByArgument, Sequence {
    let first: UInt64
    let last: UInt64

    init(first: UInt64, last: UInt64) {
        self.first = first
        self.last = last
    }

    init?(argument: String) {
        let numbers = argument.split(separator: "-").compactMap { UInt64($0) }
        guard let first = numbers.first, let last = numbers.last, numbers.count <= 2, first <= last else {
            return nil
        }
        self.init(first: first, last: last)
    }

    var count: UInt64 { last - first + 1 }
    var defaultValueDescription: String { "\(first)-\(last)" }

    func makeIterator() -> ClosedRange<UInt64>.Iterator { (first...last).makeIterator() }
}

/// `1,2,3`.
struct Numbers: ExpressibleByArgument {
    let numbers: [Int]

    init?(argument: String) {
        numbers = argument == "-" ? [] : argument.split(separator: ",").compactMap { Int($0) }
    }
}
