internal import DequeModule
internal import NIOCore
internal import Vocabulary
internal import Zab

/// The clients of this node: their connections, what is taken in from each and when, and what waits for its
/// turn.
///
/// Requests go through here twice. As they arrive, `next` hands out those that may be taken in and holds back
/// the others; what cannot be answered yet is kept with `enqueue`, and `takeDue` hands it out again in the
/// order in which its client sent it. What a request means is for others to know.
struct Clients {
    private(set) var connections = ConnectionTable()
    /// How much clients have asked for that is not done.
    private(set) var intake: Intake
    private var resumedCxids: ResumedCxids
    /// Requests under way above which connections that have some are not read.
    let requestsMax: Int

    /// - Parameters:
    ///   - requestsMax: `ReplicaSettings.outstandingRequestsMax`.
    ///   - bytesMax: `ReplicaSettings.requestBytesMax`.
    ///   - largeBytes: `ReplicaSettings.largeRequestBytes`.
    init(requestsMax: Int, bytesMax: Int, largeBytes: Int, resumedCxids: ResumedCxids) {
        self.requestsMax = requestsMax
        self.intake = Intake(bytesMax: bytesMax, largeBytes: largeBytes)
        self.resumedCxids = resumedCxids
    }

    // MARK: Connections

    subscript(id: ConnectionID) -> Connection? { connections[id] }

    /// - Parameter hasHandshakeDeadline: Whether it is closed unless it says something in time.
    mutating func add(_ connection: Connection, hasHandshakeDeadline: Bool, into effects: inout Effects) {
        connections.add(connection, hasHandshakeDeadline: hasHandshakeDeadline)
        if intake.isShut { effects.pauseReading(connection) }
    }

    /// A connection is closed: what it had asked for needs no room any more.
    mutating func remove(_ id: ConnectionID) -> Connection? {
        guard let connection = connections.remove(id) else { return nil }
        intake.release(connection.heldBytes)
        intake.remove(connection.keptBytes + connection.reserved)
        return connection
    }

    /// The leader has been asked about the session that the connection's client has shown.
    mutating func recordReturning(_ connection: Connection) { connections.recordReturning(connection) }

    /// Takes out the connections whose clients have shown this session and still wait, first come first.
    mutating func takeReturning(to session: SessionID) -> [Connection] {
        connections.takeReturning(to: session).compactMap { connections[$0] }
    }

    /// Nobody asks the former leader about sessions any more.
    mutating func forgetReturning() { connections.forgetReturning() }

    /// Takes out the next connection that was opened before `openedMs` and has said nothing yet.
    mutating func takeUnidentified(openedBefore openedMs: Int64) -> Connection? {
        connections.takeUnidentified(openedBefore: openedMs)
    }

    func resetStatistics() {
        for connection in connections.all { connection.statistics.reset() }
    }

    // MARK: Room

    /// Gives a connection room for the frame that it has begun to send.
    ///
    /// - Returns: Whether there was some.
    mutating func reserve(for connection: Connection, _ load: Load) -> Bool {
        guard isAdmitted(connection.expected, of: connection, load) else { return false }
        connection.reserved = connection.expected
        connection.expected = 0
        intake.add(connection.reserved)
        return true
    }

    /// The reserved bytes are a request now, which counts by itself as far as it is kept.
    mutating func useReservation(of connection: Connection) {
        intake.remove(connection.reserved)
        connection.reserved = 0
    }

    func isAdmitted(_ bytes: Int, of connection: Connection, _ load: Load) -> Bool {
        connection.isNext
            ? intake.admitsNext(bytes, proposed: load.bytes) : intake.admits(bytes, proposed: load.bytes)
    }

    mutating func waitForRoom(_ connection: Connection, into effects: inout Effects) {
        if !connection.waitsForRoom { intake.wait(connection.id) }
        connection.waitsForRoom = true
        effects.pauseReading(connection)
    }

    /// Takes out the connection that has waited longest for room, if there is enough now. It is `isNext`
    /// until it has gone on.
    mutating func takeNextWithRoom(_ load: Load) -> Connection? {
        while let id = intake.next {
            guard let connection = connections[id] else {
                intake.dropNext()
                continue
            }
            guard intake.admitsNext(connection.nextBytes, proposed: load.bytes) else { return nil }
            intake.dropNext()
            connection.waitsForRoom = false
            connection.isNext = true
            return connection
        }
        return nil
    }

    // MARK: Held back

    /// Keeps what has come and may not be taken in yet. Whoever is leaving has nothing more to ask.
    mutating func hold(_ received: inout ReceivedFrames, of connection: Connection) {
        guard connection.phase != .ending else { return }
        let before = connection.heldBytes
        received.hold(on: connection)
        intake.hold(connection.heldBytes - before)
    }

    /// Takes out what was held back; nil when that is nothing.
    mutating func takeHeld(of connection: Connection) -> ByteBuffer? {
        intake.release(connection.heldBytes)
        return connection.takeHeld()
    }

    mutating func shutOrOpenIntake() { intake.shutOrOpen() }

    // MARK: The queue of each

    /// The number that a client's next write has in the order.
    mutating func cxid(of request: RequestFrame, on connection: Connection) -> Int32 {
        connection.isResumed ? resumedCxids.next(insteadOf: request.xid) : request.xid
    }

    mutating func enqueue(
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
        if case .read = first.kind { connection.waitingReads -= 1 }
        return first
    }
}

extension Connection {
    /// Bytes that the client needs room for before it goes on.
    fileprivate var nextBytes: Int {
        held.getInteger(at: held.readerIndex, as: Int32.self).map { Int($0) } ?? expected
    }
}
