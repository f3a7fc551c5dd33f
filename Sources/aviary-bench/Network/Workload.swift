/// The decisions of a load over the sessions of an engine, which has the sockets.
///
/// A workload may send on any session at any of these calls; the engine writes it right afterwards.
protocol Workload {
    var isFinished: Bool { get }
    mutating func begin(on sessions: [LoadSession], at now: UInt64)
    /// `body` is what followed the reply's header; it lives only during the call.
    mutating func received(_ reply: Reply, body: RawSpan, on session: LoadSession, at now: UInt64)
        throws(BenchError)
    mutating func lost(_ session: LoadSession, at now: UInt64) throws(BenchError)
    /// After each round of reading, and at least about every tenth of a second.
    mutating func turnEnded(with sessions: [LoadSession], at now: UInt64) throws(BenchError)
}
