internal import NIOCore
internal import Replica
internal import SeededRandom
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Servers: their start, what their replicas want done, their disks, their end.
extension Simulation {
    func start(_ server: Server) throws(Violation) {
        guard !server.isRunning else { return }
        try server.disk.requireOrder(of: server.id)
        let now = server.instant(nowMs)
        var recovering = Recovering(
            settings: settings(of: server), seed: scenario.seed &+ UInt64(server.host), wallMs: now.wallMs)
        if let base = server.disk.base {
            guard
                recovering.restore(
                    base, isExact: server.disk.isBaseOwn, replayingAfter: server.disk.start, at: now)
            else {
                throw Violation(
                    "server \(server.id.rawValue) cannot restore its snapshot of \(base.head.zxid)")
            }
        }
        let committed =
            scenario.flaw == .appliesUnconfirmedTail ? server.disk.lastZxid : server.disk.committed
        for row in server.disk.rows {
            guard let transaction = try? Transaction(decoding: row.body.readableBytesSpan) else {
                throw Violation("server \(server.id.rawValue) has what is no transaction at \(row.zxid)")
            }
            recovering.replay(transaction, bytes: row.body, isCommitted: row.zxid <= committed, at: now)
        }
        server.replica = recovering.start(
            acceptedEpoch: server.disk.acceptedEpoch, currentEpoch: server.disk.currentEpoch,
            mustSynchronize: server.disk.isMarked && scenario.flaw != .votesWithoutFiles, at: now)
        noteChange()
        server.position = 0
        server.observed = .zero
        server.servingRole = nil
        server.leaderlessSinceMs = nowMs
        server.adoptedMs = -1
        transcript.note(nowMs, Int64(server.host), 1, line: "\(nowMs) server \(server.id.rawValue) starts")
        agenda.add(.pulse(server: server.host, life: server.life), at: nowMs + roll(20))
        agenda.add(.tick(server: server.host, life: server.life), at: nowMs + roll(50))
        try step(server, scenario.isAlone ? .ticked : .pulsed)
    }

    static let tickMs: Int64 = 200

    private func settings(of server: Server) -> ReplicaSettings {
        var settings = ReplicaSettings(
            peer: server.id, membership: scenario.isAlone ? nil : membership,
            timeouts: Timeouts(
                tickMs: Simulation.tickMs, initLimit: 10, syncLimit: 5,
                failureLimit: scenario.flaw == .forgetsFailedLeaders ? 0 : nil),
            historyBytesMax: scenario.historyBytesMax,
            recordBytesMax: scenario.flaw == .proposesWhatNoneTakes ? .max : scenario.recordBytesMax,
            snapshotSliceRecords: 3, largeAudience: 2, tickMs: Simulation.tickMs,
            minSessionTimeoutMs: 400, maxSessionTimeoutMs: 4_000,
            closesOutOfTouch: scenario.flaw != .answersOutOfTouch, sweepIntervalMs: 1_000,
            cxidRule: scenario.flaw == .answersByClientXid ? .ofClient : .own)
        if scenario.areClientsDemanding {
            settings.requestBytesMax = Socket.requestBytesMax
            settings.largeRequestBytes = Socket.largeRequestBytes
        }
        settings.endingsPerStep =
            scenario.flaw == .endsSessionsAtOnce ? .unbounded : Simulation.endingsPerStep
        return settings
    }

    /// So few that there are pieces.
    private static let endingsPerStep: Endings.Bounds = {
        var bounds = Endings.Bounds()
        bounds.sessions = 2
        bounds.ephemerals = 5
        bounds.visits = 6
        return bounds
    }()

    /// A step does no more than it may, however much has piled up: what it ended, and what it looked at.
    private func requireBounded(_ server: Server, ended: Int64, visited: Int) throws(Violation) {
        let bounds = Simulation.endingsPerStep
        // An end is one transaction, and so one step, and a client may ask for one beside.
        let visitsMax = bounds.visits + bounds.ephemerals + 2 * (Simulation.manyEphemerals + 20)
        let isMuch = visited > visitsMax && visited > visitsMax + server.ephemeralsOfTwo
        guard ended <= bounds.sessions, !isMuch else {
            throw Violation(
                "server \(server.id.rawValue) ended \(ended) sessions that had run out and looked at "
                    + "\(visited) sessions and ephemerals in one step")
        }
    }

    func step(_ server: Server, _ input: Input) throws(Violation) {
        let ended = server.replica?.statistics.staleSessionsExpired ?? 0
        let visited = server.replica?.endingVisits ?? 0
        let isFromLink = if case .link = input { true } else { false }
        server.replica?.step(input, at: server.instant(nowMs), into: &server.effects)
        if let after = server.replica?.statistics.staleSessionsExpired,
            let visits = server.replica?.endingVisits
        {
            try requireBounded(server, ended: after - ended, visited: visits - visited)
        }
        try requireRoom(at: server)
        try carryOut(server, isAnsweredNow: !isFromLink)
    }

    // MARK: Disks

