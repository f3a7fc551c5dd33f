package import Vocabulary

/// Counts that the node keeps of itself, since it started; some of them since `srst`.
package struct Statistics: Sendable {
    package private(set) var received: Int64 = 0
    package private(set) var sent: Int64 = 0
    /// Milliseconds from a request's arrival to its answer.
    package private(set) var latency = Summary()
    package private(set) var times = RequestTimes()
    package internal(set) var commits: Int64 = 0
    package internal(set) var quorum = QuorumTimes()
    package internal(set) var staleSessionsExpired: Int64 = 0
    package internal(set) var authFailures: Int64 = 0
    package internal(set) var connectionRequests: Int64 = 0
    package internal(set) var droppedConnections: Int64 = 0
    package internal(set) var receivedBytes: Int64 = 0
    package private(set) var lastProposalBytes = -1
    package private(set) var minProposalBytes = -1
    package private(set) var maxProposalBytes = -1

    mutating func recordRequest(on connection: Connection) {
        received += 1
        connection.statistics.received += 1
    }

    /// Counts what was sent without being asked for by a request: an event, or the answer to a connect
    /// request.
    mutating func recordMessage(to connection: Connection) {
        sent += 1
        connection.statistics.sent += 1
    }

    /// Counts an event for so many at once. Each connection's own count follows when it has it.
    mutating func recordAnnouncement(to count: Int) { sent += Int64(count) }

    mutating func recordAnswer(
        to request: WaitingRequest, isUpdate: Bool, on connection: Connection, applied: Zxid, at now: Instant
    ) {
        recordAnswer(
            xid: request.xid, type: request.type, arrivalMs: request.arrivalMs, isUpdate: isUpdate,
            on: connection, applied: applied, at: now)
    }

    /// Counts an answer just written.
    ///
    /// - Parameter applied: The last transaction that the tree shows.
    mutating func recordAnswer(
        xid: Int32, type: Int32, arrivalMs: Int64, isUpdate: Bool = false, on connection: Connection,
        applied: Zxid, at now: Instant
    ) {
        let tookMs = now.monotonicMs - arrivalMs
        sent += 1
        latency.add(tookMs)
        times.add(tookMs, type: type, isUpdate: isUpdate, at: now)
        connection.statistics.sent += 1
        connection.statistics.latency.add(tookMs)
        connection.statistics.lastLatencyMs = tookMs
        connection.statistics.lastOperation = type
        connection.statistics.lastCxid = Int64(xid)
        connection.statistics.lastZxid = applied.rawValue
        connection.statistics.lastResponseMs = now.monotonicMs
    }

    /// `srst`: what monitors take for counters and summaries goes on.
    mutating func reset() {
        received = 0
        sent = 0
        latency = Summary()
        authFailures = 0
        lastProposalBytes = -1
        minProposalBytes = -1
        maxProposalBytes = -1
    }

    mutating func recordProposal(bytes: Int) {
        lastProposalBytes = bytes
        minProposalBytes = minProposalBytes < 0 ? bytes : min(minProposalBytes, bytes)
        maxProposalBytes = max(maxProposalBytes, bytes)
    }
}
