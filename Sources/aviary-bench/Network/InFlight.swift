/// One request on its way.
struct SentRequest: Equatable {
    var xid: Int32
    var operation: LoadOperation
    var key: NodeKey
    /// When it was handed to the socket, by the monotonic clock.
    var sentAt: UInt64
}

/// Requests that a session has sent and not yet heard about, oldest first: a server answers in their order.
struct InFlight {
    private var slots: [SentRequest?] = [nil, nil]
    private var head = 0
    private(set) var count = 0

    mutating func append(_ request: SentRequest) {
        if count == slots.count { grow() }
        slots[(head + count) & (slots.count - 1)] = request
        count += 1
    }

    mutating func popFirst() -> SentRequest? {
        guard count > 0 else { return nil }
        let request = slots[head]
        head = (head + 1) & (slots.count - 1)
        count -= 1
        return request
    }

    private mutating func grow() {
        var larger: [SentRequest?] = []
        larger.reserveCapacity(slots.count * 2)
        for index in 0..<count { larger.append(slots[(head + index) & (slots.count - 1)]) }
        larger.append(contentsOf: repeatElement(nil, count: slots.count * 2 - count))
        slots = larger
        head = 0
    }
}
