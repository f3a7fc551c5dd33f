internal import DequeModule
internal import Vocabulary

/// The open connections of this node, by slot.
struct ConnectionTable {
    private var slots: [Connection?] = []
    /// Connections in the order in which they were opened: those that have said something since are passed
    /// over.
    private var unidentified: Deque<ConnectionID> = []
    /// Clients whose sessions the leader has been asked about.
    private var returning: [SessionID: [ConnectionID]] = [:]

    /// - Parameter hasHandshakeDeadline: Whether it is closed unless it says something in time
    ///   (`takeUnidentified`).
    mutating func add(_ connection: Connection, hasHandshakeDeadline: Bool) {
        let slot = connection.id.slot
        while slots.count <= slot { slots.append(nil) }
        precondition(slots[slot] == nil, "a slot is free before it is used again")
        slots[slot] = connection
        if hasHandshakeDeadline { unidentified.append(connection.id) }
    }

    /// The leader has been asked about the session that the connection's client has shown.
    mutating func recordReturning(_ connection: Connection) {
        returning[connection.session, default: []].append(connection.id)
    }

    /// Takes out those whose clients have shown this session, first come first.
    mutating func takeReturning(to session: SessionID) -> [ConnectionID] {
        returning.removeValue(forKey: session) ?? []
    }

    mutating func forgetReturning() { returning = [:] }

    /// Takes out the next connection that was opened before `openedMs` and has said nothing yet.
    mutating func takeUnidentified(openedBefore openedMs: Int64) -> Connection? {
        while let first = unidentified.first {
            guard let connection = self[first], connection.phase == .fresh else {
                unidentified.removeFirst()
                continue
            }
            guard connection.statistics.openedMs < openedMs else { return nil }
            unidentified.removeFirst()
            return connection
        }
        return nil
    }

    mutating func remove(_ id: ConnectionID) -> Connection? {
        guard contains(id) else { return nil }
        defer { slots[id.slot] = nil }
        return slots[id.slot]
    }

    func contains(_ id: ConnectionID) -> Bool {
        self[id] != nil
    }

    subscript(id: ConnectionID) -> Connection? {
        guard id.slot < slots.count, let connection = slots[id.slot], connection.id == id else { return nil }
        return connection
    }

    /// Connections in some of the slots.
    func inSlots(_ range: Range<Int>) -> [Connection] {
        slots[range.clamped(to: slots.indices)].compactMap { $0 }
    }

    /// All of them, in order of their slots.
    var all: [Connection] { slots.compactMap { $0 } }
}
