internal import Vocabulary

/// The open connections of this node, by slot.
struct ConnectionTable {
    private var slots: [Connection?] = []
    private(set) var count = 0

    mutating func add(_ connection: Connection) {
        let slot = connection.id.slot
        while slots.count <= slot { slots.append(nil) }
        precondition(slots[slot] == nil, "a slot is free before it is used again")
        slots[slot] = connection
        count += 1
    }

    mutating func remove(_ id: ConnectionID) -> Connection? {
        guard contains(id) else { return nil }
        count -= 1
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

    /// Those in some of the slots.
    func inSlots(_ range: Range<Int>) -> [Connection] {
        slots[range.clamped(to: slots.indices)].compactMap { $0 }
    }

    /// All of them, in order of their slots.
    var all: [Connection] { slots.compactMap { $0 } }
}
