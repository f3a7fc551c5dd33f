internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Znodes

/// Events on their way to the clients that watch.
extension Clients {
    /// Tells those who watch what a transaction has changed, before any answer or read shows the tree after
    /// it.
    ///
    /// A client that may not read the znode is not told, and its one-shot watch is spent all the same. An
    /// event that everybody may read and many watch for is announced.
    ///
    /// - Parameter largeAudience: How many are many.
    func deliver(
        _ event: WatchEvent, at zxid: Zxid, access: Access, largeAudience: Int,
        counting statistics: inout Statistics, into effects: inout Effects
    ) {
        let isForMany = event.recipients.count >= largeAudience && !effects.announcements.isFull
        if isForMany, access.permits(.read, by: event.acl, to: []) {
            let audience = Audience(event.recipients)
            var bytes = ByteBuffer()
            bytes.writeEvent(type: event.type.rawValue, path: event.path, zxid: zxid)
            statistics.recordAnnouncement(to: audience.count)
            return effects.announcements.add(bytes, to: audience)
        }
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

extension Replica {
    /// Gives the next of those their event that were announced one: at most so many of them.
    ///
    /// The owner asks for it before each slice of events that it sends.
    package mutating func tellNext(_ count: Int, into effects: inout Effects) {
        committed.watches.spendNext(count)
        for _ in 0..<count {
            guard let (id, event) = effects.announcements.takeNext() else { return }
            if let connection = clients[id] { effects.tell(connection, event) }
        }
    }
}
