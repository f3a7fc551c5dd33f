internal import DequeModule
internal import NIOCore

/// The requests of a client whose answers are awaited: those not sent yet, and those under way, in order.
struct RequestQueue: Sendable {
    struct Waiting: Sendable {
        let id: RequestID
        let request: ClientRequest
    }

    struct UnderWay: Sendable {
        /// Nobody waits for the answer any more when this is nil.
        var id: RequestID?
        let xid: Int32
        let sentAt: Duration
        let request: ClientRequest
    }

    private(set) var waiting: Deque<Waiting> = []
    private(set) var underWay: Deque<UnderWay> = []
    private var bytes = 0
    /// No deadline is before this one.
    private(set) var earliestDeadline: Duration?
    private let limits: QueueLimits

    init(limits: QueueLimits) {
        self.limits = limits
    }

    /// Takes in a request, or says why not.
    mutating func append(_ id: RequestID, _ request: ClientRequest) -> RequestFailure.Reason? {
        guard request.frameBytes - 4 <= limits.frameBytesMax else { return .frameTooLarge }
        guard waiting.count + underWay.count < limits.requestsMax,
            bytes + request.frameBytes <= limits.bytesMax
        else { return .queueFull }
        bytes += request.frameBytes
        waiting.append(Waiting(id: id, request: request))
        if let deadline = request.deadline {
            earliestDeadline = min(deadline, earliestDeadline ?? deadline)
        }
        return nil
    }

    /// The next request to be sent, taken for sent.
    mutating func sendNext(xid: Int32, at now: Duration) -> ClientRequest? {
        guard let next = waiting.popFirst() else { return nil }
        underWay.append(UnderWay(id: next.id, xid: xid, sentAt: now, request: next.request))
        return next.request
    }

    /// The oldest request under way, if `xid` is its number.
    mutating func takeAnswered(xid: Int32) -> UnderWay? {
        guard underWay.first?.xid == xid, let answered = underWay.popFirst() else { return nil }
        bytes -= answered.request.frameBytes
        return answered
    }

    /// Lets go of a request whose caller no longer waits.
    ///
    /// - Returns: Whether it had been sent; nil for one that is not there.
    mutating func withdraw(_ id: RequestID) -> Bool? {
        if let index = underWay.firstIndex(where: { $0.id == id }) {
            underWay[index].id = nil
            return true
        }
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return nil }
        bytes -= waiting.remove(at: index).request.frameBytes
        return false
    }

    /// The requests whose time is up; `earliestDeadline` is that of the others afterwards.
    mutating func overdue(at now: Duration) -> [RequestID] {
        guard let earliest = earliestDeadline, earliest <= now else { return [] }
        var found: [RequestID] = []
        earliestDeadline = nil
        let pending =
            underWay.map { ($0.id, $0.request.deadline) } + waiting.map { ($0.id, $0.request.deadline) }
        for case (let id?, let deadline?) in pending {
            if deadline <= now {
                found.append(id)
            } else {
                earliestDeadline = min(deadline, earliestDeadline ?? deadline)
            }
        }
        return found
    }

    /// Puts what was under way back in front where it may be sent again, in order.
    ///
    /// - Returns: Those that may not, and may have happened.
    mutating func connectionLost() -> [RequestID] {
        var lost: [RequestID] = []
        while let last = underWay.popLast() {
            guard let id = last.id, last.request.resending != .never else {
                bytes -= last.request.frameBytes
                if let id = last.id { lost.append(id) }
                continue
            }
            waiting.prepend(Waiting(id: id, request: last.request))
        }
        return lost.reversed()
    }

    /// Lets go of the writes: they were meant for the session that is over.
    mutating func sessionLost() -> [RequestID] {
        let bound = waiting.filter { $0.request.resending != .always }
        waiting.removeAll { $0.request.resending != .always }
        for gone in bound { bytes -= gone.request.frameBytes }
        return bound.map(\.id)
    }

    /// Lets go of everything: what was sent and what was not.
    mutating func removeAll() -> (sent: [RequestID], unsent: [RequestID]) {
        defer {
            underWay.removeAll()
            waiting.removeAll()
            bytes = 0
            earliestDeadline = nil
        }
        return (underWay.compactMap(\.id), waiting.map(\.id))
    }
}

/// How much a client lets its callers ask for at once.
package struct QueueLimits: Equatable, Sendable {
    package var requestsMax: Int
    package var bytesMax: Int
    /// Of one request without its length: servers close the connection of a client that sends more.
    package var frameBytesMax: Int

    package init(requestsMax: Int = 10_000, bytesMax: Int = 64 << 20, frameBytesMax: Int = 0xfffff) {
        self.requestsMax = requestsMax
        self.bytesMax = bytesMax
        self.frameBytesMax = frameBytesMax
    }
}
