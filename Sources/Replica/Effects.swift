internal import DequeModule
package import NIOCore
package import Vocabulary
package import Wire
package import Zab
package import Znodes

/// Effects that must now be carried out, collected over the steps of one turn of the node's owner.
///
/// The owner sends what is in the outboxes, performs the actions in their order, and hands the `writes` to
/// the disk when the turn is over (`TurnPolicy`). No answer rests on a write of its own turn: what it tells
/// is on the disks of a quorum already, this server's among them or not. A connection's bytes are in the
/// order they were written; between connections there is no order to keep.
package struct Effects: ~Copyable {
    /// A transaction for the log: its bytes, and what the log shows beside them.
    package struct Append: Equatable, Sendable {
        package let zxid: Zxid
        package let timeMs: Int64
        package let session: SessionID
        package let cxid: Int32
        package let type: Int32
        package let path: ZnodePath?
        package let body: ByteBuffer

        init(_ transaction: Transaction, body: ByteBuffer) {
            self.zxid = transaction.zxid
            self.timeMs = transaction.timeMs
            self.session = transaction.session
            self.cxid = transaction.cxid
            self.type = transaction.change.type
            self.path = transaction.change.path
            self.body = body
        }
    }

    /// Something for the disk, in order; `stored` with its ticket answers.
    package struct LogWrite: Equatable, Sendable {
        package enum What: Equatable, Sendable {
            case append(Append)
            /// Everything behind it goes.
            case truncate(after: Zxid)
            /// The received snapshot and these take the place of all that was there.
            case install(StoredState, [Append])
            case acceptEpoch(Epoch)
            case enterEpoch(Epoch)
        }

        package let ticket: UInt64
        package let what: What
    }

    package enum Action: Equatable, Sendable {
        /// Close once everything written so far is on its way.
        case close(ConnectionID)
        /// Stop reading from the socket, until `resumeReading`.
        case pauseReading(ConnectionID)
        case resumeReading(ConnectionID)
        /// Say `drained` when the client has taken most of what was written to it.
        case awaitDrained(ConnectionID)
        /// Say `continued` once the others had their turn: there is more to do than one step does.
        case continueSoon
        /// Something an operator should read.
        case warn(String)
        /// A complaint about what a client did wrong, always in the same words, from which address, and what
        /// else is to be said of the first: the others of the kind from there are only counted.
        case complain(String, from: ByteString, detail: String)
        case link(LinkAction)
        case snapshot(SnapshotAction)
    }

    package private(set) var writes: [LogWrite] = []
    package private(set) var actions: [Action] = []
    /// Connections with an answer waiting in their outbox: send at once.
    package private(set) var answered: [ConnectionID] = []
    /// Connections that only have events waiting: nobody waits for these, so they may follow in slices.
    private var notified: Deque<ConnectionID> = []
    /// Events for many, who are given them a slice at a time.
    var announcements = Announcements()
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

        func isOwned(by connection: ConnectionID) -> Bool {
            guard let owner else { return false }
            return owner == connection
        }
    }

    /// Bytes of answers that a client may be given in one turn before its next request has to wait.
    private let outboxBytesMax: Int

    package init(outboxBytesMax: Int = 1 << 20) {
        self.outboxBytesMax = outboxBytesMax
    }

    /// Whether connections have events waiting, in their outboxes or not yet.
    package var hasNotified: Bool { !notified.isEmpty || !announcements.isEmpty }

    // MARK: The replica writes

    /// Gives `write` the connection's outbox to add an answer to.
    mutating func answer(_ connection: Connection, _ write: (inout ByteBuffer) -> Void) {
        if !announcements.isEmpty { catchUp(connection) }
        let slot = open(connection.id)
        if outboxes[slot].urgency < .answers {
            outboxes[slot].urgency = .answers
            answered.append(connection.id)
        }
        write(&outboxes[slot].bytes)
    }

    /// Gives `write` the connection's outbox to add an event to.
    mutating func notify(_ connection: Connection, _ write: (inout ByteBuffer) -> Void) {
        if !announcements.isEmpty { catchUp(connection) }
        let slot = open(connection.id)
        beginNotifying(connection.id, in: slot)
        write(&outboxes[slot].bytes)
    }

    private mutating func beginNotifying(_ connection: ConnectionID, in slot: Int) {
        guard outboxes[slot].urgency == .empty else { return }
        outboxes[slot].urgency = .events
        notified.append(connection)
    }

    /// Gives the connection what was announced to it, before its turn.
    mutating func catchUp(_ connection: Connection) {
        for event in announcements.takeAll(for: connection.id) { tell(connection, event) }
    }

    /// Adds an announced event to the connection's outbox. Bytes that are all there is in it are not copied.
    mutating func tell(_ connection: Connection, _ event: ByteBuffer) {
        connection.statistics.sent += 1
        let slot = own(connection.id)
        if outboxes[slot].urgency == .empty {
            outboxes[slot].bytes = event
        } else {
            outboxes[slot].bytes.writeImmutableBuffer(event)
        }
        beginNotifying(connection.id, in: slot)
    }

    /// Whether the client was given more in this turn than it may be.
    func isFull(for connection: Connection) -> Bool {
        let slot = connection.id.slot
        guard slot < outboxes.count, outboxes[slot].isOwned(by: connection.id) else { return false }
        return outboxes[slot].bytes.readableBytes > outboxBytesMax
    }

    mutating func perform(_ action: Action) {
        actions.append(action)
    }

    mutating func store(_ what: LogWrite.What, ticket: UInt64) {
        writes.append(LogWrite(ticket: ticket, what: what))
    }

    private mutating func open(_ connection: ConnectionID) -> Int {
        let slot = own(connection)
        if outboxes[slot].urgency == .empty, let spare = spares.popLast() { outboxes[slot].bytes = spare }
        return slot
    }

    /// Makes the outbox in its slot the connection's.
    private mutating func own(_ connection: ConnectionID) -> Int {
        let slot = connection.slot
        while outboxes.count <= slot { outboxes.append(Outbox()) }
        if !outboxes[slot].isOwned(by: connection) {
            outboxes[slot] = Outbox()
            outboxes[slot].owner = connection
        }
        return slot
    }

    // MARK: The owner takes

    /// Takes what is for the disk.
    package mutating func takeWrites() -> [LogWrite] {
        let taken = writes
        writes = []
        return taken
    }

    package mutating func takeActions() -> [Action] {
        var taken: [Action] = []
        takeActions(into: &taken)
        return taken
    }

    /// The same, in exchange for an array whose storage is used again.
    package mutating func takeActions(into taken: inout [Action]) {
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &actions)
    }

    package var hasAnswered: Bool { !answered.isEmpty }

    package mutating func takeAnswered() -> [ConnectionID] {
        let taken = answered
        answered = []
        return taken
    }

    /// The next connection that has only events waiting.
    package mutating func takeNotified() -> ConnectionID? {
        while let connection = notified.popFirst() {
            let slot = connection.slot
            if outboxes[slot].isOwned(by: connection), outboxes[slot].urgency == .events { return connection }
        }
        return nil
    }

    /// The bytes that `connection` is to be sent; nil when there are none.
    package mutating func takeOutbox(of connection: ConnectionID) -> ByteBuffer? {
        let slot = connection.slot
        guard slot < outboxes.count, outboxes[slot].isOwned(by: connection), outboxes[slot].urgency != .empty
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

/// Something to be done with the snapshot that a node takes of itself.
package enum SnapshotAction: Equatable, Sendable {
    /// The snapshot's slices follow as `sliceDue` asks for them. It may be complete once the disk has done
    /// the write `after`: the log must not end before it.
    case begin(SnapshotHead, after: UInt64)
    case add(CapturedSlice)
    /// The snapshot will not be completed.
    case abandon
}

/// Something to be done on the links to the other servers of the ensemble.
package enum LinkAction: Equatable, Sendable {
    case notify(PeerID, Notification)
    /// Open an election link where there is none.
    case seek(PeerID)
    /// Dial the leader's quorum port after so many milliseconds.
    case follow(PeerID, afterMs: Int64)
    case unfollow
    case acceptLearners(Bool)
    case toLeader(QuorumPacket)
    case toLearner(LinkID, QuorumPacket)
    /// A piece of the stream behind SNAP, raw.
    case snapshotPiece(LinkID, ByteBuffer)
    /// Close a learner's link; the sentence is for the log.
    case drop(LinkID, String)
}
