internal import DequeModule
internal import NIOCore
internal import Vocabulary

/// Events for many, on their way into the outboxes: each in its one encoding, with those who have it still to
/// come.
///
/// One has its turns behind the other's. Whoever is sent anything else meanwhile is told before
/// (`Effects.catchUp`), so that each connection has what concerns it in its order.
///
/// Few are under way at a time: whoever is sent something is looked for in all of them, and writers that go
/// on without a pause must not get further ahead of those who watch.
struct Announcements {
    static let underWayMax = 4

    private struct Announcement {
        let event: ByteBuffer
        var audience: Audience
    }

    private var all: Deque<Announcement> = []

    var isEmpty: Bool { all.isEmpty }
    /// Whether the next event for many goes into their outboxes at once.
    var isFull: Bool { all.count >= Announcements.underWayMax }

    mutating func add(_ event: ByteBuffer, to audience: Audience) {
        all.append(Announcement(event: event, audience: audience))
    }

    /// Takes out whose turn it is, and with what.
    mutating func takeNext() -> (connection: ConnectionID, event: ByteBuffer)? {
        while !all.isEmpty {
            if let connection = all[0].audience.popFirst() { return (connection, all[0].event) }
            all.removeFirst()
        }
        return nil
    }

    /// Takes out what is still to come to a connection, in its order.
    mutating func takeAll(for connection: ConnectionID) -> [ByteBuffer] {
        var events: [ByteBuffer] = []
        for index in all.indices where all[index].audience.remove(connection) {
            events.append(all[index].event)
        }
        return events
    }
}
