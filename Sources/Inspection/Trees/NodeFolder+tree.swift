package import FolderReading
internal import Storage
package import Vocabulary
internal import Znodes

extension NodeFolder {
    /// The last transaction that `moment` includes.
    ///
    /// - Throws: `InspectionError.usage` where the log says nothing about it.
    package func zxid(of moment: Moment?) throws -> Zxid {
        let log = try self.log()
        let start = try start().zxid
        guard let last = try log.row(atOrBefore: Zxid(rawValue: .max)) else { return start }
        switch moment {
        case nil: return last.zxid
        case .zxid(let zxid):
            guard zxid <= last.zxid else {
                throw InspectionError(
                    .usage,
                    "\(zxid) is not there yet: the log of \(path) ends at \(last.zxid) "
                        + "(\(TimeText.iso(last.timeMs)))")
            }
            return try log.row(atOrBefore: zxid)?.zxid ?? min(zxid, start)
        case .time(let time):
            return try zxid(ofTime: time, log) ?? start
        }
    }

    /// Halves each reign: its rows have no gap, and their times hardly ever go back.
    private func zxid(ofTime time: Int64, _ log: borrowing LogVisit) throws -> Zxid? {
        let reigns = try log.reigns()
        guard let reign = reigns.last(where: { $0.firstTimeMs <= time }) else {
            guard let first = reigns.first, try start().zxid > .zero else { return nil }
            throw InspectionError(
                .usage,
                "\(TimeText.iso(time)) is before what the log of \(path) holds: it begins with "
                    + "\(first.first) at \(TimeText.iso(first.firstTimeMs))")
        }
        var low = reign.first.rawValue
        var high = reign.last.rawValue
        while low < high {
            let middle = low + (high - low + 1) / 2
            let row = try log.row(atOrBefore: Zxid(rawValue: middle))
            if let row, row.timeMs <= time { low = middle } else { high = middle - 1 }
        }
        return Zxid(rawValue: low)
    }

    /// The tree as it was at `moment`; nil is the log's end.
    ///
    /// From the newest sound snapshot that is not younger, or from the empty tree where the log has its
    /// beginning, by the log behind it.
    ///
    /// - Throws: `InspectionError`: `usage` where nothing says what was then, `damaged` with the zxid and
    ///   with what is sound.
    package func tree(at moment: Moment? = nil, progress: Progress = Progress()) throws -> RebuiltTree {
        var attempts = 0
        while true {
            do {
                let target = try zxid(of: moment)
                var rebuilt = try base(for: target, progress)
                try replay(onto: &rebuilt, through: target, progress)
                progress.finish()
                return rebuilt
            } catch let error as InspectionError where isRunning && error.code != .usage && attempts < 3 {
                // The node has trimmed its log, or its leader has cut it, in between.
                attempts += 1
            }
        }
    }

    /// Applies the rows behind the tree, up to `target`.
    package func replay(
        onto rebuilt: inout RebuiltTree, through target: Zxid, _ progress: Progress = Progress(),
        beforeEach: (LogEntry) throws -> Void = { _ in }
    ) throws {
        var walk = try self.walk(after: rebuilt.zxid)
        var pace = Pace(over: self, progress, "replaying the log")
        while rebuilt.zxid < target, let walked = try walk.next() {
            let zxid = walked.row.zxid
            if zxid > target { break }
            pace.reached(zxid)
            if let fault = walked.fault, !fault.sparesContent {
                throw damaged(fault.firstBad(at: zxid), soundUpTo: rebuilt.zxid, target)
            }
            guard rebuilt.zxid.isFollowed(by: zxid) else {
                throw InspectionError(
                    .busy, "\(path): the log was trimmed while it was read; run the command again")
            }
            let entry = LogEntry(walked)
            guard let transaction = entry.transaction, transaction.zxid == zxid else {
                throw damaged(zxid, soundUpTo: rebuilt.zxid, target)
            }
            try beforeEach(entry)
            rebuilt.apply(transaction)
        }
        guard rebuilt.zxid >= target else {
            throw damaged(walk.unreadableEndAfter ?? rebuilt.zxid, soundUpTo: rebuilt.zxid, target)
        }
    }

    private func damaged(_ zxid: Zxid, soundUpTo sound: Zxid, _ target: Zxid) -> InspectionError {
        InspectionError(
            .damaged,
            "\(path): the log is damaged at \(zxid), so the tree at \(target) cannot be rebuilt; it can at "
                + "\(sound) and before, and `aviary-admin verify` says what else is sound")
    }

    /// Where the replay begins.
    private func base(for target: Zxid, _ progress: Progress) throws -> RebuiltTree {
        let start = try start()
        let all = try snapshots()
        let usable = all.filter { $0 >= start.zxid && $0 <= target }
        var faults: [String] = []
        for zxid in usable.reversed() {
            progress.at(0, "loading the snapshot \(zxid)")
            do {
                return try RebuiltTree.load(
                    snapshot: zxid, of: self, isExact: start != RowChain(afterSnapshot: zxid))
            } catch let error as StorageError where error.code == .corrupt || error.code == .schema {
                faults.append(error.finding)
            }
        }
        if start.zxid == .zero { return RebuiltTree() }
        if let fault = faults.first { throw InspectionError(.damaged, fault) }
        let oldest = all.first { $0 >= start.zxid }
        throw InspectionError(
            .usage,
            "\(target) is before the horizon of \(path): "
                + (oldest.map { "the oldest tree that can be rebuilt is the one at \($0)" }
                    ?? "the log begins after \(start.zxid), and there is no snapshot"))
    }

    /// Where the oldest tree stands that can be rebuilt: zero where the log has its beginning.
    package func horizon() throws -> Zxid? {
        let start = try start().zxid
        if start == .zero { return .zero }
        return try snapshots().first { $0 >= start }
    }
}
