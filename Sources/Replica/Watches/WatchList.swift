package import Vocabulary

/// The watches that there were at one moment. Shared with the table until that changes, connection by
/// connection, and read wherever there is time for it.
package struct WatchList: Sendable {
    private let watched: [ConnectionID: [ZnodePath: WatchTable.Watch]]

    init(_ watched: [ConnectionID: [ZnodePath: WatchTable.Watch]]) {
        self.watched = watched
    }

    /// The paths that a connection sees changes of, in no order.
    package func dataPaths(of connection: ConnectionID) -> [ZnodePath] {
        (watched[connection] ?? [:]).compactMap { path, watch in
            watch.modes.isDisjoint(with: .seesData) ? nil : path
        }
    }
}
