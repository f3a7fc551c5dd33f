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
    package static let entriesMax = 1024

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

    private struct Entry {
        let endMs: Int64
        var said = 0
        var heldBack = 0
    }

    private var entries: [Key: Entry] = [:]
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
        if let entry = entries[own] {
            let isSaid = entry.said < timesMax
            if isSaid { entries[own]?.said += 1 } else { entries[own]?.heldBack += 1 }
            return isSaid
        }
        if addresses[kind, default: 0] < LogThrottle.addressesMax, entries.count < LogThrottle.entriesMax {
            remember(own, said: 1, atMs: now)
            return true
        }
        let others = Key(kind: kind, address: nil)
        if entries[others] == nil {
            // More kinds than there are sentences: they share one entry.
            guard entries.count < 2 * LogThrottle.entriesMax else { return false }
            remember(others, said: 0, atMs: now)
        }
        entries[others]?.heldBack += 1
        return false
    }

    /// When the next window ends; nil while nothing is remembered.
    package var nextEndMs: Int64? {
        first < order.count ? entries[order[first]]?.endMs : nil
    }

    /// Takes the counts of all windows that have ended by `now`. A kind that went on gets a new window, and
    /// one more line when that ends.
    package mutating func counts(atMs now: Int64) -> [Count] {
        var counts: [Count] = []
        while first < order.count, let entry = entries[order[first]], entry.endMs <= now {
            let key = order[first]
            first += 1
            forget(key)
            guard entry.heldBack > 0 else { continue }
            counts.append(Count(kind: key.kind, address: key.address, times: entry.heldBack))
            // What goes on is a number from now on, whatever was said at its beginning.
            remember(key, said: .max, atMs: now)
        }
        if first > LogThrottle.entriesMax {
            order.removeFirst(first)
            first = 0
        }
        return counts
    }

    private mutating func remember(_ key: Key, said: Int, atMs now: Int64) {
        entries[key] = Entry(endMs: now + LogThrottle.windowMs, said: said)
        if key.address != nil { addresses[key.kind, default: 0] += 1 }
        order.append(key)
    }

    private mutating func forget(_ key: Key) {
        entries[key] = nil
        guard key.address != nil, let count = addresses[key.kind] else { return }
        addresses[key.kind] = count > 1 ? count - 1 : nil
    }
}
