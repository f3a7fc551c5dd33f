import Simulator
import Testing

/// A few runs; `tools/simulate` has thousands, and puts known mistakes back that must be found.
@Suite(.serialized) struct `A simulated ensemble` {
    @Test func `keeps every promise through whatever goes wrong`() async {
        let tally = await Campaign(runsTwice: true, jobs: 1).run(1...2)
        #expect(tally.seeds == 2)
        #expect(tally.failure == nil, "aviary-sim --seeds \(tally.failure?.seed ?? 0): \(tally.report)")
        #expect(tally.epochs > 2, "the faults must bring leaders down")
        #expect(tally.transactions > 2 * 100, "the clients must write")
    }

    @Test func `tells the same of a seed, line by line`() throws {
        var transcripts: [[String]] = []
        for _ in 0..<2 {
            var lines: [String] = []
            try Simulation(Scenario(seed: 5)) { lines.append($0) }.run()
            transcripts.append(lines)
        }
        #expect(transcripts[0] == transcripts[1])
        #expect(transcripts[0].count > 1_000)
    }

    @Test func `makes a failing run smaller, and says how to repeat it`() async throws {
        let tally = await Campaign(runsTwice: false, flaw: .repeatsEvents, jobs: 1).run(1...20)
        let report = Shrinking(of: try #require(tally.failure)).report
        #expect(report.contains("aviary-sim --seeds \(tally.failure?.seed ?? 0) --flaw repeatsEvents"))
        #expect(report.contains("--faults -"), "no fault is needed for this one: \(report)")
    }
}
