internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Znodes

/// Events on their way to the clients that watch.
extension Clients {
    /// Tells those who watch what a transaction has changed, before any answer or read shows the tree after
    /// it.
    ///
    /// A client that may not read the znode is not told, and its one-shot watch is spent all the same.
    func deliver(
        _ event: WatchEvent, at zxid: Zxid, access: Access, counting statistics: inout Statistics,
        into effects: inout Effects
    ) {
        for id in event.recipients {
            guard let connection = connections[id], connection.lastEvent != event.serial else { continue }
            connection.lastEvent = event.serial
            guard access.permits(.read, by: event.acl, to: connection.identities) else { continue }
            effects.notify(connection) {
                $0.writeEvent(type: event.type.rawValue, path: event.path, zxid: zxid)
            }
            statistics.recordMessage(to: connection)
        }
    }
}
