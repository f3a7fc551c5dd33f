internal import SeededRandom
internal import Zab

/// Faults, and how they are put right.
extension Simulation {
    func strike(_ fault: Fault, _ index: Int) throws(Violation) {
        guard calmSinceMs == nil else { return }
        noteChange()
        transcript.note(nowMs, 9, Int64(index), line: "\(nowMs) fault \(index): \(fault)")
        agenda.add(.relief(index), at: nowMs + fault.lastsMs)
        var chance = SeededGenerator(seed: fault.chance)
        switch fault.kind {
        case .crash: try crash(victim(of: fault), keeping: chance.next())
        case .crashLeader: if let leader { try crash(leader, keeping: chance.next()) }
        case .blackout: for server in servers { try crash(server, keeping: chance.next()) }
        case .ambush: ambushes += 1
        case .pause: pause(victim(of: fault))
        case .pauseLeader: if let leader { pause(leader) }
        case .cutOneWay, .cutBothWays, .isolate, .muteLeader, .deafenLeader, .cutSomeWays, .split,
            .cutClient:
            for way in ways(of: fault) { network.cut(from: way.from, to: way.to) }
        case .reset:
            let (one, other) = (victim(of: fault), partner(of: fault))
            for channel in one.channels where channel.other(than: one.host) == other.host { reset(channel) }
        case .slowNetwork: network.delayMsMax = 120
        case .slowDisk: victim(of: fault).diskDelayMsMax = 250
        case .diskError: victim(of: fault).isDiskFailing = victim(of: fault).isRunning
        case .clock: victim(of: fault).wallSkewMs = Int64(chance.next() % 7_200_000) - 3_600_000
        case .dropClient: if let channel = clients[customer(of: fault)].channel { reset(channel) }
        case .loseClient:
            let client = clients[customer(of: fault)]
            // Somebody must be left to see that things go on.
            guard client.index > 0 else { return }
            lose(client)
        case .loseCrowd: for client in clients where client.isOfCrowd { lose(client) }
        case .closeCrowd:
            for client in clients where client.isOfCrowd {
                endSession(of: client)
                lose(client)
            }
        }
    }

    /// Takes a client away for good.
    func lose(_ client: Client) {
        client.isLost = true
        if let channel = client.channel { close(channel, at: client.host) }
        loseConnection(client)
    }

    func relieve(_ fault: Fault) throws(Violation) {
        guard calmSinceMs == nil else { return }
        noteChange()
        switch fault.kind {
        case .ambush:
            ambushes -= 1
            startAll()
        case .crash, .crashLeader, .blackout, .diskError: startAll()
        case .pause, .pauseLeader:
            for server in servers where server.backlog != nil {
                agenda.add(.resume(server: server.host), at: nowMs)
            }
        case .cutOneWay, .cutBothWays, .isolate, .muteLeader, .deafenLeader, .cutSomeWays, .split,
            .cutClient:
            // Whoever leads now: what was cut is kept by what chose it.
            for way in struck.removeValue(forKey: fault.chance) ?? [] {
                network.mend(from: way.from, to: way.to)
            }
            release()
        case .slowNetwork: network.delayMsMax = 4
        case .slowDisk: victim(of: fault).diskDelayMsMax = 3
        case .reset, .clock, .dropClient, .loseClient, .loseCrowd, .closeCrowd: break
        }
    }

    /// Some at once, some later.
    private func startAll() {
        for server in servers where !server.isRunning {
            agenda.add(
                .start(server: server.host, life: server.life),
                at: nowMs + (dice.isOneIn(2) ? 0 : roll(1_500)))
        }
    }

    private func pause(_ server: Server) {
        if server.isRunning, server.backlog == nil { server.backlog = [] }
    }

    /// Both ends find the connection broken.
    private func reset(_ channel: Channel) {
        for host in [channel.first, channel.second] where channel[to: host].isOpen {
            channel[to: host].held = []
            agenda.add(.arrival(channel, at: host, .end), at: nowMs)
        }
    }

    // MARK: Whom it hits

    private var leader: Server? {
        servers.filter { server in
            guard server.isRunning, case .lead? = server.servingRole else { return false }
            return true
        }.max { $0.disk.acceptedEpoch < $1.disk.acceptedEpoch }
    }

    private func victim(of fault: Fault) -> Server { servers[Int(fault.chance % UInt64(servers.count))] }

    private func partner(of fault: Fault) -> Server {
        if servers.count == 1 { return servers[0] }
        let step = 1 + Int((fault.chance >> 20) % UInt64(servers.count - 1))
        return servers[(victim(of: fault).host + step) % servers.count]
    }

    private func customer(of fault: Fault) -> Int { Int((fault.chance >> 8) % UInt64(scenario.clients)) }

    /// The ways that a fault cuts.
    private func ways(of fault: Fault) -> [Way] {
        let ways: [Way]
        let one = victim(of: fault).host
        switch fault.kind {
        case .cutOneWay: ways = [Way(from: one, to: partner(of: fault).host)]
        case .cutBothWays: ways = Way.both(one, partner(of: fault).host)
        case .isolate: ways = servers.filter { $0.host != one }.flatMap { Way.both(one, $0.host) }
        case .muteLeader:
            guard let leader = leader?.host else { return [] }
            ways = servers.filter { $0.host != leader }.map { Way(from: leader, to: $0.host) }
        case .deafenLeader:
            guard let leader = leader?.host else { return [] }
            ways = servers.filter { $0.host != leader }.map { Way(from: $0.host, to: leader) }
        case .cutSomeWays: ways = lastingWays(of: fault, leader: leader?.host)
        case .split:
            let isIn = { (host: Int) in (fault.chance >> UInt64(24 + host)) & 1 == 1 }
            ways = servers.flatMap { left in
                servers.filter { isIn(left.host) && !isIn($0.host) }.flatMap { Way.both(left.host, $0.host) }
            }
        case .cutClient: ways = Way.both(clients[customer(of: fault)].host, one)
        default: return []
        }
        struck[fault.chance] = ways
        return ways
    }

    /// From one host to another.
    struct Way {
        let from: Int
        let to: Int

        static func both(_ one: Int, _ other: Int) -> [Way] {
            [Way(from: one, to: other), Way(from: other, to: one)]
        }
    }
}
