package import NIOCore
package import Vocabulary
package import Znodes

/// What happened to a node: everything that can make `Replica` do something.
package enum Input {
    /// A client's socket was accepted from `address`, the peer's address as ZooKeeper prints it.
    case opened(ConnectionID, address: ByteString, isSecure: Bool)
    /// Whole frames of one connection, lengths included, in the order they came.
    case received(ConnectionID, ByteBuffer)
    case closed(ConnectionID)
    /// What the connection was sent is on its way; there is room for more (after `awaitRoom`).
    case gotRoom(ConnectionID)
    /// The log holds everything up to here on the disk. Nothing else makes an acknowledgement.
    case durable(through: Zxid)
    /// A transaction of the node's own log, while it starts.
    case replayed(Transaction)
    /// The log is replayed: serve.
    case started
    /// Time passed. Comes a few times a tick.
    case ticked
    /// An operator resets counters (`srst`) or those of the connections (`crst`).
    case statisticsReset(connections: Bool)
}
