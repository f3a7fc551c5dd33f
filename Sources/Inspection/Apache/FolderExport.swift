internal import ApacheFiles
package import FolderReading
internal import Glibc
internal import NIOCore
internal import Storage
package import Vocabulary
internal import Znodes

/// A folder that one of Apache's servers starts on, made of a node's.
///
/// The snapshot that the node itself would begin with, and behind it the log, byte for byte as it was agreed
/// on: so a member may still be told to give up what was not committed.
package struct FolderExport: Sendable {
    package let folder: String
    package let snapshot: Zxid
    package let last: Zxid
    package let rows: Int
    package let tree: TreeSize

    /// Makes such a folder at `destination`.
    ///
    /// - Throws: `InspectionError` or `StorageError`, with nothing left behind: when there is something of
    ///   that name, when `folder` is damaged, or when it may lack what its node acknowledged.
    package static func make(
        of folder: NodeFolder, to destination: String, progress: Progress = Progress()
    ) throws -> FolderExport {
        try requireWhole(folder)
        let rebuilt = try folder.tree(progress: progress)
        if let mismatch = rebuilt.firstMismatch {
            throw InspectionError(
                .damaged,
                "\(folder.path): after \(mismatch) the tree has another digest than its leader had; "
                    + "`aviary-admin verify` says more")
        }
        let epochs = try epochs(of: folder, through: rebuilt.zxid)
        let unfinished = try UnfinishedFolder(destination)
        let work = try ApacheFolderWriting(unfinished.path)
        let snapshot: Zxid
        switch rebuilt.base {
        case .emptyTree:
            snapshot = .zero
            try work.writeEmptySnapshot()
        case .snapshot(let zxid):
            snapshot = zxid
            progress.at(0.5, "writing the snapshot \(zxid)")
            try work.writeSnapshot(zxid, of: folder)
        }
        progress.at(0.8, "writing the log")
        let rows = try work.writeLog(of: folder, after: snapshot, through: rebuilt.zxid)
        try work.write(epochs: epochs, serverID: folder.serverID)
        try folder.requireUnchanged()
        try work.sync()
        let name = unfinished.name
        try unfinished.rename()
        progress.finish()
        return FolderExport(
            folder: name, snapshot: snapshot, last: rebuilt.zxid, rows: rows, tree: TreeSize(of: rebuilt))
    }

    /// A log that has lost its end looks whole.
    private static func requireWhole(_ folder: NodeFolder) throws {
        if let reason = folder.mustSynchronize {
            throw InspectionError(
                .damaged,
                "\(folder.path): its node may have forgotten what it acknowledged (\(reason)): start it in "
                    + "its ensemble, and export it when it has caught up")
        }
        guard case .read(let mark) = try folder.mark() else {
            throw InspectionError(
                .damaged,
                "\(folder.path): the file acknowledged cannot be read; `aviary-admin verify` says more")
        }
        let last = try folder.zxid(of: nil)
        guard last >= mark.chain.zxid else {
            throw InspectionError(
                .damaged,
                "\(folder.path): the log ends at \(last), and its node has acknowledged up to "
                    + "\(mark.chain.zxid); `aviary-admin verify` says more")
        }
    }

    /// nil for a node that was never a member of an ensemble.
    private static func epochs(
        of folder: NodeFolder, through last: Zxid
    ) throws -> (accepted: Epoch, current: Epoch)? {
        let numbers = try folder.numbers()
        let (accepted, current) = (numbers.acceptedEpoch, numbers.currentEpoch)
        if accepted.rawValue == 0, current.rawValue == 0 { return nil }
        guard last.epoch <= current, current <= accepted else {
            throw InspectionError(
                .usage,
                "\(folder.path): the log ends in epoch \(last.epoch.rawValue), and its node has come no "
                    + "further than \(current.rawValue), which Apache's server refuses: start the node in "
                    + "its ensemble, and export it when it has caught up")
        }
        return (accepted, current)
    }
}

/// The files of the folder that is made.
private struct ApacheFolderWriting {
    private let folder: String
    private var files: String { folder + "/" + ApacheFolder.version }

    private static let pieceBytes = 256 << 10

