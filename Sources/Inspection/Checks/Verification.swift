package import FolderReading
internal import Storage
package import Vocabulary
internal import Znodes

/// Everything that can be checked in a node's folder: rows, chain, epochs, mark, snapshots, and the digests
/// that leaders wrote into their transactions, by replaying them.
package struct Verification: Sendable {
    package struct Scope: OptionSet, Sendable {
        package let rawValue: Int

        package init(rawValue: Int) {
            self.rawValue = rawValue
        }

        package static let log = Scope(rawValue: 1)
        package static let snapshots = Scope(rawValue: 2)
        /// Replays the log, from the oldest tree on.
        package static let trees = Scope(rawValue: 4)
        package static let all: Scope = [.log, .snapshots, .trees]
    }

    /// A stretch of the history whose trees are what their leaders had.
    package struct ReplayedRange: Equatable, Sendable {
        /// The tree that the replay began with.
        package let base: RebuiltTree.Beginning
        package let last: Zxid
        package let replayed: Int
        package let compared: Int
        /// Of the tree at `last`.
        package let digest: UInt64
    }

    package struct CheckedSnapshot: Equatable, Sendable {
        package let zxid: Zxid
        package let znodes: Int
        package let sessions: Int
        package let digest: UInt64
        /// Whether the replay from an older tree came to the same.
        package let isReplayed: Bool
    }

    package private(set) var findings: [Finding] = []
    package private(set) var log: LogCheck
    package private(set) var replayed: [ReplayedRange] = []
    package private(set) var snapshots: [CheckedSnapshot] = []

    private init(log: LogCheck) {
        self.log = log
    }

    package var isSound: Bool { !findings.contains { $0.severity == .damage } }

    /// The first transaction that is missing or cannot be believed.
    package var firstBad: Zxid? {
        findings.filter { $0.severity == .damage && $0.place != .tree }.compactMap(\.zxid).min()
            ?? findings.filter { $0.severity == .damage }.compactMap(\.zxid).min()
    }

    /// Checks `folder`.
    ///
    /// Of a folder on which a node runs, what looks like damage is looked at again: its leader may have cut
    /// the log between two pieces of it.
    package static func run(
        on folder: NodeFolder, _ scope: Scope = .all, progress: Progress = Progress()
    ) throws -> Verification {
        var verification = try attempt(folder, scope, progress)
        var attempts = 1
        while folder.isRunning, !verification.isSound, attempts < 3 {
            verification = try attempt(folder, scope, progress)
            attempts += 1
        }
        try folder.requireUnchanged()
        return verification
    }

    private static func attempt(
        _ folder: NodeFolder, _ scope: Scope, _ progress: Progress
    ) throws -> Verification {
        let numbers = Result { () throws(StorageError) in try folder.numbers() }
        let start = (try? folder.start().zxid) ?? folder.namedStart
        var verification = Verification(log: LogCheck(mark: try folder.mark(), start: start))
        if let fault = folder.logFault {
            verification.findings.append(Finding(.damage, .log, at: Zxid(rawValue: 1), fault.finding))
        } else if case .failure(let error) = numbers, !folder.isOldestUnreadable {
            verification.findings.append(Finding(.damage, .numbers, error.finding))
        }
        let all = scope.contains(.snapshots) || scope.contains(.trees) ? try folder.snapshots() : []
        if folder.logFault == nil, !scope.isDisjoint(with: [.log, .trees]) {
            try verification.walk(folder, scope, all, start, progress)
        } else {
            for zxid in all { _ = verification.load(zxid, of: folder, progress) }
        }
        if case .success(let numbers) = numbers, scope.contains(.log) {
            try verification.checkEpochs(numbers, folder)
        }
        progress.finish()
        return verification
    }

    // MARK: The one pass

    private mutating func walk(
        _ folder: NodeFolder, _ scope: Scope, _ all: [Zxid], _ start: Zxid, _ progress: Progress
    ) throws {
        var walk = try folder.walk()
        var pace = Pace(over: folder, progress, "checking the log")
        var replay = Replay(isWanted: scope.contains(.trees))
        var waiting = all[...]
        try passSnapshots(upTo: start, &waiting, &replay, folder, progress, start: start)
        if start == .zero { replay.begin(RebuiltTree()) }
        while let walked = try walk.next() {
            let entry = LogEntry(walked)
            // A snapshot may stand where an epoch ended early: before the first row that is younger.
            try passSnapshots(
                upTo: Zxid(rawValue: entry.zxid.rawValue &- 1), &waiting, &replay, folder, progress,
                start: start)
            log.add(entry)
            if let range = replay.take(entry) { close(range) }
            try passSnapshots(upTo: entry.zxid, &waiting, &replay, folder, progress, start: start)
            pace.reached(entry.zxid)
        }
        log.finish(walk)
        findings += try SegmentCheck(folder, counting: scope.contains(.log)).findings(with: log.findings)
        let end = log.last?.zxid ?? start
        for zxid in waiting {
            _ = load(zxid, of: folder, progress)
            // Whether the log has lost its end, the mark says.
            findings.append(
                Finding(
                    .note, .snapshot(zxid), at: zxid,
                    "younger than the log, which ends at \(end): received from a leader, and not begun with "
                        + "before the node ended"))
        }
        if let range = replay.end() { close(range) }
        // Whatever is asked for: their names are enough for this.
        if start > .zero, !(try folder.snapshots().contains { $0 >= start && $0 <= end }) {
            findings.append(
                Finding(
                    .damage, .log, at: start.expectedNext,
                    "the log begins after \(start), and no snapshot says what was before"))
        }
    }

    /// Checks the snapshots up to `zxid`, and compares the replayed tree with each that it has come to.
    private mutating func passSnapshots(
        upTo zxid: Zxid, _ waiting: inout ArraySlice<Zxid>, _ replay: inout Replay, _ folder: NodeFolder,
        _ progress: Progress, start: Zxid
    ) throws {
        while let next = waiting.first, next <= zxid {
            waiting.removeFirst()
            let isForeign = try folder.start() == RowChain(afterSnapshot: next)
            guard let loaded = load(next, of: folder, progress, isExact: !isForeign, replay: replay) else {
                continue
            }
            if next < start {
                findings.append(
                    Finding(
                        .note, .snapshot(next), "older than what the log begins after, \(start): of no use"))
            } else if !replay.isUnderWay {
                replay.begin(loaded)
            }
        }
    }

    /// Reads a snapshot whole; nil, with a finding, when it is not sound.
    private mutating func load(
        _ zxid: Zxid, of folder: NodeFolder, _ progress: Progress, isExact: Bool = true,
        replay: borrowing Replay = Replay(isWanted: false)
    ) -> RebuiltTree? {
        progress.at(0, "reading the snapshot \(zxid)")
        do {
            let loaded = try RebuiltTree.load(snapshot: zxid, of: folder, isExact: isExact)
            let difference = replay.difference(from: loaded)
            if let difference {
                findings.append(Finding(.damage, .snapshot(zxid), at: zxid, difference))
            }
            snapshots.append(
                CheckedSnapshot(
                    zxid: zxid, znodes: loaded.tree.znodes.count, sessions: loaded.sessions.count,
                    digest: loaded.tree.digest, isReplayed: replay.isAt(zxid) && difference == nil))
            return loaded
        } catch {
            // A running node has removed it: it is none any more.
            if folder.isRunning, !folder.holdsSnapshot(zxid) { return nil }
            let text = (error as? StorageError)?.finding ?? "\(error)"
            findings.append(Finding(.damage, .snapshot(zxid), text))
            return nil
        }
    }

    private mutating func close(_ range: (range: ReplayedRange, mismatch: Zxid?)) {
        replayed.append(range.range)
        guard let zxid = range.mismatch else { return }
        findings.append(
            Finding(
                .damage, .tree, at: zxid,
                "after \(zxid) the tree is another one than its leader had: this node's history or its "
                    + "snapshot differs from the leader's"))
    }

    // MARK: Epochs

    private mutating func checkEpochs(_ numbers: NodeNumbers, _ folder: NodeFolder) throws {
        let last = log.last?.zxid ?? numbers.start.zxid
        if numbers.acceptedEpoch > .zero, last.epoch > numbers.acceptedEpoch {
            findings.append(
                Finding(
                    .damage, .numbers, at: last,
                    "the log ends in epoch \(last.epoch.rawValue), but the node has accepted epoch "
                        + "\(numbers.acceptedEpoch.rawValue) at most"))
        }
        if numbers.currentEpoch > numbers.acceptedEpoch {
            findings.append(
                Finding(
                    .damage, .numbers,
                    "the node's current epoch, \(numbers.currentEpoch.rawValue), is beyond the one it has "
                        + "accepted, \(numbers.acceptedEpoch.rawValue)"))
        }
        guard case .read(let mark) = try folder.mark(), !folder.isRunning else { return }
        if numbers.acceptedEpoch < mark.acceptedEpoch || numbers.currentEpoch < mark.currentEpoch {
            findings.append(
                Finding(
                    .damage, .numbers,
                    "the log holds the epochs \(numbers.acceptedEpoch.rawValue) and "
                        + "\(numbers.currentEpoch.rawValue), but this node has promised "
                        + "\(mark.acceptedEpoch.rawValue) and \(mark.currentEpoch.rawValue): an older copy"))
        }
    }
}