    func beginBatch(_ server: Server) throws(Violation) {
        guard !server.disk.isBusy, server.disk.hasWork else { return }
        let last = server.disk.beginBatch()
        agenda.add(
            .written(server: server.host, life: server.life), at: nowMs + roll(server.diskDelayMsMax))
        if scenario.flaw == .acknowledgesBeforeSync, let last { try hear(storedThrough: last, by: server) }
    }

    private func hear(storedThrough ticket: UInt64, by server: Server) throws(Violation) {
        server.turns.recordStored(through: ticket)
        try step(server, .stored(through: ticket))
    }

    func endBatch(_ server: Server) throws(Violation) {
        var last: UInt64?
        if server.isDiskFailing {
            guard scenario.flaw == .goesOnAfterDiskError else { return try crash(server, keeping: 0) }
            last = server.disk.forgetBatch()
        } else {
            let given = server.disk.lastWaiting
            last = try server.disk.endBatch(spared(by: server))
            if scenario.isAlone, scenario.flaw == .vouchesForTurn { last = given }
        }
        try beginBatch(server)
        if scenario.flaw != .acknowledgesBeforeSync, let last { try hear(storedThrough: last, by: server) }
        try noteGrowth(of: server)
    }

    /// Ends the process.
    ///
    /// - Parameter chance: How much of the batch under way is kept.
    func crash(_ server: Server, keeping chance: UInt64) throws(Violation) {
        guard server.isRunning else { return }
        noteChange()
        transcript.note(nowMs, Int64(server.host), 3, line: "\(nowMs) server \(server.id.rawValue) dies")
        try server.disk.crash(keeping: chance, spared(by: server))
        // What two lose may have been a quorum's.
        if scenario.areFilesLost, chance % 4 == 1, !servers.contains(where: \.disk.isMarked) {
            transcript.note(nowMs, Int64(server.host), 11, line: "\(nowMs) its files are gone")
            server.disk.lose()
        }
        server.forgetLife()
        for channel in server.channels { close(channel, at: server.host) }
        server.forgetChannels()
    }

    private func spared(by server: Server) -> ([Disk.Row], Zxid) throws(Violation) -> Void {
        { [record, servers] (rows, zxid) throws(Violation) in
            try record.requireSpared(rows, after: zxid, by: server.id) { row, peer in
                servers[Int(peer.rawValue) - 1].disk.holds(row)
            }
        }
    }

    // MARK: What may be seen of it

    /// Learns what it has applied since anybody looked, and judges it.
    func observe(_ server: Server) throws(Violation) {
        guard let zxid = server.replica?.tree.lastZxid, let digest = server.replica?.tree.digest else {
            return
        }
        if zxid != server.observed {
            try follow(server, to: zxid)
            try record.compare(digest: digest, at: zxid, of: server.id)
            try requirePair(of: server)
        }
        let servingRole =
            scenario.isAlone ? .lead(zxid.epoch) : server.replica?.servingRoleInEnsemble
        guard servingRole != server.servingRole else { return }
        if servingRole == nil { server.leaderlessSinceMs = nowMs }
        server.servingRole = servingRole
        if case .lead(let epoch)? = servingRole { try record.note(leader: server.id, of: epoch, at: zxid) }
        transcript.note(
            nowMs, Int64(server.host), 4,
            line:
                "\(nowMs) server \(server.id.rawValue) at \(zxid): \(servingRole.map { "\($0)" } ?? "looks")")
    }

    private func follow(_ server: Server, to zxid: Zxid) throws(Violation) {
        if server.disk.logStart > server.observed {
            server.observed = server.disk.logStart
            server.position = try record.position(after: server.observed, of: server.id)
        }
        let log = server.disk.log
        var index = log.firstIndex(after: server.observed)
        while index < log.count, log[index].zxid <= zxid {
            let row = log[index]
            try record.apply(row, at: server.position, by: server.id, nowMs: nowMs) { peer in
                servers[Int(peer.rawValue) - 1].disk.holds(row)
            }
            server.position += 1
            server.observed = row.zxid
            index += 1
        }
        guard server.observed == zxid else {
            throw Violation("server \(server.id.rawValue) applied \(zxid), which its log lacks")
        }
    }

    /// A multi is applied as a whole or not at all.
    private func requirePair(of server: Server) throws(Violation) {
        var values: [[UInt8]?] = []
        for path in Operation.pair {
            guard let id = server.replica?.tree.znodes.find(path) else { return }
            values.append(server.replica?.tree.znodes.dataBytes(of: id))
        }
        guard values[0] == values[1] else {
            throw Violation("server \(server.id.rawValue) shows half of a multi at \(server.observed)")
        }
    }
}

extension Server {
    /// Ephemerals of the two sessions that have most of them.
    fileprivate var ephemeralsOfTwo: Int {
        let owners = replica?.tree.ephemeralOwners ?? []
        return owners.map { replica?.tree.ephemerals(of: $0).count ?? 0 }.sorted().suffix(2).reduce(0, +)
    }
}