    init(_ folder: String) throws {
        self.folder = folder
        _ = try DataDirectory(creating: folder)
        _ = try DataDirectory(creating: files)
    }

    // MARK: The snapshot

    func writeEmptySnapshot() throws {
        let tree = RebuiltTree()
        let (acls, pages) = tree.tree.packed(pageBytes: ApacheFolderWriting.pieceBytes)
        var encoder = SnapshotFileEncoder()
        let file = try WrittenFile(files + "/" + Zxid.zero.apacheSnapshotName)
        try file.write(encoder.head(sessions: [], acls: acls))
        for page in pages { try file.write(encoder.znodes(page)) }
        try file.write(encoder.end(digest: nil))
        try file.close()
    }

    func writeSnapshot(_ zxid: Zxid, of folder: NodeFolder) throws {
        let file = try WrittenFile(files + "/" + zxid.apacheSnapshotName)
        var pages = SnapshotPages()
        let summary = try SnapshotReader.read(
            directory: folder.path, zxid: zxid,
            sessions: { pages.sessions.append(($0, $1)) },
            acls: { pages.acls.append(NumberedACL(number: $0, acl: $1)) },
            znodes: { znode in
                pages.page.append(znode)
                if pages.page.byteCount >= ApacheFolderWriting.pieceBytes { try file.write(pages.next()) }
            })
        try file.write(pages.next())
        try file.write(pages.encoder.end(digest: (zxid, summary.digest)))
        try file.close()
    }

    // MARK: The log

    /// - Returns: How many transactions there are.
    func writeLog(of folder: NodeFolder, after snapshot: Zxid, through last: Zxid) throws -> Int {
        guard last > snapshot else { return 0 }
        var walk = try folder.walk(after: snapshot)
        guard var walked = try walk.next() else { throw changed(folder) }
        let file = try WrittenFile(files + "/" + walked.row.zxid.apacheLogName)
        var piece = ByteBuffer()
        LogFileEncoder.writeHeader(to: &piece)
        var end = snapshot
        var rows = 0
        while true {
            guard walked.fault?.sparesContent ?? true, end.isFollowed(by: walked.row.zxid) else {
                throw changed(folder)
            }
            end = walked.row.zxid
            rows += 1
            LogFileEncoder.write(walked.row.body, to: &piece)
            if piece.readableBytes >= ApacheFolderWriting.pieceBytes {
                try file.write(piece)
                piece.clear()
            }
            guard end < last, let next = try walk.next() else { break }
            walked = next
        }
        guard end == last else { throw changed(folder) }
        try file.write(piece)
        try file.close()
        return rows
    }

    /// The tree was put together from the same rows before.
    private func changed(_ folder: NodeFolder) -> InspectionError {
        InspectionError(.busy, "\(folder.path): the log changed while it was read; run the command again")
    }

    // MARK: What lies beside

    func write(epochs: (accepted: Epoch, current: Epoch)?, serverID: String?) throws {
        if let epochs {
            try write("\(epochs.accepted.rawValue)", to: files + "/acceptedEpoch")
            try write("\(epochs.current.rawValue)", to: files + "/currentEpoch")
        }
        if let serverID { try write(serverID + "\n", to: folder + "/myid") }
    }

    private func write(_ text: String, to path: String) throws {
        let file = try WrittenFile(path)
        try file.write(ByteBuffer(string: text))
        try file.close()
    }

    func sync() throws {
        try DataDirectory(visiting: files).sync()
        try DataDirectory(visiting: folder).sync()
    }
}

/// A snapshot on its way to the file: what stands before the znodes is complete when the first of them comes.
private struct SnapshotPages {
    var sessions: [(session: SessionID, timeoutMs: Int32)] = []
    var acls: [NumberedACL] = []
    var page = PackedZnodes()
    var encoder = SnapshotFileEncoder()
    private var hasHead = false

    /// The bytes of the page, which begins anew.
    mutating func next() -> ByteBuffer {
        var bytes = hasHead ? ByteBuffer() : encoder.head(sessions: sessions, acls: acls)
        hasHead = true
        bytes.writeImmutableBuffer(encoder.znodes(page))
        page = PackedZnodes()
        return bytes
    }
}
