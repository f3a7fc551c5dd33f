internal import Vocabulary

/// Counts of requests and answers.
extension Replica {
    /// Counts an answer just written.
    mutating func note(_ request: WaitingRequest, on connection: Connection, isUpdate: Bool) {
        note(
            xid: request.xid, type: request.type, arrivalMs: request.arrivalMs, on: connection,
            isUpdate: isUpdate)
    }

    mutating func note(
        xid: Int32, type: Int32, arrivalMs: Int64, on connection: Connection, isUpdate: Bool = false
    ) {
        let tookMs = now.monotonicMs - arrivalMs
        statistics.sent += 1
        statistics.latency.add(tookMs)
        if isUpdate { statistics.updateLatency.add(tookMs) } else { statistics.readLatency.add(tookMs) }
        connection.statistics.sent += 1
        connection.statistics.latency.add(tookMs)
        connection.statistics.lastOperation = type
        connection.statistics.lastCxid = Int64(xid)
        connection.statistics.lastZxid = committed.lastZxid.rawValue
        connection.statistics.lastResponseMs = now.monotonicMs
    }

    mutating func count(receivedOn connection: Connection) {
        statistics.received += 1
        connection.statistics.received += 1
    }

    mutating func resetStatistics(ofConnections: Bool) {
        guard ofConnections else { return statistics = Statistics() }
        for connection in connections.all { connection.statistics.reset() }
    }
}
