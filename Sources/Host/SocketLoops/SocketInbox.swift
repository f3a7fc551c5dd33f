internal import Synchronization

/// Events of sockets on their way to the replica's loop: what one turn of a socket's loop brought is one
/// batch.
///
/// The one thing that those loops and the replica's share. How much it holds is bounded by the sockets, which
/// are not read while much of theirs is on its way.
package final class SocketInbox: Sendable {
    private let batches = Mutex<[[SocketEvent]]>([])

    package init() {}

    /// - Returns: Whether the replica's loop is to be woken. What comes before it looks, it takes as well.
    package func post(_ batch: [SocketEvent]) -> Bool {
        batches.withLock { batches in
            batches.append(batch)
            return batches.count == 1
        }
    }

    /// Takes everything, in the order in which it was posted.
    package func takeAll() -> [[SocketEvent]] {
        batches.withLock { batches in
            let taken = batches
            batches = []
            return taken
        }
    }
}
