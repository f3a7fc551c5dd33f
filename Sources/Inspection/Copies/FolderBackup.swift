package import Storage
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

    /// - Throws: `InspectionError`: `output` when `destination` is there, `damaged` when the folder is.
    package init(
        of folder: NodeFolder, to destination: String, progress: Progress = Progress()
    ) throws {
        var attempts = 0
        while true {
            do {
                self = try FolderBackup(once: folder, destination, progress)
                break
            } catch let change as ChangedMeanwhile {
                // The node has trimmed its log, cut it or replaced a snapshot: begin again.
                attempts += 1
                guard folder.isRunning, attempts < 4 else { throw change.error }
            }
        }
        progress.finish()
        try folder.requireUnchanged()
    }

    private init(once folder: NodeFolder, _ destination: String, _ progress: Progress) throws {
        let numbers = try folder.numbers()
        guard case .read(let mark) = try folder.mark() else {
            throw InspectionError(
                .damaged,
                "\(folder.path): the file acknowledged cannot be read; `aviary-admin verify` says more")
        }
        var writer = try FolderWriter(folder: destination, start: numbers.start)
        let sound = try FolderBackup.copySnapshots(
            of: folder, from: numbers.start.zxid, into: writer, progress)
        try FolderBackup.copyRows(of: folder, into: &writer, through: sound.taken.last, progress)
        let usable = sound.taken.filter { $0 <= writer.lastZxid }
        guard numbers.start.zxid == .zero || !usable.isEmpty else {
            throw ChangedMeanwhile(
                error: InspectionError(
                    .damaged,
                    "\(folder.path): its log begins after \(numbers.start.zxid), and no sound snapshot says "
                        + "what was before"))
        }
        for zxid in sound.taken where zxid > writer.lastZxid { try writer.removeSnapshot(zxid) }
        try writer.copyFile("myid", from: folder)
        let epochs = try folder.numbers()
        rows = writer.rows
        start = numbers.start.zxid
        last = writer.lastZxid
        committed = min(mark.committed, writer.lastZxid)
        snapshots = usable
        leftOut = sound.leftOut
        self.folder = destination
        try writer.finish(
            acceptedEpoch: epochs.acceptedEpoch, currentEpoch: epochs.currentEpoch,
            committed: mark.committed)
    }

    /// Those that the log goes on behind, each read whole before it is copied.
    static func copySnapshots(
        of folder: NodeFolder, from start: Zxid, through end: Zxid = Zxid(rawValue: .max),
        into writer: borrowing FolderWriter, _ progress: Progress
    ) throws -> (taken: [Zxid], leftOut: [(zxid: Zxid, reason: String)]) {
        var taken: [Zxid] = []
        var leftOut: [(zxid: Zxid, reason: String)] = []
        for zxid in try folder.snapshots() where zxid >= start && zxid <= end {
            progress.at(0, "copying the snapshot \(zxid)")
            do {
                _ = try RebuiltTree(snapshot: zxid, of: folder)
                try writer.copySnapshot(zxid, from: folder)
                taken.append(zxid)
            } catch let error as StorageError where error.code == .corrupt || error.code == .schema {
                leftOut.append((zxid, error.finding))
            }
        }
        return (taken, leftOut)
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
        var pace = try Pace(over: folder, progress, "copying the log")
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
        if let unreadable = walk.unreadableEndAfter {
            throw damaged(folder, at: Zxid(rawValue: unreadable.rawValue + 1), soundUpTo: writer.lastZxid)
        }
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

/// What a running node did to its folder while it was copied.
struct ChangedMeanwhile: Error {
    /// What it is when no node runs, or when it comes back.
    let error: InspectionError
}
