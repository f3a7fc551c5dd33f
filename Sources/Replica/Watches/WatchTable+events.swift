internal import Vocabulary
internal import Znodes

/// A change that a transaction made, as those who watch are told of it.
struct WatchEvent {
    let type: EventType
    let path: ZnodePath
    /// Watchers that may not read the znode by this list are not told.
    let acl: ACL
    /// Tells the event from every other: a connection may be among its recipients more than once.
    let serial: UInt64
    let recipients: [ConnectionID]
}

extension WatchTable {
    /// The events of one transaction, change by change, with those whom each concerns. Uses up one-shots.
    mutating func fire(_ changes: [Applied]) -> [WatchEvent] {
        var events: [WatchEvent] = []
        for change in changes {
            switch change.kind {
            case .created:
                events.append(dataEvent(.created, of: change))
                if let event = parentEvent(of: change) { events.append(event) }
            case .deleted:
                events.append(deletion(change))
                if let event = parentEvent(of: change) { events.append(event) }
            case .dataChanged:
                events.append(dataEvent(.dataChanged, of: change))
            case .aclChanged, .checked, .failed:
                break
            }
        }
        return events
    }

    private mutating func dataEvent(_ type: EventType, of change: Applied) -> WatchEvent {
        var recipients: [ConnectionID] = []
        fireData(on: change.path) { recipients.append($0) }
        return event(type, on: change.path, change.acl, to: recipients)
    }

    /// One event for a connection that watches both the znode and its children.
    private mutating func deletion(_ change: Applied) -> WatchEvent {
        var recipients: [ConnectionID] = []
        fireData(on: change.path) { recipients.append($0) }
        fireChildren(on: change.path) { recipients.append($0) }
        return event(.deleted, on: change.path, change.acl, to: recipients)
    }

    private mutating func parentEvent(of change: Applied) -> WatchEvent? {
        guard let parent = change.path.parent else { return nil }
        var recipients: [ConnectionID] = []
        fireChildren(on: parent) { recipients.append($0) }
        return event(.childrenChanged, on: parent, change.parentACL, to: recipients)
    }

    private mutating func event(
        _ type: EventType, on path: ZnodePath, _ acl: ACL, to recipients: [ConnectionID]
    ) -> WatchEvent {
        lastEvent += 1
        return WatchEvent(type: type, path: path, acl: acl, serial: lastEvent, recipients: recipients)
    }
}
