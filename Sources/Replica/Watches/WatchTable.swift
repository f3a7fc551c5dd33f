package import Vocabulary

/// Who watches what: the watches of all connections of this node.
///
/// A watch belongs to a connection and a path, at most one of each mode. Connections are told in the order in
/// which they came to a path.
package struct WatchTable {
    private var watchers: [ZnodePath: [ConnectionID]] = [:]
    private var watched: [ConnectionID: [ZnodePath: WatchModes]] = [:]
    private var recursiveCount = 0
    /// Registrations by table, as operators count them.
    package private(set) var dataCount = 0
    package private(set) var childCount = 0

    package init() {}

    package var isEmpty: Bool { watchers.isEmpty }

    mutating func add(_ modes: WatchModes, on path: ZnodePath, for connection: ConnectionID) {
        let before = watched[connection, default: [:]].updateValue(modes, forKey: path) ?? []
        if before.isEmpty { watchers[path, default: []].append(connection) }
        let after = before.union(modes)
        watched[connection]?[path] = after
        count(before, -1)
        count(after, 1)
    }

    /// Whether `connection` has one of `modes` on exactly `path`.
    func contains(_ modes: WatchModes, on path: ZnodePath, for connection: ConnectionID) -> Bool {
        !(watched[connection]?[path] ?? []).isDisjoint(with: modes)
    }

    /// - Returns: Whether there was anything to remove.
    mutating func remove(_ modes: WatchModes, on path: ZnodePath, for connection: ConnectionID) -> Bool {
        guard let before = watched[connection]?[path], !before.isDisjoint(with: modes) else { return false }
        set(before.subtracting(modes), instead: before, on: path, for: connection)
        return true
    }

    /// Forgets everything a closed connection watched.
    package mutating func removeAll(of connection: ConnectionID) {
        guard let paths = watched.removeValue(forKey: connection) else { return }
        for (path, modes) in paths {
            count(modes, -1)
            dropWatcher(connection, from: path)
        }
    }

    /// Tells `deliver` once of each connection that sees a change of `path` itself, and uses up one-shots.
    mutating func fireData(on path: ZnodePath, _ deliver: (ConnectionID) -> Void) {
        fire(on: path, seeing: .seesData, spending: .data, deliver)
        if recursiveCount == 0 { return }
        var ancestor = path.isRoot ? nil : path.parent
        while let above = ancestor {
            for connection in watchers[above] ?? [] where contains(.recursive, on: above, for: connection) {
                deliver(connection)
            }
            ancestor = above.isRoot ? nil : above.parent
        }
    }

    /// Likewise for a change in the list of children of `path`, or its end.
    mutating func fireChildren(on path: ZnodePath, _ deliver: (ConnectionID) -> Void) {
        fire(on: path, seeing: .seesChildren, spending: .children, deliver)
    }

    private mutating func fire(
        on path: ZnodePath, seeing: WatchModes, spending: WatchModes, _ deliver: (ConnectionID) -> Void
    ) {
        guard let connections = watchers[path] else { return }
        var stays: [ConnectionID] = []
        for connection in connections {
            guard let before = watched[connection]?[path] else { continue }
            if !before.isDisjoint(with: seeing) { deliver(connection) }
            let after = before.subtracting(spending)
            if after.isEmpty {
                watched[connection]?[path] = nil
                if watched[connection]?.isEmpty == true { watched[connection] = nil }
            } else {
                watched[connection]?[path] = after
                stays.append(connection)
            }
            count(before, -1)
            count(after, 1)
        }
        watchers[path] = stays.isEmpty ? nil : stays
    }

    private mutating func set(
        _ after: WatchModes, instead before: WatchModes, on path: ZnodePath, for connection: ConnectionID
    ) {
        count(before, -1)
        count(after, 1)
        if after.isEmpty {
            watched[connection]?[path] = nil
            if watched[connection]?.isEmpty == true { watched[connection] = nil }
            dropWatcher(connection, from: path)
        } else {
            watched[connection]?[path] = after
        }
    }

    private mutating func dropWatcher(_ connection: ConnectionID, from path: ZnodePath) {
        guard let index = watchers[path]?.firstIndex(of: connection) else { return }
        watchers[path]?.remove(at: index)
        if watchers[path]?.isEmpty == true { watchers[path] = nil }
    }

    private mutating func count(_ modes: WatchModes, _ sign: Int) {
        if modes.contains(.recursive) { recursiveCount += sign }
        if !modes.isDisjoint(with: .seesData) { dataCount += sign }
        if !modes.isDisjoint(with: .seesChildren) { childCount += sign }
    }

    // MARK: For operators

    /// Paths in the data table with who watches them, both in order.
    package func dataWatches() -> [(path: ZnodePath, connections: [ConnectionID])] {
        watchers.keys.sorted().compactMap { path in
            let seeing = (watchers[path] ?? []).filter { contains(.seesData, on: path, for: $0) }
            return seeing.isEmpty ? nil : (path, seeing)
        }
    }
}
