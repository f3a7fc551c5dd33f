package import FolderReading
internal import Storage
package import Vocabulary
internal import Znodes

/// Statistics of a log: who wrote what, where, and when.
package struct LogStatistics: Sendable {
    package struct Share<Key: Sendable>: Sendable {
        package let key: Key
        package let count: Int
        /// Of the bodies.
        package let bytes: Int
    }

    /// Ephemerals that came and went.
    package struct Churn: Equatable, Sendable {
        package var created = 0
        package var deletedByHand = 0
        package var deletedWithSession = 0
        package var sessionsOpened = 0
        package var sessionsEnded = 0
        /// Milliseconds from creation to end, of those that both are in the log of.
        package var lifetimes: [Int64] = []

        /// Half of them lived no longer.
        package var medianLifetimeMs: Int64? {
            lifetimes.isEmpty ? nil : lifetimes.sorted()[lifetimes.count / 2]
        }
    }

    package private(set) var transactions = 0
    package private(set) var refused = 0
    package private(set) var bytes = 0
    package private(set) var first: (zxid: Zxid, timeMs: Int64)?
    package private(set) var last: (zxid: Zxid, timeMs: Int64)?
    package private(set) var operations: [Share<Int32>] = []
    package private(set) var paths: [Share<ZnodePath>] = []
    /// Sequential znodes with their number left out.
    package private(set) var parents: [Share<ZnodePath>] = []
    package private(set) var sessions: [Share<SessionID>] = []
    package private(set) var churn = Churn()
    /// Transactions in each of equal stretches of time, from `from` to `to`.
    package private(set) var overTime: [Int]
    package private(set) var from: Int64 = 0
    package private(set) var to: Int64 = 0

    /// Reads the log of `folder` and counts.
    ///
    /// - Parameter buckets: into how many stretches the time is cut.
    /// - Parameter top: how many of each list.
    package static func read(
        of folder: NodeFolder, matching filter: EntryFilter = EntryFilter(), buckets: Int = 60,
        top: Int = 10, progress: Progress = Progress()
    ) throws -> LogStatistics {
        var statistics = try LogStatistics(of: folder, from: filter.from, to: filter.to, buckets: buckets)
        var counting = Counting()
        try folder.entries(matching: filter, progress: progress) { entry in
            statistics.take(entry, &counting)
            return true
        }
        statistics.operations = counting.operations.top(.max) { $0 < $1 }
        statistics.paths = counting.paths.top(top) { $0 < $1 }
        statistics.parents = counting.parents.top(top) { $0 < $1 }
        statistics.sessions = counting.sessions.top(top) { $0 < $1 }
        return statistics
    }

    /// The time that is counted over; nothing is counted yet.
    private init(of folder: NodeFolder, from: Moment?, to: Moment?, buckets: Int) throws {
        overTime = Array(repeating: 0, count: buckets)
        let reigns = try folder.log().reigns()
        self.from = reigns.map(\.firstTimeMs).min() ?? 0
        self.to = reigns.map(\.lastTimeMs).max() ?? 0
        if case .time(let time) = from { self.from = max(self.from, time) }
        if case .time(let time) = to { self.to = min(self.to, time) }
        if case .zxid(let zxid) = from, let row = try folder.log().row(atOrAfter: zxid) {
            self.from = max(self.from, row.timeMs)
        }
        if case .zxid(let zxid) = to, let row = try folder.log().row(atOrBefore: zxid) {
            self.to = min(self.to, row.timeMs)
        }
    }

    private mutating func take(_ entry: LogEntry, _ counting: inout Counting) {
        let row = entry.row
        transactions += 1
        bytes += entry.bodyBytes
        if first == nil { first = (row.zxid, row.timeMs) }
        last = (row.zxid, row.timeMs)
        note(row.timeMs)
        counting.operations.add(row.type, entry.bodyBytes)
        counting.sessions.add(row.session, entry.bodyBytes)
        guard let transaction = entry.transaction else { return }
        if transaction.isRefused {
            refused += 1
            return
        }
        for step in transaction.steps {
            if let path = step.path {
                counting.paths.add(path, entry.bodyBytes)
                counting.parents.add(path.parent ?? .root, entry.bodyBytes)
            }
            churn.take(step, of: transaction, &counting.alive)
        }
    }

    private mutating func note(_ timeMs: Int64) {
        guard !overTime.isEmpty else { return }
        let width = max(1, (to &- from) / Int64(overTime.count) &+ 1)
        let bucket = Int((timeMs &- from) / width)
        overTime[min(overTime.count - 1, max(0, bucket))] += 1
    }

    /// Milliseconds of a stretch.
    package var bucketMs: Int64 { overTime.isEmpty ? 0 : (to &- from) / Int64(overTime.count) &+ 1 }
}

private struct Counting {
    var operations = Tally<Int32>()
    var paths = Tally<ZnodePath>()
    var parents = Tally<ZnodePath>()
    var sessions = Tally<SessionID>()
    /// When each ephemeral that is there was created.
    var alive: [ZnodePath: (session: SessionID, timeMs: Int64)] = [:]
}

private struct Tally<Key: Hashable & Sendable> {
    private var counts: [Key: (count: Int, bytes: Int)] = [:]

    mutating func add(_ key: Key, _ bytes: Int) {
        counts[key, default: (0, 0)].count += 1
        counts[key, default: (0, 0)].bytes += bytes
    }

    func top(_ limit: Int, _ isBefore: (Key, Key) -> Bool) -> [LogStatistics.Share<Key>] {
        let sorted = counts.sorted { left, right in
            left.value.count == right.value.count
                ? isBefore(left.key, right.key) : left.value.count > right.value.count
        }
        return sorted.prefix(limit).map {
            LogStatistics.Share(key: $0.key, count: $0.value.count, bytes: $0.value.bytes)
        }
    }
}

extension LogStatistics.Churn {
    fileprivate mutating func take(
        _ step: Change, of transaction: Transaction,
        _ alive: inout [ZnodePath: (session: SessionID, timeMs: Int64)]
    ) {
        switch step {
        case .create(let creation) where creation.isEphemeral:
            created += 1
            alive[creation.path] = (transaction.session, transaction.timeMs)
        case .delete(let path, _):
            guard let born = alive.removeValue(forKey: path) else { return }
            deletedByHand += 1
            lifetimes.append(transaction.timeMs &- born.timeMs)
        case .createSession: sessionsOpened += 1
        case .closeSession(let paths):
            sessionsEnded += 1
            deletedWithSession += paths.count
            for path in paths {
                if let born = alive.removeValue(forKey: path) {
                    lifetimes.append(transaction.timeMs &- born.timeMs)
                }
            }
        default: break
        }
    }
}
