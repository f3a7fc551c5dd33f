internal import DequeModule
package import Vocabulary
internal import Znodes

/// The watches of all connections of this node: who watches what, and who is told of a change.
///
/// A watch belongs to a connection and a path, at most one of each mode. Connections are told in the order in
/// which they came to a path. A change looks at those whom it concerns, and the end of a connection at what
/// that one watched, however many others watch the same.
package struct WatchTable {
    /// Modes in which one connection watches one path, and when it came to it.
    struct Watch: Sendable {
        var modes: WatchModes
        let serial: UInt64
    }

    /// Watchers of each path, by mode.
    private var data: [ZnodePath: WatcherList] = [:]
    private var children: [ZnodePath: WatcherList] = [:]
    private var persistent: [ZnodePath: WatcherList] = [:]
    private var recursive: [ZnodePath: WatcherList] = [:]
    private var watched: [ConnectionID: [ZnodePath: Watch]] = [:]
    /// One-shots that a change has used up and that `watched` still has: each goes before its connection is
    /// looked at again.
    private var unspent: Deque<Unspent> = []
    private let largeAudience: Int
    private var lastSerial: UInt64 = 0
    /// Counts events.
    private var lastEvent: UInt64 = 0
    /// Registrations by table, as operators count them.
    package private(set) var dataCount = 0
    package private(set) var childCount = 0
    /// Watchers that changes and ends of connections have looked at so far.
    package private(set) var visited = 0

    private struct Unspent {
        let path: ZnodePath
        let mode: WatchModes
        var audience: Audience
    }

    /// - Parameter largeAudience: From how many watchers of a path on they are used up later.
    package init(largeAudience: Int = 128) {
        self.largeAudience = largeAudience
    }

    package var isEmpty: Bool { watched.isEmpty }

    package mutating func add(_ modes: WatchModes, on path: ZnodePath, for connection: ConnectionID) {
        settle(connection)
        let known = watched[connection]?[path]
        if known == nil { lastSerial += 1 }
        let before = known ?? Watch(modes: [], serial: lastSerial)
        let after = before.modes.union(modes)
        guard after != before.modes else { return }
        watched[connection, default: [:]][path] = Watch(modes: after, serial: before.serial)
        count(before.modes, -1)
        count(after, 1)
        let added = after.subtracting(before.modes)
        if added.contains(.data) { data[path, default: WatcherList()].add(connection, before.serial) }
        if added.contains(.children) { children[path, default: WatcherList()].add(connection, before.serial) }
        if added.contains(.persistent) {
            persistent[path, default: WatcherList()].add(connection, before.serial)
        }
        if added.contains(.recursive) {
            recursive[path, default: WatcherList()].add(connection, before.serial)
        }
    }

    /// Whether `connection` has one of `modes` on exactly `path`.
    mutating func contains(
        _ modes: WatchModes, on path: ZnodePath, for connection: ConnectionID
    ) -> Bool {
        settle(connection)
        return !(watched[connection]?[path]?.modes ?? []).isDisjoint(with: modes)
    }

    /// - Returns: Whether there was anything to remove.
    mutating func remove(_ modes: WatchModes, on path: ZnodePath, for connection: ConnectionID) -> Bool {
        settle(connection)
        guard let watch = watched[connection]?[path], !watch.modes.isDisjoint(with: modes) else {
            return false
        }
        unlist(watch, watch.modes.intersection(modes), from: path)
        take(modes, from: watch, on: path, of: connection)
        return true
    }

    /// Forgets everything a closed connection watched.
    package mutating func removeAll(of connection: ConnectionID) {
        settle(connection)
        guard let paths = watched.removeValue(forKey: connection) else { return }
        for (path, watch) in paths {
            count(watch.modes, -1)
            unlist(watch, watch.modes, from: path)
        }
    }

    // MARK: Firing

    /// Tells `deliver` once of each connection that sees a change of `path` itself, and uses up one-shots.
    package mutating func fireData(on path: ZnodePath, _ deliver: (ConnectionID) -> Void) {
        let spent = data.isEmpty ? [] : spend(.data, data.removeValue(forKey: path), on: path)
        tell(spent, present(persistent, on: path), present(recursive, on: path), deliver)
        if recursive.isEmpty { return }
        var ancestor = path.isRoot ? nil : path.parent
        while let above = ancestor {
            tell(present(recursive, on: above), [], [], deliver)
            ancestor = above.isRoot ? nil : above.parent
        }
    }

    /// Likewise for a change in the list of children of `path`, or its end.
    package mutating func fireChildren(on path: ZnodePath, _ deliver: (ConnectionID) -> Void) {
        let spent = children.isEmpty ? [] : spend(.children, children.removeValue(forKey: path), on: path)
        tell(spent, present(persistent, on: path), [], deliver)
    }

    private func present(
        _ table: [ZnodePath: WatcherList], on path: ZnodePath
    ) -> [WatcherList.Watcher] {
        table.isEmpty ? [] : table[path]?.present ?? []
    }

    /// Uses up the one-shots of a path.
    private mutating func spend(
        _ mode: WatchModes, _ list: WatcherList?, on path: ZnodePath
    ) -> [WatcherList.Watcher] {
        guard let list else { return [] }
        let spent = list.present
        if spent.count >= largeAudience, unspent.count < Announcements.underWayMax {
            unspent.append(
                Unspent(path: path, mode: mode, audience: Audience(spent.map(\.connection))))
            return spent
        }
        for watcher in spent { use(mode, on: path, of: watcher.connection) }
        return spent
    }

    private mutating func use(_ mode: WatchModes, on path: ZnodePath, of connection: ConnectionID) {
        guard let watch = watched[connection]?[path] else { return }
        take(mode, from: watch, on: path, of: connection)
    }

    /// Takes the connection's one-shots away that changes have used up.
    private mutating func settle(_ connection: ConnectionID) {
        if unspent.isEmpty { return }
        for index in unspent.indices where unspent[index].audience.remove(connection) {
            use(unspent[index].mode, on: unspent[index].path, of: connection)
        }
    }

    /// Likewise of the next connections, at most so many.
    mutating func spendNext(_ count: Int) {
        for _ in 0..<count {
            while unspent.first?.audience.isEmpty == true { unspent.removeFirst() }
            if unspent.isEmpty { return }
            if let connection = unspent[0].audience.popFirst() {
                use(unspent[0].mode, on: unspent[0].path, of: connection)
            }
        }
    }

    /// In the order in which they came, whoever is in more than one of the lists once.
    private mutating func tell(
        _ first: [WatcherList.Watcher], _ second: [WatcherList.Watcher], _ third: [WatcherList.Watcher],
        _ deliver: (ConnectionID) -> Void
    ) {
        visited += first.count + second.count + third.count
        if second.isEmpty, third.isEmpty {
            for watcher in first { deliver(watcher.connection) }
            return
        }
        var last: UInt64 = 0
        for watcher in (first + second + third).sorted(by: { $0.serial < $1.serial })
        where watcher.serial != last {
            last = watcher.serial
            deliver(watcher.connection)
        }
    }

    private mutating func take(
        _ modes: WatchModes, from watch: Watch, on path: ZnodePath, of connection: ConnectionID
    ) {
        let after = watch.modes.subtracting(modes)
        count(watch.modes, -1)
        count(after, 1)
        if after.isEmpty {
            watched[connection]?[path] = nil
            if watched[connection]?.isEmpty == true { watched[connection] = nil }
        } else {
            watched[connection]?[path]?.modes = after
        }
    }

    private mutating func unlist(_ watch: Watch, _ modes: WatchModes, from path: ZnodePath) {
        let serial = watch.serial
        if modes.contains(.data) { visited += WatchTable.unlist(serial, &data, path) }
        if modes.contains(.children) { visited += WatchTable.unlist(serial, &children, path) }
        if modes.contains(.persistent) { visited += WatchTable.unlist(serial, &persistent, path) }
        if modes.contains(.recursive) { visited += WatchTable.unlist(serial, &recursive, path) }
    }

    private static func unlist(
        _ serial: UInt64, _ table: inout [ZnodePath: WatcherList], _ path: ZnodePath
    ) -> Int {
        guard let index = table.index(forKey: path) else { return 0 }
        let moved = table.values[index].remove(serial)
        if table.values[index].isEmpty { table.remove(at: index) }
        return moved
    }

    private mutating func count(_ modes: WatchModes, _ sign: Int) {
        if !modes.isDisjoint(with: .seesData) { dataCount += sign }
        if !modes.isDisjoint(with: .seesChildren) { childCount += sign }
    }

    /// The watches that there are now, for those who list them.
    package var list: WatchList {
        var settled = self
        settled.spendNext(unspent.reduce(0) { $0 + $1.audience.count })
        return WatchList(settled.watched)
    }
}

// MARK: Events

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
