internal import DequeModule
package import NIOCore
package import Vocabulary

/// What must now be done, collected over the steps of one turn of the node's owner.
///
/// The owner hands the `appends` to the log first, then sends what is in the outboxes, then closes. A
/// connection's bytes are in the order they were written; between connections there is no order to keep.
package struct Effects {
    /// A transaction to be made durable, in order.
    package struct Append: Equatable, Sendable {
        package let zxid: Zxid
        package let timeMs: Int64
        package let session: SessionID
        package let cxid: Int32
        package let type: Int32
        package let path: ZnodePath?
        /// Where its bytes are in `appendedBytes`.
        package let body: Range<Int>
    }

    package enum Action: Equatable, Sendable {
        /// Close once everything written so far is on its way.
        case close(ConnectionID)
        /// Stop reading from the socket, until `resumeReading`.
        case pauseReading(ConnectionID)
        case resumeReading(ConnectionID)
        /// Say `gotRoom` when the client has taken most of what was written to it.
        case awaitRoom(ConnectionID)
        /// Something an operator should read.
        case warn(String)
    }

    package private(set) var appends: [Append] = []
    /// The bodies of `appends`, one behind the other.
    package private(set) var appendedBytes = ByteBuffer()
    package private(set) var actions: [Action] = []
    /// Connections with an answer waiting in their outbox: send at once.
    package private(set) var answered: [ConnectionID] = []
    /// Connections that only have events waiting: nobody waits for these, so they may follow in slices.
    private var notified: Deque<ConnectionID> = []
    private var outboxes: [Outbox] = []
    private var spares: [ByteBuffer] = []

    private struct Outbox {
        enum Urgency: Comparable {
            case empty
            case events
            case answers
        }

        var owner: ConnectionID?
        var bytes = ByteBuffer()
        var urgency = Urgency.empty
    }

    package init() {}

    package var hasNotified: Bool { !notified.isEmpty }

    // MARK: The replica writes

    /// Gives `write` the connection's outbox to add an answer to.
    mutating func answer(_ connection: ConnectionID, _ write: (inout ByteBuffer) -> Void) {
        let slot = open(connection)
        if outboxes[slot].urgency < .answers {
            outboxes[slot].urgency = .answers
            answered.append(connection)
        }
        write(&outboxes[slot].bytes)
    }

    /// Gives `write` the connection's outbox to add an event to.
    mutating func notify(_ connection: ConnectionID, _ write: (inout ByteBuffer) -> Void) {
        let slot = open(connection)
        if outboxes[slot].urgency == .empty {
            outboxes[slot].urgency = .events
            notified.append(connection)
        }
        write(&outboxes[slot].bytes)
    }

    /// Bytes written to the connection in this turn.
    func outboxBytes(of connection: ConnectionID) -> Int {
        let slot = connection.slot
        guard slot < outboxes.count, outboxes[slot].owner == connection else { return 0 }
        return outboxes[slot].bytes.readableBytes
    }

    mutating func act(_ action: Action) {
        actions.append(action)
    }

    /// Adds a transaction whose body `encode` writes.
    mutating func append(
        zxid: Zxid, timeMs: Int64, session: SessionID, cxid: Int32, type: Int32, path: ZnodePath?,
        _ encode: (inout ByteBuffer) -> Void
    ) {
        let start = appendedBytes.writerIndex
        encode(&appendedBytes)
        appends.append(
            Append(
                zxid: zxid, timeMs: timeMs, session: session, cxid: cxid, type: type, path: path,
                body: start..<appendedBytes.writerIndex))
    }

    private mutating func open(_ connection: ConnectionID) -> Int {
        let slot = connection.slot
        while outboxes.count <= slot { outboxes.append(Outbox()) }
        if outboxes[slot].owner != connection {
            outboxes[slot] = Outbox()
            outboxes[slot].owner = connection
        }
        if outboxes[slot].urgency == .empty, let spare = spares.popLast() { outboxes[slot].bytes = spare }
        return slot
    }

    // MARK: The owner takes

    /// Takes the transactions to append, bodies included.
    package mutating func takeAppends() -> (rows: [Append], bytes: ByteBuffer) {
        defer {
            appends = []
            appendedBytes = ByteBuffer()
        }
        return (appends, appendedBytes)
    }

    package mutating func takeActions() -> [Action] {
        defer { actions.removeAll(keepingCapacity: true) }
        return actions
    }

    package mutating func takeAnswered() -> [ConnectionID] {
        defer { answered.removeAll(keepingCapacity: true) }
        return answered
    }

    /// The next connection that has only events waiting.
    package mutating func takeNotified() -> ConnectionID? {
        while let connection = notified.popFirst() {
            let slot = connection.slot
            if outboxes[slot].owner == connection, outboxes[slot].urgency == .events { return connection }
        }
        return nil
    }

    /// What `connection` is to be sent; nil when there is nothing.
    package mutating func takeOutbox(of connection: ConnectionID) -> ByteBuffer? {
        let slot = connection.slot
        guard slot < outboxes.count, outboxes[slot].owner == connection, outboxes[slot].urgency != .empty
        else { return nil }
        outboxes[slot].urgency = .empty
        var bytes = ByteBuffer()
        swap(&bytes, &outboxes[slot].bytes)
        return bytes
    }

    /// Gives a sent buffer back, so that its memory is used again once nobody else holds it.
    package mutating func recycle(_ buffer: consuming ByteBuffer) {
        guard spares.count < 16, buffer.capacity <= 65_536 else { return }
        buffer.clear()
        spares.append(buffer)
    }
}
