internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Wire

/// Requests that wait for their turn among those of their client.
extension Replica {
    mutating func wait(
        _ kind: WaitingRequest.Kind, _ request: RequestFrame, cxid: Int32 = 0, isLast: Bool = false,
        on connection: Connection
    ) {
        connection.waiting.append(
            WaitingRequest(
                kind: kind, xid: request.xid, cxid: cxid, type: request.type,
                arrivalMs: request.arrivalMs, bytes: Int32(request.range.count), isLast: isLast))
        connection.keptBytes += request.range.count
        intake.add(request.range.count)
    }

    /// Takes out the oldest request that waits.
    mutating func takeFirst(of connection: Connection) -> WaitingRequest {
        let first = connection.waiting.removeFirst()
        connection.keptBytes -= Int(first.bytes)
        intake.remove(Int(first.bytes))
        return first
    }
}
