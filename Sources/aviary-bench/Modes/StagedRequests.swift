/// A list of requests with barriers: nothing of a stage is asked before the stage before it was answered.
///
/// Makes and removes trees: parents come before children, or after them.
struct StagedRequests: Workload {
    struct Stage {
        enum Numbering {
            /// A number is a group.
            case groups
            /// A number is a key of the keyspace.
            case keys
            /// A number is a znode in the given group of created ones.
            case created(group: Int)
        }

        var template: RequestTemplate
        var range: Range<Int>
        var numbering: Numbering
        /// Errors that mean the work was already done.
        var accepted: Set<Int32>

        func key(_ number: Int) -> NodeKey {
            switch numbering {
            case .groups: NodeKey(group: number, node: 0)
            case .keys: Keyspace.key(number)
            case .created(let group): NodeKey(group: group, node: number)
            }
        }
    }

    private var stages: [Stage]
    private let outstanding: Int
    private var stageIndex = 0
    private var nextNumber: Int
    private var inFlightCount = 0
    private(set) var isFinished = false
    /// How many answers said that the work was already done.
    private(set) var acceptedErrorCount = 0
    private(set) var tally = Tally(operations: [])
    private(set) var measurement: Measurement

    init(_ stages: [Stage], outstanding: Int, serverPids: [Int32] = []) {
        self.stages = stages
        self.outstanding = outstanding
        nextNumber = stages.first?.range.lowerBound ?? 0
        measurement = Measurement(serverPids: serverPids)
    }

    mutating func begin(on sessions: [LoadSession], at now: UInt64) {
        measurement.open(at: now)
        startStages(on: sessions, at: now)
    }

    mutating func received(
        _ reply: Reply, body: RawSpan, on session: LoadSession, at now: UInt64
    ) throws(BenchError) {
        // Watchers of a removed znode hear of it.
        guard reply.xid != Reply.watchEventXid else { return }
        guard let request = session.inFlight.popFirst(), request.xid == reply.xid else {
            throw BenchError("reply \(reply.xid) does not answer the oldest request of its session")
        }
        inFlightCount -= 1
        tally.record(request.operation, latency: now - request.sentAt)
        if reply.error != 0 {
            guard stages[stageIndex].accepted.contains(reply.error) else {
                throw BenchError(
                    "\(request.operation) of key \(request.key) was answered with error \(reply.error)")
            }
            acceptedErrorCount += 1
        }
        sendNext(on: session, at: now)
    }

    mutating func lost(_ session: LoadSession, at now: UInt64) throws(BenchError) {
        throw BenchError("the server closed a connection while the tree was being made or removed")
    }

    mutating func turnEnded(with sessions: [LoadSession], at now: UInt64) throws(BenchError) {
        guard inFlightCount == 0, !isFinished else { return }
        stageIndex += 1
        if stageIndex < stages.count { nextNumber = stages[stageIndex].range.lowerBound }
        startStages(on: sessions, at: now)
    }

    /// Sends the first requests of the next stage that has any, or finishes.
    private mutating func startStages(on sessions: [LoadSession], at now: UInt64) {
        while stageIndex < stages.count, stages[stageIndex].range.isEmpty {
            stageIndex += 1
            if stageIndex < stages.count { nextNumber = stages[stageIndex].range.lowerBound }
        }
        guard stageIndex < stages.count else {
            measurement.close(at: now)
            isFinished = true
            return
        }
        for _ in 0..<outstanding {
            for session in sessions { sendNext(on: session, at: now) }
        }
    }

    private mutating func sendNext(on session: LoadSession, at now: UInt64) {
        let stage = stages[stageIndex]
        guard nextNumber < stage.range.upperBound else { return }
        session.send(stage.template, for: stage.key(nextNumber), at: now)
        nextNumber += 1
        inFlightCount += 1
    }
}
