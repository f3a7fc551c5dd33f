internal import Vocabulary

/// Many seeds, some at a time, until the first violation.
package struct Campaign: Sendable {
    package let runsTwice: Bool
    package let flaw: Flaw?
    package let jobs: Int

    package init(runsTwice: Bool, flaw: Flaw? = nil, jobs: Int) {
        self.runsTwice = runsTwice
        self.flaw = flaw
        self.jobs = max(1, jobs)
    }

    package struct Failure: Sendable {
        package let seed: UInt64
        package let flaw: Flaw?
        package let violation: Violation
    }

    /// The results of a campaign.
    package struct Tally: Sendable {
        package fileprivate(set) var seeds = 0
        /// Of all runs, two of each seed where each is run twice.
        package fileprivate(set) var virtualMs: Int64 = 0
        package fileprivate(set) var transactions = 0
        package fileprivate(set) var epochs = 0
        package fileprivate(set) var events = 0
        /// The longest that any run was without a leader that it could have, and without some server's part.
        package fileprivate(set) var longestUnledMs: Int64 = 0
        package fileprivate(set) var longestUnjoinedMs: Int64 = 0
        /// Of all transcripts, whatever order they came in.
        package fileprivate(set) var digest: UInt64 = 0
        package fileprivate(set) var elapsed = Duration.zero
        /// The one of the lowest seed among those that were under way.
        package fileprivate(set) var failure: Failure?

        package var seconds: String {
            let (seconds, attoseconds) = elapsed.components
            return "\(seconds).\(attoseconds / 100_000_000_000_000_000)"
        }

        /// Virtual time over real time.
        package var speed: Int64 {
            let realMs =
                elapsed.components.seconds * 1000 + elapsed.components.attoseconds / 1_000_000_000_000_000
            return virtualMs / max(1, realMs)
        }
    }

    fileprivate struct Outcome: Sendable {
        let seed: UInt64
        let virtualMs: Int64
        let transactions: Int
        let epochs: Int
        let events: Int
        let hash: UInt64
        let longestUnledMs: Int64
        let longestUnjoinedMs: Int64
        let violation: Violation?
    }

    package func run(_ seeds: some Sequence<UInt64> & Sendable) async -> Tally {
        let clock = ContinuousClock()
        let start = clock.now
        var tally = Tally()
        await withTaskGroup(of: Outcome.self) { group in
            var next = seeds.makeIterator()
            for _ in 0..<jobs { if let seed = next.next() { group.addTask { outcome(of: seed) } } }
            for await outcome in group {
                tally.add(outcome, flaw)
                if tally.failure == nil, let seed = next.next() { group.addTask { self.outcome(of: seed) } }
            }
        }
        tally.elapsed = clock.now - start
        return tally
    }

    private func outcome(of seed: UInt64) -> Outcome {
        let scenario = Scenario(seed: seed, flaw: flaw)
        let (first, violation) = run(scenario)
        var found = violation
        var virtualMs = first.nowMs
        if runsTwice, found == nil {
            let (second, _) = run(scenario)
            virtualMs += second.nowMs
            if first.transcript != second.transcript { found = Violation("two runs of the seed differ") }
        }
        return Outcome(
            seed: seed, virtualMs: virtualMs, transactions: first.transactionCount, epochs: first.epochCount,
            events: first.transcript.count, hash: first.transcript.hash,
            longestUnledMs: first.longestUnledMs, longestUnjoinedMs: first.longestUnjoinedMs,
            violation: found)
    }

    private func run(_ scenario: Scenario) -> (Simulation, Violation?) {
        let simulation = Simulation(scenario)
        do {
            try simulation.run()
            return (simulation, nil)
        } catch {
            return (simulation, error)
        }
    }
}

extension Campaign.Tally {
    fileprivate mutating func add(_ outcome: Campaign.Outcome, _ flaw: Flaw?) {
        seeds += 1
        virtualMs += outcome.virtualMs
        transactions += outcome.transactions
        epochs += outcome.epochs
        events += outcome.events
        longestUnledMs = max(longestUnledMs, outcome.longestUnledMs)
        longestUnjoinedMs = max(longestUnjoinedMs, outcome.longestUnjoinedMs)
        digest ^= outcome.hash &* (outcome.seed | 1)
        guard let violation = outcome.violation, outcome.seed < failure?.seed ?? .max else { return }
        failure = Campaign.Failure(seed: outcome.seed, flaw: flaw, violation: violation)
    }

    package var report: String {
        """
        \(seeds) seeds, \(failure == nil ? "0 violations" : "A VIOLATION"): \
        \(virtualMs / 1000) s of virtual time in \(seconds) s, \(speed) times as fast; \
        \(epochs) epochs, \(transactions) transactions, \(events) steps; \
        at most \(longestUnledMs) ms without a leader where a quorum could talk, \
        \(longestUnjoinedMs) ms until all served where all could; \
        digest of all transcripts \(String(digest, radix: 16))
        """
    }
}
