package import FolderReading
internal import NIOCore
internal import Storage
package import Vocabulary
internal import Wire
internal import Znodes

/// A new folder with the history of another one up to a moment, on which a node can start.
package struct FolderRestoration: Sendable {
    package let folder: String
    package let rows: Int
    /// Up to where it is the other one's history.
    package let through: Zxid
    /// The last transaction: behind `through` where sessions were ended.
    package let last: Zxid
    /// Sessions that were ended, by transactions of a new epoch.
    package let ended: [SessionID]
    package let snapshots: [Zxid]
    /// Transactions of the other folder that are not in this one.
    package let dropped: Int64

    /// Makes a folder at `destination` with the history of `folder` up to `moment`.
    ///
    /// - Parameters:
    ///   - moment: nil is the log's end.
    ///   - dropsSessions: end every session that was open, and with it its ephemerals.
    ///   - nowMs: the time of those ends.
    package static func make(
        of folder: NodeFolder, to destination: String, at moment: Moment? = nil, dropsSessions: Bool = false,
        nowMs: Int64, progress: Progress = Progress()
    ) throws -> FolderRestoration {
        let target = try folder.zxid(of: moment)
        let numbers = try folder.numbers()
        guard let horizon = try folder.horizon(), horizon <= target else {
            throw InspectionError(
                .usage,
                "\(target) is before the horizon of \(folder.path): no snapshot and no log says what was then"
            )
        }
        var writer = try FolderWriter(folder: destination, start: numbers.start)
        let copied = try FolderBackup.copySnapshots(
            of: folder, from: numbers.start.zxid, through: target, into: writer, progress)
        do {
            try FolderBackup.append(folder, to: &writer, through: target, progress)
            if moment == nil, case .read(let mark) = try folder.mark() {
                try FolderBackup.requireEnd(mark, of: folder, in: writer)
            }
        } catch let change as ChangedMeanwhile {
            throw change.error
        }
        let taken = try FolderBackup.checkSnapshots(copied, in: writer, progress).sound
        guard numbers.start.zxid == .zero || !taken.isEmpty else {
            throw InspectionError(
                .damaged,
                "\(folder.path): no snapshot up to \(target) is sound, and the log begins after "
                    + "\(numbers.start.zxid)")
        }
        try writer.copyFile("myid", from: folder.path)
        let through = writer.lastZxid
        var epoch = max(numbers.acceptedEpoch, writer.lastZxid.epoch)
        var ended: [SessionID] = []
        if dropsSessions {
            epoch = max(epoch, numbers.currentEpoch)
            guard epoch < .last else {
                throw InspectionError(
                    .usage, "no epoch follows \(epoch.rawValue), so no session can be ended")
            }
            epoch = Epoch(rawValue: epoch.rawValue + 1)
            ended = try endSessions(of: folder, target, in: epoch, &writer, nowMs, progress)
        }
        let restoration = FolderRestoration(
            folder: destination, rows: writer.rows, through: through, last: writer.lastZxid, ended: ended,
            snapshots: taken, dropped: try rows(of: folder, after: target))
        let current = ended.isEmpty ? max(numbers.currentEpoch, through.epoch) : epoch
        let accepted = max(current, numbers.acceptedEpoch)
        try writer.finish(acceptedEpoch: accepted, currentEpoch: current, committed: restoration.last)
        progress.finish()
        try folder.requireUnchanged()
        return restoration
    }

    private static func rows(of folder: NodeFolder, after target: Zxid) throws -> Int64 {
        try folder.log().reigns().reduce(0) { count, reign in
            let kept = max(target.rawValue, reign.first.rawValue &- 1)
            return count + max(0, min(reign.rows, reign.last.rawValue &- kept))
        }
    }

    /// Adds the ends of all sessions that are open at `target`, as a leader of a new epoch would have
    /// decided them: the same zxids as the other folder's would be another history under its names.
    private static func endSessions(
        of folder: NodeFolder, _ target: Zxid, in epoch: Epoch, _ writer: inout FolderWriter,
        _ nowMs: Int64, _ progress: Progress
    ) throws -> [SessionID] {
        var rebuilt = try folder.tree(at: .zxid(target), progress: progress)
        let sessions = Set(rebuilt.openSessions).union(rebuilt.tree.ephemeralOwners).sorted()
        var zxid = Zxid(epoch: epoch, counter: 0)
        for session in sessions {
            zxid = zxid.next
            var overlay = Overlay()
            let (change, digest) = overlay.prepareClose(of: session, as: zxid, over: rebuilt.tree)
            let transaction = Transaction(
                session: session, cxid: 0, zxid: zxid, timeMs: nowMs, change: change, digest: digest)
            var body = ByteBuffer()
            transaction.encode(into: &body)
            try writer.append(LogRow(transaction, body: body))
            rebuilt.apply(transaction)
        }
        return sessions
    }
}
