import SeededRandom

/// A closed loop: every session keeps `outstanding` requests on their way, and each reply asks for the next.
///
/// Latency is from handing a request to the socket to reading its reply; a server that stalls is therefore
/// asked less, as by real clients that wait for answers.
struct MixedLoad: Workload {
    /// Every how many replies one is compared with what was written.
    private static let checkInterval = 64

    private let plan: LoadPlan
    private let trace: Trace?
    private let templates: LoadTemplates
    private let replyCheck: ReplyCheck
    private var random: SeededGenerator
    private var keys: KeyChooser
    private var phases: LoadPhases
    private var repliesUntilCheck = Self.checkInterval
    private var inFlightCount = 0
    /// By session: the numbers of the znodes that `create` made and `delete` has not yet taken.
    private(set) var created: [Range<Int>] = []
    private(set) var tally: Tally

    init(_ plan: LoadPlan, serverPids: [Int32], trace: Trace? = nil) {
        self.plan = plan
        self.trace = trace
        templates = LoadTemplates(keyspace: plan.keyspace, data: plan.data)
        replyCheck = ReplyCheck(keyspace: plan.keyspace, data: plan.data)
        random = SeededGenerator(seed: plan.seed)
        keys = KeyChooser(plan.distribution, keyCount: plan.keyspace.keyCount)
        tally = Tally(operations: plan.mix.shares.map(\.operation))
        phases = LoadPhases(
            warmupNanoseconds: plan.warmupNanoseconds, limit: plan.limit, serverPids: serverPids)
    }

    var isFinished: Bool { phases.isDone }
    var measurement: Measurement { phases.measurement }

    mutating func begin(on sessions: [LoadSession], at now: UInt64) {
        created = [Range<Int>](repeating: 0..<0, count: sessions.count)
        phases.begin(at: now)
        for session in sessions {
            for _ in 0..<plan.outstanding { sendNext(on: session, at: now) }
        }
    }

    mutating func received(
        _ reply: Reply, body: RawSpan, on session: LoadSession, at now: UInt64
    ) throws(BenchError) {
        guard let request = session.inFlight.popFirst(), request.xid == reply.xid else {
            throw BenchError("reply \(reply.xid) does not answer the oldest request of its session")
        }
        inFlightCount -= 1
        let error = replyCheck.error(in: reply, body: body, to: request.operation)
        if error == 0 { try check(body, of: request) }
        if phases.isMeasuring {
            tally.record(request.operation, latency: now - request.sentAt)
            trace?.record(at: now, latency: now - request.sentAt)
            if error != 0 { tally.recordError(error) }
            phases.heard(tally.operationCount, at: now)
        }
        if phases.isAsking { sendNext(on: session, at: now) }
    }

    mutating func lost(_ session: LoadSession, at now: UInt64) throws(BenchError) {
        inFlightCount -= session.inFlight.count
        for _ in 0..<session.inFlight.count { tally.recordError(Tally.lostConnection) }
    }

    mutating func turnEnded(with sessions: [LoadSession], at now: UInt64) throws(BenchError) {
        phases.advance(at: now, inFlightCount: inFlightCount)
        guard sessions.contains(where: \.isOpen) else {
            throw BenchError("the server closed every connection")
        }
    }
}

// MARK: Requests and what comes back

extension MixedLoad {
    private mutating func sendNext(on session: LoadSession, at now: UInt64) {
        inFlightCount += 1
        let operation = plan.mix.next(&random)
        switch operation {
        case .create:
            sendCreate(on: session, at: now)
        case .delete:
            sendDelete(on: session, at: now)
        case .createEphemeral:
            session.send(templates[operation], for: NodeKey(group: session.index, node: 0), at: now)
        case .multiOfTen:
            session.send(
                templates[operation], for: plan.keyspace.firstOfTen(around: keys.next(&random)), at: now)
        case .getData, .setData, .exists, .getChildren, .multi, .sync:
            session.send(templates[operation], for: Keyspace.key(keys.next(&random)), at: now)
        }
    }

    private mutating func sendCreate(on session: LoadSession, at now: UInt64) {
        let range = created[session.index]
        created[session.index] = range.lowerBound..<range.upperBound + 1
        session.send(templates.create, for: NodeKey(group: session.index, node: range.upperBound), at: now)
    }

    /// Deletes the oldest znode this session created; when there is none, creates one instead.
    private mutating func sendDelete(on session: LoadSession, at now: UInt64) {
        let range = created[session.index]
        guard !range.isEmpty else { return sendCreate(on: session, at: now) }
        created[session.index] = range.lowerBound + 1..<range.upperBound
        session.send(templates.delete, for: NodeKey(group: session.index, node: range.lowerBound), at: now)
    }

    private mutating func check(_ body: RawSpan, of request: SentRequest) throws(BenchError) {
        repliesUntilCheck -= 1
        guard repliesUntilCheck == 0 else { return }
        repliesUntilCheck = Self.checkInterval
        guard let isRight = replyCheck.isRight(body, to: request) else { return }
        tally.checkedReplies += 1
        guard isRight else {
            throw BenchError("the reply to a \(request.operation) of key \(request.key) holds something else")
        }
    }
}
