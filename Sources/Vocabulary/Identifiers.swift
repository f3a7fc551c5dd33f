/// A client's session, unique in the ensemble: the top byte names the server that made it.
///
/// Prints as ZooKeeper's tools print it: `0x` and unsigned lower-case hex.
package struct SessionID: Hashable, Comparable, Sendable {
    package let rawValue: Int64

    @inlinable
    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    /// The session of requests that no client sent, such as the container sweeper's.
    package static let none = SessionID(rawValue: 0)

    @inlinable
    package static func < (left: SessionID, right: SessionID) -> Bool { left.rawValue < right.rawValue }

    // Spelled out so that it is inlined: the one that the compiler makes is a call through a table.
    @inlinable
    package static func == (left: SessionID, right: SessionID) -> Bool { left.rawValue == right.rawValue }

    /// One multiplication: servers make these numbers, and nobody else gets one into a table.
    // swift-format-ignore: NoLeadingUnderscores
    @inlinable
    package func _rawHashValue(seed: Int) -> Int {
        let product = UInt64(bitPattern: rawValue ^ Int64(seed))
            .multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
        return Int(truncatingIfNeeded: product.high ^ product.low)
    }
}

extension SessionID: CustomStringConvertible {
    package var description: String { "0x" + String(UInt64(bitPattern: rawValue), radix: 16) }
}

/// A server of the ensemble: the number in its `myid` file.
package struct PeerID: Hashable, Comparable, Sendable {
    package let rawValue: Int64

    @inlinable
    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    @inlinable
    package static func < (left: PeerID, right: PeerID) -> Bool { left.rawValue < right.rawValue }
}

/// One client connection of this node, never used twice in a process' life.
///
/// The low half is a slot in the owner's table, re-used; the high half counts the slot's uses.
package struct ConnectionID: Hashable, Sendable {
    package let rawValue: UInt64

    @inlinable
    package init(slot: Int, generation: UInt32) {
        self.rawValue = UInt64(generation) << 32 | UInt64(UInt32(truncatingIfNeeded: slot))
    }

    @inlinable package var slot: Int { Int(UInt32(truncatingIfNeeded: rawValue)) }
    @inlinable package var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }

    // Spelled out so that it is inlined: the one that the compiler makes is a call through a table.
    @inlinable
    package static func == (left: ConnectionID, right: ConnectionID) -> Bool {
        left.rawValue == right.rawValue
    }
}
