internal import DequeModule
package import Vocabulary

/// The newest part of a node's log in memory: from `floor`, which it no longer holds, to the last entry.
///
/// Everything up to `committed` is known to be; what stands behind it is a tail that a leader must still confirm.
package struct History<Body> {
    /// Entries kept behind what is committed, for learners that were away for a moment.
    static var entriesMax: Int { 10_000 }

    /// The position before the first entry held; `zero` when the history is whole.
    package private(set) var floor: Zxid
    package private(set) var committed: Zxid
    private var entries: Deque<Entry<Body>> = []

    /// - Parameters:
    ///   - floor: The position before the first of `entries`.
    ///   - committed: What this node knows to be committed, not before `floor`.
    package init(after floor: Zxid, _ entries: some Sequence<Entry<Body>>, committed: Zxid) {
        self.floor = floor
        self.committed = committed
        self.entries = Deque(entries)
    }

    /// The end of the log.
    package var last: Zxid { entries.last?.zxid ?? floor }

    mutating func append(_ entry: Entry<Body>) {
        precondition(last.isFollowed(by: entry.zxid), "\(entry.zxid) cannot follow \(last)")
        entries.append(entry)
    }

    /// Moves `committed` up to `zxid` and hands over what it passed, oldest first.
    mutating func commit(through zxid: Zxid, deliver: (Entry<Body>) -> Void) {
        guard zxid > committed else { return }
        for index in firstIndex(after: committed)..<firstIndex(after: zxid) { deliver(entries[index]) }
        committed = min(zxid, last)
        let surplus = entries.count - History.entriesMax
        guard surplus > 0 else { return }
        let going = min(surplus, firstIndex(after: committed))
        guard going > 0 else { return }
        floor = entries[going - 1].zxid
        entries.removeFirst(going)
    }

    /// - Returns: False, with nothing changed, when `zxid` is not a place in this history that may become its end.
    mutating func truncate(after zxid: Zxid) -> Bool {
        guard zxid >= committed, contains(zxid) else { return false }
        entries.removeLast(entries.count - firstIndex(after: zxid))
        return true
    }

    mutating func reset(to snapshot: Zxid) {
        entries.removeAll()
        floor = snapshot
        committed = snapshot
    }

    /// Whether `zxid` is an entry held, or the floor itself.
    func contains(_ zxid: Zxid) -> Bool { zxid == floor || last(through: zxid) == zxid }

    /// The newest position not after `zxid`; nil when that lies before the floor.
    func last(through zxid: Zxid) -> Zxid? {
        guard zxid >= floor else { return nil }
        let index = firstIndex(after: zxid)
        return index == 0 ? floor : entries[index - 1].zxid
    }

    func entries(after zxid: Zxid, through end: Zxid) -> Deque<Entry<Body>>.SubSequence {
        let first = firstIndex(after: zxid)
        return entries[first..<max(first, firstIndex(after: end))]
    }

    /// Where the first entry behind `zxid` stands.
    private func firstIndex(after zxid: Zxid) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].zxid <= zxid { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension History: Sendable where Body: Sendable {}
