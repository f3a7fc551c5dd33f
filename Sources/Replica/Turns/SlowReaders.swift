package import Vocabulary

/// Bytes that clients were sent and have not taken: of each that is behind, and of all together; and who is
/// cut off when they are too many.
///
/// Asked, like `TurnPolicy`, by the owner of a replica, which alone knows what sockets have taken.
///
/// One that owes more than it may goes by itself. When all of them together owe too much, those who owe most
/// go, until a quarter of the bound is free: so that the next ones are looked for only after as much was
/// written again.
package struct SlowReaders {
    /// Bytes that one client may leave unread before it is cut off.
    package static let ofOneMax = 64 << 20

    private let bytesMax: Int
    private let ofOneMax: Int
    private var owed: [ConnectionID: Int] = [:]
    package private(set) var bytes = 0

    /// - Parameters:
    ///   - bytesMax: For all clients together.
    ///   - ofOneMax: For each.
    package init(bytesMax: Int, ofOneMax: Int = SlowReaders.ofOneMax) {
        self.bytesMax = bytesMax
        self.ofOneMax = ofOneMax
    }

    /// A client that is behind owes so much now.
    ///
    /// - Returns: Who must go; they owe nothing any more.
    package mutating func record(_ count: Int, of connection: ConnectionID) -> [ConnectionID] {
        bytes += count - (owed.updateValue(count, forKey: connection) ?? 0)
        if count > ofOneMax {
            forget(connection)
            return [connection]
        }
        return bytes > bytesMax ? cut() : []
    }

    /// The client has taken all that it owed, or is gone.
    package mutating func forget(_ connection: ConnectionID) {
        bytes -= owed.removeValue(forKey: connection) ?? 0
    }

    private mutating func cut() -> [ConnectionID] {
        var gone: [ConnectionID] = []
        for (connection, _) in owed.sorted(by: { ($0.value, $0.key.slot) > ($1.value, $1.key.slot) }) {
            forget(connection)
            gone.append(connection)
            if bytes <= bytesMax / 4 * 3 { break }
        }
        return gone
    }
}
