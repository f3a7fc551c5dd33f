/// Which complaints about strangers and clients are said, and which only counted.
///
/// The first of a kind from an address is said at once; the others of the following minute are a number.
/// Nobody can make the log grow faster by coming from many addresses either: of one kind so many are told
/// apart, and all others share one count. A value: the time comes in, and nothing is said here.
package struct LogThrottle: Sendable {
    /// How long a kind from an address is only counted.
    package static let windowMs: Int64 = 60_000
    /// Addresses told apart for one kind at a time.
    package static let addressesMax = 16
    /// Kinds times addresses that are remembered at most: kinds are sentences of this program, and few.
    package static let windowsMax = 1024

    /// Lines of one kind that were held back.
    package struct Count: Equatable, Sendable {
        package let kind: String
        /// nil for all addresses that were not told apart.
        package let address: String?
        package let times: Int
    }

    private struct Key: Hashable {
        let kind: String
        let address: String?
    }

    private struct Window {
        let endMs: Int64
        var said = 0
        var heldBack = 0
    }

    private var windows: [Key: Window] = [:]
    private var addresses: [String: Int] = [:]
    /// In the order in which their windows end.
    private var order: [Key] = []
    private var first = 0

    package init() {}

    /// Whether the complaint is to be said now. It is counted otherwise, and `counts` gives the number later.
    ///
    /// - Parameter timesMax: How many of the kind from the address are said in a window.
    package mutating func admits(
        _ kind: String, from address: String, timesMax: Int = 1, atMs now: Int64
    ) -> Bool {
        let own = Key(kind: kind, address: address)
        if let window = windows[own] {
            let isSaid = window.said < timesMax
            if isSaid { windows[own]?.said += 1 } else { windows[own]?.heldBack += 1 }
            return isSaid
        }
        if addresses[kind, default: 0] < LogThrottle.addressesMax, windows.count < LogThrottle.windowsMax {
            remember(own, said: 1, atMs: now)
            return true
        }
        let others = Key(kind: kind, address: nil)
        if windows[others] == nil {
            // More kinds than there are sentences: they share one window.
            guard windows.count < 2 * LogThrottle.windowsMax else { return false }
            remember(others, said: 0, atMs: now)
        }
        windows[others]?.heldBack += 1
        return false
    }

    /// When the next window ends; nil while nothing is remembered.
    package var nextEndMs: Int64? {
        first < order.count ? windows[order[first]]?.endMs : nil
    }

    /// Takes the counts of all windows that have ended by `now`. A kind that went on gets a new window, and
    /// one more line when that ends.
    package mutating func counts(atMs now: Int64) -> [Count] {
        var counts: [Count] = []
        while first < order.count, let window = windows[order[first]], window.endMs <= now {
            let key = order[first]
            first += 1
            forget(key)
            guard window.heldBack > 0 else { continue }
            counts.append(Count(kind: key.kind, address: key.address, times: window.heldBack))
            // What goes on is a number from now on, whatever was said at its beginning.
            remember(key, said: .max, atMs: now)
        }
        if first > LogThrottle.windowsMax {
            order.removeFirst(first)
            first = 0
        }
        return counts
    }

    private mutating func remember(_ key: Key, said: Int, atMs now: Int64) {
        windows[key] = Window(endMs: now + LogThrottle.windowMs, said: said)
        if key.address != nil { addresses[key.kind, default: 0] += 1 }
        order.append(key)
    }

    private mutating func forget(_ key: Key) {
        windows[key] = nil
        guard key.address != nil, let count = addresses[key.kind] else { return }
        addresses[key.kind] = count > 1 ? count - 1 : nil
    }
}
