package import FolderReading
internal import Storage
package import Vocabulary

/// A copy of a node's folder that another node can start on, also of one on which a node runs.
///
/// Not file by file, which would be of many moments: row by row, each checked, with the snapshots that the
/// rows go on behind.
package struct FolderBackup: Sendable {
    package let folder: String
    package let rows: Int
    package let start: Zxid
    package let last: Zxid
    package let committed: Zxid
    package let snapshots: [Zxid]
    /// Snapshots that were not taken along, with the reason.
    package let leftOut: [(zxid: Zxid, reason: String)]

    /// Makes a backup of `folder` at `destination`.
    ///
    /// - Throws: `InspectionError`: `output` when `destination` is there, `damaged` when the folder is.
    package static func make(
        of folder: NodeFolder, to destination: String, progress: Progress = Progress()
    ) throws -> FolderBackup {
        var attempts = 0
        while true {
            do {
                let backup = try attempt(folder, destination, onlyNewest: attempts > 0, progress)
                progress.finish()
                try folder.requireUnchanged()
                return backup
            } catch let change as ChangedMeanwhile {
                // The node has trimmed its log, cut it or replaced a snapshot: begin again.
                attempts += 1
                guard folder.isRunning, attempts < 6 else { throw change.error }
            }
        }
    }

    /// - Parameter onlyNewest: begin the log behind the newest snapshot: a busy node trims what is before.
    private static func attempt(
        _ folder: NodeFolder, _ destination: String, onlyNewest: Bool, _ progress: Progress
    ) throws -> FolderBackup {
        guard case .read(let mark) = try folder.mark() else {
            throw InspectionError(
                .damaged,
                "\(folder.path): the file acknowledged cannot be read; `aviary-admin verify` says more")
        }
        let start = try start(of: folder, onlyNewest: onlyNewest)
        var writer = try FolderWriter(folder: destination, start: start)
        let taken = try copySnapshots(of: folder, from: start.zxid, into: writer, progress)
        try copyRows(of: folder, into: &writer, through: taken.last, progress)
        try requireEnd(mark, of: folder, in: writer)
        let checked = try checkSnapshots(taken, in: writer, progress)
        guard start.zxid == .zero || !checked.sound.isEmpty else {
            throw ChangedMeanwhile(
                error: InspectionError(
                    .damaged,
                    "\(folder.path): its log begins after \(start.zxid), and no sound snapshot says what was "
                        + "before"))
        }
        try writer.copyFile("myid", from: folder.path)
        let epochs = try folder.numbers()
        let backup = FolderBackup(
            folder: destination, rows: writer.rows, start: start.zxid, last: writer.lastZxid,
            committed: min(mark.committed, writer.lastZxid), snapshots: checked.sound,
            leftOut: checked.leftOut)
        try writer.finish(
            acceptedEpoch: epochs.acceptedEpoch, currentEpoch: epochs.currentEpoch,
            committed: mark.committed, mustSynchronize: folder.mustSynchronize)
        return backup
    }

    private static func start(of folder: NodeFolder, onlyNewest: Bool) throws -> RowChain {
        let start = try folder.start()
        guard onlyNewest, let newest = try folder.snapshots().last, newest > start.zxid,
            let chain = try folder.log().chain(atOrBefore: newest), chain.zxid == newest
        else { return start }
        return chain
    }

    /// Copies the snapshots that the log goes on behind, newest first: the oldest may be removed meanwhile.
    static func copySnapshots(
        of folder: NodeFolder, from start: Zxid, through end: Zxid = Zxid(rawValue: .max),
        into writer: borrowing FolderWriter, _ progress: Progress
    ) throws -> [Zxid] {
        var taken: [Zxid] = []
        for zxid in try folder.snapshots().reversed() where zxid >= start && zxid <= end {
            progress.at(0, "copying the snapshot \(zxid)")
            if try writer.copySnapshot(zxid, from: folder) { taken.append(zxid) }
        }
        return taken.reversed()
    }

    /// Reads the copies whole, and takes away those that are damaged or younger than the log.
    static func checkSnapshots(
        _ taken: [Zxid], in writer: borrowing FolderWriter, _ progress: Progress
    ) throws -> (sound: [Zxid], leftOut: [(zxid: Zxid, reason: String)]) {
        var sound: [Zxid] = []
        var leftOut: [(zxid: Zxid, reason: String)] = []
        for zxid in taken {
            progress.at(0.99, "checking the snapshot \(zxid)")
            do {
                guard zxid <= writer.lastZxid else {
                    throw StorageError(.corrupt, "the snapshot \(zxid) is younger than the log")
                }
                _ = try RebuiltTree.load(snapshot: zxid, in: writer.path)
                sound.append(zxid)
            } catch let error as StorageError where error.code == .corrupt || error.code == .schema {
                leftOut.append((zxid, error.finding))
                try writer.removeSnapshot(zxid)
            }
        }
        return (sound, leftOut)
    }

    /// All rows, and those that come meanwhile up to `least`.
    private static func copyRows(
        of folder: NodeFolder, into writer: inout FolderWriter, through least: Zxid?, _ progress: Progress
    ) throws {
        try append(folder, to: &writer, through: nil, progress)
        if let least, writer.lastZxid < least { try append(folder, to: &writer, through: nil, progress) }
    }

    /// The rows behind the writer's last one, checked.
    static func append(
        _ folder: NodeFolder, to writer: inout FolderWriter, through end: Zxid?, _ progress: Progress
    ) throws {
        var walk = try folder.walk(after: writer.lastZxid)
        var pace = Pace(over: folder, progress, "copying the log")
        while let walked = try walk.next() {
            let zxid = walked.row.zxid
            if let end, zxid > end { return }
            pace.reached(zxid)
            // Where the log's beginning is unknown, the chain below says whether this is it.
            let isCredible = walked.fault.map { $0.sparesContent || $0 == .unanchored } ?? true
            guard isCredible, writer.lastZxid.isFollowed(by: zxid) else {
                let bad = walked.fault?.firstBad(at: zxid) ?? zxid
                throw ChangedMeanwhile(error: damaged(folder, at: bad, soundUpTo: writer.lastZxid))
            }
            try writer.append(walked.row)
            guard writer.chain.checksum == walked.checksum || walked.fault == .checksumChanged else {
                throw ChangedMeanwhile(error: damaged(folder, at: zxid, soundUpTo: zxid))
            }
        }
        if let unreadable = walk.unreadableEndAfter, end.map({ writer.lastZxid < $0 }) ?? true {
            throw damaged(folder, at: unreadable.expectedNext, soundUpTo: writer.lastZxid)
        }
    }

    /// A log that has lost its end looks whole: its copy would vouch for less than the node has.
    static func requireEnd(
        _ mark: Acknowledged, of folder: NodeFolder, in writer: borrowing FolderWriter
    ) throws {
        let last = writer.lastZxid
        guard last < mark.chain.zxid else { return }
        throw ChangedMeanwhile(error: damaged(folder, at: last.next, soundUpTo: last))
    }

    private static func damaged(_ folder: NodeFolder, at zxid: Zxid, soundUpTo sound: Zxid) -> InspectionError
    {
        InspectionError(
            .damaged,
            "\(folder.path): the log is damaged at \(zxid) and sound up to \(sound); "
                + "`aviary-admin verify` says more, and `aviary-admin restore --at \(sound)` takes what is "
                + "sound")
    }
}

/// A change that a running node made to its folder while it was copied.
struct ChangedMeanwhile: Error {
    /// The error that the change is when no node runs, or when it comes back.
    let error: InspectionError
}
