package import FolderReading
internal import Storage
package import Vocabulary

/// Puts another folder in the place of a node's: one that ends earlier, or what is sound of a damaged one.
package enum FolderRepair {
    /// Cuts everything after `zxid` off.
    ///
    /// - Parameter stamp: of the names of what is kept, such as a time.
    /// - Throws: `InspectionError`, with nothing changed; `locked` or `busy` where a node came to the folder.
    package static func truncate(
        _ folder: NodeFolder, after zxid: Zxid, stamp: String, progress: Progress = Progress()
    ) throws -> FolderExchange {
        let start = try folder.start()
        let end = try folder.zxid(of: nil)
        guard zxid < end else {
            throw InspectionError(
                .usage, "the log of \(folder.path) ends at \(end): nothing is after \(zxid)")
        }
        guard zxid >= start.zxid else {
            throw InspectionError(
                .usage, "the log of \(folder.path) begins after \(start.zxid) and cannot be cut after \(zxid)"
            )
        }
        guard case .read(let mark) = try folder.mark() else {
            throw InspectionError(.damaged, "\(folder.path): the file acknowledged is damaged: use repair")
        }
        let numbers = try folder.numbers()
        let cut = Cut(start: start, through: zxid, from: nil)
        let promises = Promises(
            accepted: numbers.acceptedEpoch, current: numbers.currentEpoch, committed: mark.committed)
        let givenUp = try GivenUp.byTruncating(folder, after: zxid)
        return try exchange(
            folder, cut, promises, givenUp, name: "truncate", stamp, progress,
            words: ExchangeText.truncation(
                of: folder.path, after: zxid, end: end, mark: mark, givenUp: givenUp))
    }

    /// Makes what `survey` says can be made.
    package static func repair(
        _ folder: NodeFolder, by survey: FolderSurvey, stamp: String, progress: Progress = Progress()
    ) throws -> FolderExchange {
        let cut: Cut
        switch survey.remedy {
        case .nothing: throw InspectionError(.usage, "\(folder.path) is sound: there is nothing to repair")
        case .hopeless:
            throw InspectionError(
                .damaged,
                "\(folder.path): no row and no snapshot is left that a node could start on; "
                    + ExchangeText.beginningAnew)
        case .rewrite(let start): cut = Cut(start: start, through: nil, from: nil)
        case .beginAt(let link): cut = Cut(start: link, through: nil, from: link.zxid)
        case .endAt(let end, let start): cut = Cut(start: start, through: end, from: nil)
        case .snapshotAlone(let zxid):
            cut = Cut(start: RowChain(afterSnapshot: zxid), through: zxid, from: zxid)
        }
        let promises = Promises(
            accepted: survey.acceptedEpoch, current: survey.currentEpoch, committed: survey.committed)
        return try exchange(
            folder, cut, promises, survey.givenUp, name: "repair", stamp, progress,
            words: ExchangeText.repair(of: folder.path, survey))
    }

    /// Which part of a history is kept.
    private struct Cut {
        let start: RowChain
        /// nil is all.
        let through: Zxid?
        /// Snapshots before it are left out; nil is none.
        let from: Zxid?
    }

    private struct Promises {
        let accepted: Epoch
        let current: Epoch
        let committed: Zxid
    }

    /// Writes the new folder beside the old one, explains it, and gives both their names.
    private static func exchange(
        _ folder: NodeFolder, _ cut: Cut, _ promises: Promises, _ givenUp: GivenUp, name: String,
        _ stamp: String, _ progress: Progress, words: String
    ) throws -> FolderExchange {
        func names(_ stamp: String) -> [String] {
            let before = "\(folder.path).before-\(name)-\(stamp)"
            return [before, before + ".txt", "\(folder.path).after-\(name)-\(stamp)"]
        }
        let unused = names(FolderSwap.unusedStamp(stamp, for: names))
        let swap = try FolderSwap(folder, keepingAs: unused[0])
        // Another exchange may have come between reading and the lock.
        try folder.requireUnchanged()
        var writer = try FolderWriter(folder: unused[2], start: cut.start)
        let copied = try FolderBackup.copySnapshots(
            of: folder, from: max(cut.start.zxid, cut.from ?? .zero),
            through: cut.through ?? Zxid(rawValue: .max), into: writer, progress)
        // Without a log that can be read there are no rows.
        if folder.logFault == nil, cut.through != cut.start.zxid {
            do {
                try FolderBackup.append(folder, to: &writer, through: cut.through, progress)
            } catch let change as ChangedMeanwhile {
                throw change.error
            }
        }
        let taken = try FolderBackup.checkSnapshots(copied, in: writer, progress).sound
        guard cut.start.zxid == .zero || !taken.isEmpty else {
            throw InspectionError(
                .usage,
                "no snapshot of \(folder.path) is between \(cut.start.zxid) and "
                    + "\(writer.lastZxid): a node could not start on what would be left")
        }
        let rows = writer.rows
        let last = writer.lastZxid
        try swap.copyOthers(into: writer)
        let made = writer.destination
        // A node that was always alone has accepted none.
        let accepted = promises.accepted == .zero ? .zero : max(promises.accepted, last.epoch)
        let reasons = [folder.mustSynchronize, givenUp.words.map { "\(name) gave up " + $0 }]
            .compactMap(\.self)
        let mustSynchronize = reasons.isEmpty ? nil : reasons.joined(separator: "; ")
        try writer.finish(
            acceptedEpoch: accepted, currentEpoch: promises.current, committed: promises.committed,
            mustSynchronize: mustSynchronize)
        try swap.explain(words, in: unused[1])
        try swap.exchange(for: made)
        progress.finish()
        return FolderExchange(
            before: unused[0], explanation: unused[1], rows: rows, start: cut.start.zxid, last: last,
            snapshots: taken, givenUp: givenUp, mustSynchronize: mustSynchronize)
    }
}
