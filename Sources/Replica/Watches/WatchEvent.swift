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
