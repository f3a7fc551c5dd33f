/// Modes in which one connection watches one path.
package struct WatchModes: OptionSet {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Once: the znode is created, changed or deleted.
    package static let data = WatchModes(rawValue: 1)
    /// Once: a child comes or goes, or the znode is deleted.
    package static let children = WatchModes(rawValue: 2)
    /// Both of the above, until removed.
    package static let persistent = WatchModes(rawValue: 4)
    /// The znode and everything below it, without child events, until removed.
    package static let recursive = WatchModes(rawValue: 8)

    static let seesData: WatchModes = [.data, .persistent, .recursive]
    static let seesChildren: WatchModes = [.children, .persistent]
}

/// Kinds of events; the numbers are ZooKeeper's.
package enum EventType: Int32, Sendable {
    case created = 1
    case deleted = 2
    case dataChanged = 3
    case childrenChanged = 4
}

/// Which watches a client asks about or removes; the numbers are ZooKeeper's.
enum WatcherType: Int32 {
    case children = 1
    case data = 2
    case any = 3
    case persistent = 4
    case recursive = 5

    var modes: WatchModes {
        switch self {
        case .children: .children
        case .data: .data
        case .any: [.data, .children, .persistent, .recursive]
        case .persistent: .persistent
        case .recursive: .recursive
        }
    }
}
