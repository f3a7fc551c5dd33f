/// Sessions that only stay alive: each pings three times within its timeout, spread evenly over time.
struct IdleSessions: Workload {
    private let lengthNanoseconds: UInt64
    private var endAt: UInt64 = 0
    private var startedAt: UInt64 = 0
    private var sentPingCount = 0
    private(set) var pongCount = 0
    private(set) var lostCount = 0
    private(set) var isFinished = false
    private(set) var measurement: Measurement

    init(lengthNanoseconds: UInt64, serverPids: [Int32]) {
        self.lengthNanoseconds = lengthNanoseconds
        measurement = Measurement(serverPids: serverPids)
    }

    mutating func begin(on sessions: [LoadSession], at now: UInt64) {
        startedAt = now
        endAt = now + lengthNanoseconds
        measurement.open(at: now)
    }

    mutating func received(
        _ reply: Reply, body: RawSpan, on session: LoadSession, at now: UInt64
    ) throws(BenchError) {
        guard reply.xid == Reply.pingXid else {
            throw BenchError("an idle session was sent reply \(reply.xid)")
        }
        pongCount += 1
    }

    mutating func lost(_ session: LoadSession, at now: UInt64) throws(BenchError) {
        lostCount += 1
    }

    mutating func turnEnded(with sessions: [LoadSession], at now: UInt64) throws(BenchError) {
        if now >= endAt {
            measurement.close(at: now)
            isFinished = true
            return
        }
        guard let timeoutMs = sessions.first?.timeoutMs else { return }
        let roundNanoseconds = Double(timeoutMs) / 3 * 1e6
        let due = Int(Double(now - startedAt) / roundNanoseconds * Double(sessions.count))
        while sentPingCount < due {
            let session = sessions[sentPingCount % sessions.count]
            if session.isOpen { session.sendPing() }
            sentPingCount += 1
        }
    }
}
