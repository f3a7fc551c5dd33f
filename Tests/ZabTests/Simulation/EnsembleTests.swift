import SeededRandom
import Testing
import Vocabulary
import Zab

/// `AVIARY_ZAB_SEEDS=5000 swift test --filter ensemble` for more; a failure names its seed.
@Suite struct `An ensemble` {
    private static let seeds = environmentNumber("AVIARY_ZAB_SEEDS") ?? 60
    private static let firstSeed = environmentNumber("AVIARY_ZAB_SEED") ?? 1

    @Test func `elects a leader and commits on every server`() throws {
        var ensemble = Ensemble(seed: 1, voters: 3, observers: 1)
        try ensemble.run(for: 2000)
        let leader = try #require(ensemble.leader)
        for _ in 0..<10 { try ensemble.propose(at: leader) }
        try ensemble.run(for: 500)
        for id in ensemble.all { #expect(ensemble.nodes[id].delivered.count == 10, "server \(id.rawValue)") }
    }

    @Test func `has a new leader within moments of the old one's death`() throws {
        var ensemble = Ensemble(seed: 2, voters: 3, observers: 0)
        try ensemble.run(for: 2000)
        let leader = try #require(ensemble.leader)
        ensemble.crash(leader)
        try ensemble.run(for: 150)
        let next = try #require(ensemble.leader)
        #expect(next != leader)
    }

    @Test func `refuses to go on without a majority`() throws {
        var ensemble = Ensemble(seed: 3, voters: 3, observers: 0)
        try ensemble.run(for: 2000)
        let leader = try #require(ensemble.leader)
        for id in ensemble.voters where id != leader { ensemble.crash(id) }
        try ensemble.run(for: 500)
        #expect(ensemble.leader == nil)
    }

    @Test(arguments: [(3, 0), (3, 1), (5, 0), (5, 1)])
    func `agrees through crashes, cuts and slow disks`(voters: Int, observers: Int) async throws {
        var epochs = 0
        for seed in Self.firstSeed..<(Self.firstSeed + Self.seeds) {
            await Task.yield()
            do {
                var ensemble = Ensemble(seed: UInt64(seed), voters: voters, observers: observers)
                try ensemble.suffer()
                epochs += ensemble.agreed.epochs
            } catch {
                Issue.record(
                    """
                    seed \(seed), \(voters) voters, \(observers) observers: \(error)
                    AVIARY_ZAB_SEED=\(seed) AVIARY_ZAB_SEEDS=1 swift test --filter ZabTests
                    """)
                return
            }
        }
        #expect(epochs > 2 * Self.seeds, "the faults must bring leaders down")
    }

    @Test func `does the same twice from one seed`() throws {
        var transcripts: [Transcript] = []
        for _ in 0..<2 {
            var ensemble = Ensemble(seed: 77, voters: 5, observers: 1)
            try ensemble.suffer()
            transcripts.append(ensemble.transcript)
        }
        #expect(transcripts[0] == transcripts[1])
        #expect(transcripts[0].count > 1000)
    }
}

extension Ensemble {
    /// Chaos first; then everything is healed, and a quorum must agree on all and go on.
    mutating func suffer() throws(Violation) {
        isHarmful = true
        for _ in 0..<30 {
            try proposeSome()
            try doHarm()
            try run(for: Int64(generator.next() % 400))
            delayMsMax = [2, 5, 40][Int(generator.next() % 3)]
        }
        isHarmful = false
        heal()
        delayMsMax = 3
        for id in all { try start(id) }
        try run(for: 10_000)
        guard let leader else { throw Violation("healed, and nobody leads") }
        let before = agreed.history.count
        try propose(at: leader)
        try run(for: 1_000)
        for id in all where nodes[id].delivered.count != before + 1 {
            throw Violation(
                "healed, and server \(id.rawValue) applied \(nodes[id].delivered.count) of \(before + 1)")
        }
    }

    private mutating func proposeSome() throws(Violation) {
        for _ in 0..<(generator.next() % 6) {
            for id in all { try propose(at: id) }
            try run(for: Int64(generator.next() % 8))
        }
    }

    private mutating func doHarm() throws(Violation) {
        let victim = all[Int(generator.next() % UInt64(all.count))]
        let other = all[Int(generator.next() % UInt64(all.count))]
        switch generator.next() % 8 {
        case 0, 1: crash(victim)
        case 2: if let leader { crash(leader) }
        case 3: if victim != other { cutOff(victim, other) }
        case 4: for peer in all where peer != victim { cutOff(victim, peer) }
        case 5: heal()
        default: for id in all where generator.next() % 2 == 0 { try start(id) }
        }
    }
}
