internal import Vocabulary

/// The connections that watch one path in one way, in the order in which they came to it.
///
/// A watcher that goes is found by its number and leaves a gap, so that ten thousand that go one after the
/// other cost ten thousand times what one costs; gaps are closed once they are the half.
struct WatcherList {
    struct Watcher {
        /// When the connection came to the path; unique in the table.
        let serial: UInt64
        fileprivate(set) var connection: ConnectionID
    }

    private static let gap = ConnectionID(slot: Int(UInt32.max), generation: .max)

    private var watchers: [Watcher] = []
    private var gaps = 0

    var isEmpty: Bool { watchers.count == gaps }

    /// Watchers that are here, oldest first.
    var present: [Watcher] { gaps == 0 ? watchers : watchers.filter { $0.connection != Self.gap } }

    /// Adds one that is not here. Usually it came last.
    mutating func add(_ connection: ConnectionID, _ serial: UInt64) {
        let index = firstIndex(from: serial)
        watchers.insert(Watcher(serial: serial, connection: connection), at: index)
    }

    /// - Returns: How many others had to be moved.
    mutating func remove(_ serial: UInt64) -> Int {
        let index = firstIndex(from: serial)
        guard index < watchers.count, watchers[index].serial == serial else { return 0 }
        if index == watchers.count - 1 {
            watchers.removeLast()
        } else {
            watchers[index].connection = Self.gap
            gaps += 1
        }
        guard gaps * 2 > watchers.count else { return 0 }
        watchers.removeAll { $0.connection == Self.gap }
        gaps = 0
        return watchers.count
    }

    private func firstIndex(from serial: UInt64) -> Int {
        guard let last = watchers.last, last.serial >= serial else { return watchers.count }
        var low = 0
        var high = watchers.count
        while low < high {
            let middle = (low + high) / 2
            if watchers[middle].serial < serial { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
