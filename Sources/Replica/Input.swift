package import NIOCore
package import Vocabulary
package import Wire
package import Zab

/// Inputs of a node: everything that can make `Replica` do something.
package enum Input {
    /// A client's socket was accepted from `address`, the peer's address as ZooKeeper prints it.
    case opened(ConnectionID, address: ByteString)
    /// The client showed a certificate, whose subject is so encoded. Comes before its first frame.
    case certified(ConnectionID, subject: [UInt8])
    /// Whole frames of one connection, lengths included, in the order they came.
    case received(ConnectionID, ByteBuffer)
    /// A frame of so many bytes has begun to come, one that is large (`largeRequestBytes`).
    case expecting(ConnectionID, bytes: Int)
    case closed(ConnectionID)
    /// An operator's word came on it instead of a connect request, and will be answered.
    case wordCame(ConnectionID)
    /// The client has taken most of what it was sent (after `awaitDrained`).
    case drained(ConnectionID)
    /// The disk has done every write up to this ticket. Nothing else makes an acknowledgement.
    case stored(through: UInt64)
    /// Time passed. Comes a few times a tick.
    case ticked
    /// The others had their turn (after `continueSoon`).
    case continued
    /// A few milliseconds passed. Comes only to a node that is in an ensemble.
    case pulsed
    case link(LinkEvent)
    case snapshot(SnapshotInput)
    /// An operator resets counters (`srst`) or those of the connections (`crst`).
    case statisticsReset(connections: Bool)
}

/// Events of the snapshot that a node takes of itself.
package enum SnapshotInput {
    /// The log since the last one outweighs it.
    case due
    /// The disk has taken the slices so far, and the others had their turn.
    case sliceDue
    /// The snapshot could not be written.
    case failed
}

/// Events on the links to the other servers of the ensemble.
package enum LinkEvent {
    case notified(Notification, by: PeerID)
    /// Whether an election link to a server is up.
    case reachable(PeerID, Bool)
    case leaderLinkUp
    case leaderLinkDown
    case fromLeader(QuorumPacket)
    /// The bytes that came behind SNAP are no snapshot.
    case snapshotUnreadable(String)
    case learnerLinkUp(LinkID)
    case learnerLinkDown(LinkID)
    case fromLearner(QuorumPacket, LinkID)
}
