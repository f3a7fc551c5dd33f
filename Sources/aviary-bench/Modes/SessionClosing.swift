/// The end of every session: each asks to be closed and hears that it is.
///
/// A session's ephemeral znodes are gone then. A socket alone that ends would leave them until it runs out.
struct SessionClosing: Workload {
    private static let limitNanoseconds: UInt64 = 60_000_000_000
    private static let noKey = NodeKey(group: 0, node: 0)

    private var endAt: UInt64 = 0
    private var unansweredCount = 0

    var isFinished: Bool { unansweredCount == 0 }

    mutating func begin(on sessions: [LoadSession], at now: UInt64) {
        endAt = now + Self.limitNanoseconds
        for session in sessions where session.isOpen {
            session.send(.closeSession, for: Self.noKey, at: now)
            unansweredCount += 1
        }
    }

    /// Earlier requests may have been on their way; the last one is the close.
    mutating func received(
        _ reply: Reply, body: RawSpan, on session: LoadSession, at now: UInt64
    ) throws(BenchError) {
        guard let request = session.inFlight.popFirst(), request.xid == reply.xid else {
            throw BenchError("reply \(reply.xid) does not answer the oldest request of its session")
        }
        if session.inFlight.count == 0 { unansweredCount -= 1 }
    }

    mutating func lost(_ session: LoadSession, at now: UInt64) throws(BenchError) {
        if session.inFlight.count > 0 { unansweredCount -= 1 }
    }

    mutating func turnEnded(with sessions: [LoadSession], at now: UInt64) throws(BenchError) {
        guard now < endAt else { throw BenchError("\(unansweredCount) sessions were not closed in time") }
    }
}
