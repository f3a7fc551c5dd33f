/// The sessions that have something to write; shared by the sessions of one engine, which empties it.
final class Outbox {
    var waiting: [Int] = []
}

/// One ZooKeeper session over one socket: what it sent, what waits to be written, what came in half.
final class LoadSession {
    /// The session's place among the engine's.
    let index: Int
    let socket: Socket
    /// Milliseconds without a word from us after which the server ends the session.
    let timeoutMs: Int32
    /// False once the server has closed the connection.
    var isOpen = true
    var inFlight = InFlight()
    /// The beginning of a frame whose rest has not arrived.
    var partialFrame: [UInt8] = []
    /// Whether the kernel refused bytes and will say when it takes more.
    private(set) var isWaitingForRoom = false
    private var output: [UInt8] = []
    private var writtenBytes = 0
    private var nextXid: Int32 = 1
    private let outbox: Outbox

    init(index: Int, socket: Socket, timeoutMs: Int32, outbox: Outbox) {
        self.index = index
        self.socket = socket
        self.timeoutMs = timeoutMs
        self.outbox = outbox
    }

    func send(_ template: RequestTemplate, for key: NodeKey, at now: UInt64) {
        queueForWriting()
        template.append(to: &output, xid: nextXid, key: key)
        inFlight.append(SentRequest(xid: nextXid, operation: template.operation, key: key, sentAt: now))
        nextXid = nextXid == .max ? 1 : nextXid + 1
    }

    func sendPing() {
        queueForWriting()
        output.append(contentsOf: RequestTemplate.ping.fixedFrame)
    }

    /// Writes what waits.
    ///
    /// - Returns: whether `isWaitingForRoom` changed, which the poller must learn.
    func flush() -> Bool {
        let wasWaiting = isWaitingForRoom
        switch socket.write(output, from: writtenBytes) {
        case .bytes(let count): writtenBytes += count
        case .wouldBlock, .closed: break
        }
        isWaitingForRoom = writtenBytes < output.count
        if !isWaitingForRoom {
            output.removeAll(keepingCapacity: true)
            writtenBytes = 0
        }
        return wasWaiting != isWaitingForRoom
    }

    /// Output that is not empty has been queued already, or waits for room.
    private func queueForWriting() {
        if output.isEmpty { outbox.waiting.append(index) }
    }
}
