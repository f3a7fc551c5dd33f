/// One writer, many watchers of one znode: the next write follows when everyone has heard of the last and
/// watches again.
///
/// The first session writes, all others watch.
struct WatchFanOut: Workload {
    private static let noKey = NodeKey(group: 0, node: 0)

    private let setData: RequestTemplate
    private let watch: RequestTemplate
    private let warmupNanoseconds: UInt64
    private let lengthNanoseconds: UInt64
    private var isMeasuring = false
    private var measureAt: UInt64 = 0
    private var endAt: UInt64 = 0
    private var writtenAt: UInt64 = 0
    /// Watchers that have not heard of the current write.
    private var unheardCount = 0
    /// Replies of the current round that are missing: the writer's, and the watchers' who watch again.
    private var missingReplyCount = 0
    private(set) var isFinished = false
    private(set) var writes = Histogram()
    private(set) var firstNotified = Histogram()
    private(set) var lastNotified = Histogram()
    private(set) var notificationCount = 0
    private(set) var measurement: Measurement

    init(
        keyspace: Keyspace, data: StampedData, warmupNanoseconds: UInt64, lengthNanoseconds: UInt64,
        serverPids: [Int32]
    ) {
        setData = .setData(keyspace.watched, data: data)
        watch = .getData(keyspace.watched, watch: true)
        self.warmupNanoseconds = warmupNanoseconds
        self.lengthNanoseconds = lengthNanoseconds
        measurement = Measurement(serverPids: serverPids)
    }

    mutating func begin(on sessions: [LoadSession], at now: UInt64) {
        measureAt = now + warmupNanoseconds
        for session in sessions.dropFirst() { session.send(watch, for: Self.noKey, at: now) }
        missingReplyCount = sessions.count - 1
    }

    mutating func received(
        _ reply: Reply, body: RawSpan, on session: LoadSession, at now: UInt64
    ) throws(BenchError) {
        if reply.xid == Reply.watchEventXid { return notified(session, at: now) }
        guard let request = session.inFlight.popFirst(), request.xid == reply.xid else {
            throw BenchError("reply \(reply.xid) does not answer the oldest request of its session")
        }
        guard reply.error == 0 else {
            throw BenchError(
                "\(request.operation) of the watched znode was answered with error \(reply.error)")
        }
        missingReplyCount -= 1
        if isMeasuring, request.operation == .setData { writes.record(now - request.sentAt) }
    }

    mutating func lost(_ session: LoadSession, at now: UInt64) throws(BenchError) {
        throw BenchError("the server closed the connection of a watcher")
    }

    mutating func turnEnded(with sessions: [LoadSession], at now: UInt64) throws(BenchError) {
        guard missingReplyCount == 0, unheardCount == 0 else { return }
        if isMeasuring, now >= endAt {
            measurement.close(at: now)
            isFinished = true
            return
        }
        if !isMeasuring, now >= measureAt {
            isMeasuring = true
            endAt = now + lengthNanoseconds
            measurement.open(at: now)
        }
        unheardCount = sessions.count - 1
        missingReplyCount = sessions.count
        writtenAt = now
        sessions[0].send(setData, for: Self.noKey, at: now)
    }

    private mutating func notified(_ session: LoadSession, at now: UInt64) {
        if isMeasuring {
            notificationCount += 1
            let isFirst = missingReplyCount >= unheardCount && firstNotified.count == lastNotified.count
            if isFirst { firstNotified.record(now - writtenAt) }
            if unheardCount == 1 { lastNotified.record(now - writtenAt) }
        }
        unheardCount -= 1
        session.send(watch, for: Self.noKey, at: now)
    }
}
