internal import SeededRandom
internal import Zab

/// The story of ways between servers that are shut for long: some hear and are not heard, some the other way
/// round, but a quorum can talk, each with each. Nothing else goes wrong, so that it can be said how long
/// there may be no leader.
extension Scenario {
    var isAboutLastingCuts: Bool { seed % 4 == 1 }

    /// One cut after the other, each longer than a bad election may take, and with time to heal.
    static func lastingCuts(_ dice: inout SeededGenerator) -> [Fault] {
        var faults: [Fault] = []
        var atMs: Int64 = 2_500
        for _ in 0..<Int.random(in: 1...2, using: &dice) {
            let lastsMs = Int64.random(in: 9_000...12_000, using: &dice)
            faults.append(Fault(atMs: atMs, lastsMs: lastsMs, kind: .cutSomeWays, chance: dice.next()))
            atMs += lastsMs + 5_000
        }
        return faults
    }
}

extension Simulation {
    /// The ways that are cut: any but those of a quorum among itself, from which a leader is mostly left out.
    func lastingWays(of fault: Fault, leader: Int?) -> [Way] {
        var dice = SeededGenerator(seed: fault.chance)
        var hosts = Array(0..<scenario.voters).shuffled(using: &dice)
        if let leader, !dice.isOneIn(3) {
            hosts.removeAll { $0 == leader }
            hosts.append(leader)
        }
        let talking = Set(hosts.prefix(scenario.voters / 2 + 1))
        return (0..<scenario.voters).flatMap { from in
            (0..<scenario.voters).compactMap { to in
                guard from != to, !(talking.contains(from) && talking.contains(to)), dice.isOneIn(2) else {
                    return nil
                }
                return Way(from: from, to: to)
            }
        }
    }
}
