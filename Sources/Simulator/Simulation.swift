internal import NIOCore
internal import Replica
internal import SeededRandom
internal import Vocabulary
internal import Zab

/// A whole ensemble with its clients, network, disks and clocks, in one thread and from one seed.
///
/// The replicas are the real ones; everything around them is made up, and may go wrong. First comes chaos,
/// then all is healed, and the ensemble must go on and agree.
package final class Simulation {
    package let scenario: Scenario
    var dice: SeededGenerator
    var agenda = Agenda<Event>(startingAt: 1_000)
    var servers: [Server]
    var clients: [Client]
    var network: Network
    var record: Record
    package internal(set) var transcript: Transcript
    /// Which learner last asked a leader for a session, and when.
    var claims: [SessionID: (by: Int, atMs: Int64)] = [:]
    var service = Service()
    /// How many faults wait for servers between two histories.
    var ambushes = 0
    /// Since when nothing goes wrong any more.
    var calmSinceMs: Int64?
    var nextLink: UInt64 = 1
    /// The ways that faults have cut and not mended, by the faults' chance.
    var struck: [UInt64: [Way]] = [:]
    let membership: Membership
    private let leavingOut: Set<Int>

    /// - Parameters:
    ///   - leavingOut: Faults of the scenario that do not happen, by their place.
    ///   - print: Takes a line for everything that happens.
    package init(_ scenario: Scenario, leavingOut: Set<Int> = [], printingTo print: ((String) -> Void)? = nil)
    {
        self.scenario = scenario
        self.leavingOut = leavingOut
        let voters = (1...scenario.voters).map { PeerID(rawValue: Int64($0)) }
        let observers = (0..<scenario.observers).map { PeerID(rawValue: Int64(scenario.voters + 1 + $0)) }
        let all = voters + observers
        membership = Membership(
            quorum: Quorum(majorityOf: voters), observers: observers, version: 0, text: "")
        dice = SeededGenerator(seed: scenario.seed)
        servers = all.enumerated().map { host, id in
            Server(
                id: id, host: host, count: all.count,
                outboxBytesMax: scenario.areClientsDemanding ? Socket.outboxBytesMax : .max,
                flaw: scenario.flaw)
        }
        clients = (0..<scenario.clients).map { index in
            Client(
                index: index, host: all.count + index,
                seed: scenario.seed &+ UInt64(index + 1) &* 0x9e37_79b9_7f4a_7c15, pad: scenario.namePad)
        }
        for index in 0..<scenario.crowd {
            clients.append(
                Client(
                    index: scenario.clients + index, host: all.count + scenario.clients + index,
                    seed: scenario.seed &+ UInt64(index + 1) &* 0xc2b2_ae3d_27d4_eb4f, pad: scenario.namePad,
                    crowdEphemerals: index == 0 ? Simulation.manyEphemerals : 1 + index % 3))
        }
        network = Network(hostCount: all.count + clients.count)
        record = Record(quorum: membership.quorum)
        transcript = Transcript(printingTo: print)
    }

    /// Ephemerals of a client that has very many.
    static let manyEphemerals = 40

    package var nowMs: Int64 { agenda.nowMs }
    package var epochCount: Int { record.epochCount }
    package var transactionCount: Int { record.rows.count }

    /// Runs to the end.
    ///
    /// - Throws: The first thing that must not be.
    package func run() throws(Violation) {
        beginWithPast()
        for server in servers { agenda.add(.start(server: server.host, life: 0), at: nowMs + roll(20)) }
        for client in clients { plan(client, inMs: roll(200)) }
        for (index, fault) in scenario.faults.enumerated() where !leavingOut.contains(index) {
            agenda.add(.fault(index), at: 1_000 + fault.atMs)
        }
        try run(until: 1_000 + scenario.troubleMs)
        try heal()
    }

    func run(until endMs: Int64) throws(Violation) {
        while let event = agenda.next(before: endMs) { try happen(event) }
    }

    /// A number from 1 on.
    func roll(_ count: Int64) -> Int64 { Int64.random(in: 1...max(1, count), using: &dice) }

    func happen(_ event: Event) throws(Violation) {
        if let host = event.server, host < servers.count, servers[host].backlog != nil {
            servers[host].backlog?.append(event)
            return
        }
        switch event {
        case .start(let host, let life):
            if servers[host].life == life { try start(servers[host]) }
        case .pulse(let host, let life):
            guard isAlive(host, life) else { return }
            agenda.add(event, at: nowMs + 20)
            try requireService()
            try step(servers[host], scenario.isAlone ? .ticked : .pulsed)
            try continueSnapshot(servers[host])
        case .tick(let host, let life):
            guard isAlive(host, life) else { return }
            agenda.add(event, at: nowMs + 50)
            try step(servers[host], .ticked)
        case .written(let host, let life): if isAlive(host, life) { try endBatch(servers[host]) }
        case .dial(let host, let leader, let attempt):
            if servers[host].attempt == attempt { dial(leader, from: servers[host]) }
        case .unreachable(let host, let attempt):
            guard servers[host].attempt == attempt, servers[host].isRunning else { return }
            try step(servers[host], .link(.leaderLinkDown))
        case .turn(let host, let life): if isAlive(host, life) { try step(servers[host], .continued) }
        case .turnEnd(let host, let life): if isAlive(host, life) { try endTurn(servers[host]) }
        case .passOn(let host, let life, let atMs):
            if isAlive(host, life), servers[host].passOnMs == atMs { try passOn(servers[host]) }
        case .eventSlice(let host, let life): if isAlive(host, life) { try sendSlice(servers[host]) }
        case .room(let host, let life, let connection):
            if isAlive(host, life) { try sendOn(connection, of: servers[host]) }
        case .connectionEnded(let host, let life, let connection):
            if isAlive(host, life) { try endConnection(connection, of: servers[host]) }
        case .death(let host, let life):
            if isAlive(host, life), calmSinceMs == nil { try crash(servers[host], keeping: dice.next()) }
        case .resume(let host): try resume(servers[host])
        case .arrival(let channel, let host, let message): try arrive(message, over: channel, at: host)
        case .wake(let index, let turn):
            if clients[index].turn == turn { try move(clients[index]) }
        case .reading(let index): try readOn(clients[index])
        case .fault(let index): try strike(scenario.faults[index], index)
        case .relief(let index): try relieve(scenario.faults[index])
        }
    }

    private func isAlive(_ host: Int, _ life: Int) -> Bool {
        servers[host].life == life && servers[host].isRunning
    }

    private func resume(_ server: Server) throws(Violation) {
        guard let backlog = server.backlog else { return }
        noteChange()
        server.backlog = nil
        server.resumedMs = nowMs
        for event in backlog { try happen(event) }
    }
}
