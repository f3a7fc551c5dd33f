import Clocks

/// The five kinds of runs: each opens its sessions, does its work, tidies up and reports.
struct Run: ~Copyable {
    /// Requests on their way for each session while a tree is made or removed.
    private static let stagingDepth = 16

    private let options: Options
    private let keyspace: Keyspace
    private let data: StampedData
    private var engine: Engine

    init(_ options: Options) throws(BenchError) {
        self.options = options
        keyspace = Keyspace(root: options.root, keyCount: options.fill ?? options.keys)
        data = StampedData(byteCount: options.size)
        engine = try Engine(
            servers: ServerAddress.list(options.servers) ?? [], sessionTimeoutMs: options.sessionTimeout)
    }

    mutating func report() throws(BenchError) -> Report {
        if let count = options.watchers { return try fanOut(to: count) }
        if let count = options.sessions { return try idle(count) }
        if options.turnover { return try turnover() }
        if options.fill != nil { return try fill() }
        return try load()
    }

    private mutating func load() throws(BenchError) -> Report {
        guard let plan = LoadPlan(options, keyspace: keyspace, data: data) else {
            throw BenchError("the operations cannot be understood")
        }
        try engine.openSessions(options.connections)
        let creating: [LoadOperation] = [.create, .delete, .createEphemeral]
        let isCreating = creating.contains(where: plan.mix.contains)
        try build(createdGroupCount: isCreating ? options.connections : 0)
        var trace: Trace?
        if let path = options.trace { trace = try Trace(path: path) }
        var load = MixedLoad(plan, serverPids: options.pid, trace: trace)
        try engine.run(&load)
        if plan.mix.contains(.createEphemeral) {
            // What sessions made for their own time goes before its parents can.
            try engine.closeSessions()
            try engine.openSessions(options.connections)
        }
        if isCreating { try perform(keyspace.createdRemovingStages(load.created)) }
        if !options.keep { try perform(keyspace.keyRemovingStages) }
        try engine.closeSessions()
        return .load(load, plan: plan, connections: options.connections)
    }

    private func turnover() throws(BenchError) -> Report {
        let phases = LoadPhases(
            warmupNanoseconds: options.warmupNanoseconds, limit: options.limit, serverPids: options.pid)
        var turnover = try SessionTurnover(options.connections, opening: engine.opening, phases: phases)
        try turnover.run()
        return .turnover(turnover, connections: options.connections)
    }

    private mutating func fill() throws(BenchError) -> Report {
        try engine.openSessions(options.connections)
        let stages = keyspace.buildingStages(data: data, createdGroupCount: 0)
        var filling = StagedRequests(stages, outstanding: options.outstanding, serverPids: options.pid)
        try engine.run(&filling)
        return .fill(filling, keyspace: keyspace, data: data)
    }

    private mutating func fanOut(to count: Int) throws(BenchError) -> Report {
        try engine.openSessions(count + 1)
        try perform(keyspace.watchedBuildingStages(data: data))
        var fanOut = WatchFanOut(
            keyspace: keyspace, data: data, warmupNanoseconds: options.warmupNanoseconds,
            lengthNanoseconds: options.durationNanoseconds, serverPids: options.pid)
        try engine.run(&fanOut)
        if !options.keep { try perform(keyspace.watchedRemovingStages) }
        return .fanOut(fanOut, watchers: count)
    }

    private mutating func idle(_ count: Int) throws(BenchError) -> Report {
        let before = ProcessUsage.reading(pids: options.pid)
        let openingAt = UInt64(MachineClock.monotonicNs)
        try engine.openSessions(count)
        let openingSeconds = Double(UInt64(MachineClock.monotonicNs) - openingAt) / 1e9
        var idle = IdleSessions(lengthNanoseconds: options.durationNanoseconds, serverPids: options.pid)
        try engine.run(&idle)
        return .idle(idle, count: count, openingSeconds: openingSeconds, before: before)
    }

    /// Makes the keys; those that an earlier run left get this run's data.
    private mutating func build(createdGroupCount: Int) throws(BenchError) {
        let stages = keyspace.buildingStages(data: data, createdGroupCount: createdGroupCount)
        var building = StagedRequests(stages, outstanding: Self.stagingDepth)
        try engine.run(&building)
        if building.acceptedErrorCount > 0 { try perform(keyspace.rewritingStages(data: data)) }
    }

    private mutating func perform(_ stages: [StagedRequests.Stage]) throws(BenchError) {
        var requests = StagedRequests(stages, outstanding: Self.stagingDepth)
        try engine.run(&requests)
    }
}

extension LoadPlan {
    init?(_ options: Options, keyspace: Keyspace, data: StampedData) {
        guard let mix = OperationMix(options.operations) else { return nil }
        self.init(
            keyspace: keyspace, data: data, mix: mix, distribution: options.distribution, seed: options.seed,
            outstanding: options.outstanding, warmupNanoseconds: options.warmupNanoseconds,
            limit: options.limit)
    }
}

extension Options {
    /// The end of the measured part of a load.
    fileprivate var limit: LoadPlan.Limit {
        requests.map(LoadPlan.Limit.requests) ?? .nanoseconds(durationNanoseconds)
    }
}
