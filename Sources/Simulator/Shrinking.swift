/// Makes a failing run smaller while it still fails: fewer faults, fewer clients.
package struct Shrinking {
    private let failure: Campaign.Failure
    private var scenario: Scenario
    private var leftOut: Set<Int> = []
    private var violation: Violation

    package init(of failure: Campaign.Failure) {
        self.failure = failure
        scenario = Scenario(seed: failure.seed, flaw: failure.flaw)
        violation = failure.violation
        dropFaults()
        dropClients()
        dropFaults()
    }

    private mutating func dropFaults() {
        for index in scenario.faults.indices where !leftOut.contains(index) {
            let fewer = leftOut.union([index])
            guard let found = violation(of: scenario, leavingOut: fewer) else { continue }
            leftOut = fewer
            violation = found
        }
    }

    private mutating func dropClients() {
        while scenario.clients > 1 {
            var smaller = scenario
            smaller.clients -= 1
            guard let found = violation(of: smaller, leavingOut: leftOut) else { return }
            scenario = smaller
            violation = found
        }
    }

    private func violation(of scenario: Scenario, leavingOut: Set<Int>) -> Violation? {
        do {
            try Simulation(scenario, leavingOut: leavingOut).run()
            return nil
        } catch {
            return error
        }
    }

    package var report: String {
        let kept = scenario.faults.indices.filter { !leftOut.contains($0) }
        let faults = kept.map { "    \($0): \(scenario.faults[$0])" }.joined(separator: "\n")
        let numbers = kept.isEmpty ? "-" : kept.map(String.init).joined(separator: ",")
        let flaw = failure.flaw.map { " --flaw \($0.rawValue)" } ?? ""
        return """
            seed \(failure.seed): \(failure.violation)
            as small as it goes (\(scenario.summary)): \(violation)
            \(faults)
            aviary-sim --seeds \(failure.seed)\(flaw) --clients \(scenario.clients) \
            --faults \(numbers) --transcript
            """
    }
}

extension Scenario {
    package var summary: String {
        "\(voters) voters, \(observers) observers, \(clients) clients, \(crowd) more, \(faults.count) faults"
    }
}

extension Simulation {
    package var summary: String {
        "\(nowMs) ms, \(epochCount) epochs, \(transactionCount) transactions, "
            + "transcript \(String(transcript.hash, radix: 16)) of \(transcript.count)"
    }
}
