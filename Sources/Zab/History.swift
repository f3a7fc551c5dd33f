internal import DequeModule
internal import NIOCore
package import Vocabulary

/// The newest part of a node's log in memory: from `floor`, which it no longer holds, to the last entry.
///
/// Everything up to `committed` is known to be; what stands behind it is a tail that a leader must still
/// confirm.
package struct History: Sendable {
    /// Bytes of entries that a member of an ensemble keeps though they are committed, for learners that were
    /// away for a while: a hundred thousand small writes.
    package static let bytesKeptByMembers = 32 << 20

    /// The position before the first entry held; `zero` when the history is whole.
    package private(set) var floor: Zxid
    package private(set) var committed: Zxid
    private var entries: Deque<Entry> = []
    /// How many of them are committed.
    private var committedCount = 0
    private let bytesKept: Int
    private let entryBytesMax: Int
    /// The newest entry that is longer than what every learner takes: one of Apache's leaders has proposed
    /// it, or it was written with other settings.
    private(set) var lastOverlong = Zxid.zero
    private var bytes = 0
    /// Of the entries that are not committed.
    private(set) var uncommittedBytes = 0

    /// - Parameters:
    ///   - floor: The position before the first of `entries`.
    ///   - committed: What this node knows to be committed, not before `floor`.
    ///   - bytesKept: How much to keep though it is committed.
    ///   - entryBytesMax: How long an entry may be that is sent to a learner, if it can be helped.
    package init(
        after floor: Zxid, _ entries: some Sequence<Entry>, committed: Zxid,
        keepingBytes bytesKept: Int = bytesKeptByMembers, entryBytesMax: Int = .max
    ) {
        self.bytesKept = bytesKept
        self.entryBytesMax = entryBytesMax
        self.floor = floor
        self.committed = committed
        self.entries = Deque(entries)
        self.committedCount = self.entries.count { $0.zxid <= committed }
        for entry in self.entries {
            bytes += entry.weight
            if entry.zxid > committed { uncommittedBytes += entry.weight }
        }
    }

    /// The end of the log.
    package var last: Zxid { entries.last?.zxid ?? floor }

    mutating func append(_ entry: Entry) {
        precondition(last.isFollowed(by: entry.zxid), "\(entry.zxid) cannot follow \(last)")
        entries.append(entry)
        if entry.body.readableBytes > entryBytesMax { lastOverlong = entry.zxid }
        bytes += entry.weight
        uncommittedBytes += entry.weight
    }

    /// Takes in the next entry of a log that is read from the disk.
    package mutating func replay(_ entry: Entry, isCommitted: Bool) {
        append(entry)
        if isCommitted { commit(through: entry.zxid) { _ in } }
    }

    /// Moves `committed` up to `zxid` and hands over what it passed, oldest first.
    mutating func commit(through zxid: Zxid, deliver: (Entry) -> Void) {
        guard zxid > committed else { return }
        while committedCount < entries.count {
            let entry = entries[committedCount]
            guard entry.zxid <= zxid else { break }
            deliver(entry)
            committedCount += 1
            uncommittedBytes -= entry.weight
        }
        committed = min(zxid, last)
        forgetOld()
    }

    /// Entries that `commit` would hand over.
    func uncommitted(through zxid: Zxid) -> Deque<Entry>.SubSequence {
        entries[committedCount...].prefix { $0.zxid <= zxid }
    }

    private mutating func forgetOld() {
        while bytes > bytesKept, !entries.isEmpty, entries[0].zxid <= committed {
            floor = entries[0].zxid
            bytes -= entries[0].weight
            entries.removeFirst()
            committedCount -= 1
        }
    }

    /// - Returns: False, with nothing changed, when `zxid` is no place in this history that may become its
    ///   end.
    mutating func truncate(after zxid: Zxid) -> Bool {
        guard zxid >= committed, contains(zxid) else { return false }
        while let last = entries.last, last.zxid > zxid {
            bytes -= last.weight
            uncommittedBytes -= last.weight
            entries.removeLast()
        }
        return true
    }

    mutating func reset(to snapshot: Zxid) {
        entries.removeAll()
        committedCount = 0
        bytes = 0
        uncommittedBytes = 0
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

    func entries(after zxid: Zxid, through end: Zxid) -> Deque<Entry>.SubSequence {
        let first = firstIndex(after: zxid)
        return entries[first..<max(first, firstIndex(after: end))]
    }

    var uncommittedCount: Int { entries.count - committedCount }

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
