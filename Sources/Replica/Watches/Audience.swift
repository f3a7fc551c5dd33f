internal import Vocabulary

/// Connections that one event still concerns, in the order in which they came to it.
///
/// Made at a few nanoseconds each, so that a change that ten thousand watch is applied and answered before
/// anything is done for them; any of them can be taken out before its turn.
struct Audience {
    private var connections: [ConnectionID] = []
    /// Where each is in `connections`, by its slot; `gone` for slots whose connection is not among them.
    private var places: [Int32] = []
    private var next = 0
    private(set) var count = 0

    private static let gone: Int32 = -1

    /// - Parameter connections: One that is there twice counts once.
    init(_ connections: [ConnectionID]) {
        self.connections.reserveCapacity(connections.count)
        let slotCount = connections.reduce(0) { max($0, $1.slot + 1) }
        places = [Int32](repeating: Audience.gone, count: slotCount)
        for connection in connections where places[connection.slot] == Audience.gone {
            places[connection.slot] = Int32(self.connections.count)
            self.connections.append(connection)
        }
        count = self.connections.count
    }

    var isEmpty: Bool { count == 0 }

    /// - Returns: Whether it was among them.
    mutating func remove(_ connection: ConnectionID) -> Bool {
        guard connection.slot < places.count else { return false }
        let place = places[connection.slot]
        guard place != Audience.gone, connections[Int(place)] == connection else { return false }
        places[connection.slot] = Audience.gone
        count -= 1
        return true
    }

    mutating func popFirst() -> ConnectionID? {
        while next < connections.count {
            let connection = connections[next]
            next += 1
            if remove(connection) { return connection }
        }
        return nil
    }
}
