package import ApacheFiles
internal import FolderReading
internal import NIOCore
internal import Storage
package import Vocabulary
internal import Wire
internal import Znodes

/// A node's folder, made of the files of one of Apache's servers.
///
/// The newest snapshot that is sound, as it is, and behind it every transaction of the log: so a member that
/// has not committed all of its log may still be told to give up the end. Meanwhile the tree is put together
/// from both, to compare its digests with those that the transactions came with.
package struct FolderImport: Sendable {
    package let folder: String
    package let snapshot: Zxid
    package let last: Zxid
    package let rows: Int
    package let tree: TreeSize
    /// The schemes of all access control lists, in order: what a server cannot prove, it grants to nobody.
    package let schemes: [String]
    package let acceptedEpoch: Epoch
    package let currentEpoch: Epoch
    /// Why newer snapshots were passed over, as Apache's server would.
    package let passedOver: [ApacheFileError]
    /// Files of the log that end with a part of a record, or of a header: as Apache's server does, what was
    /// being written then is left out.
    package let torn: [String]
    /// Records that were left out because they stand in the log before, byte for byte: a follower of Apache's
    /// that is sent again what it has writes it again.
    package let repeats: Int

    /// Makes a node's folder at `destination`.
    ///
    /// - Parameter hasLog: Whether there must be a log: one that nobody names would be missed by nobody.
    /// - Throws: `ApacheFileError` or `InspectionError`, with nothing left, where Apache's server would
    ///   refuse the files, and where it would miss something in silence.
    package static func make(
        of apache: ApacheFolder, to destination: String, hasLog: Bool = true, progress: Progress = Progress()
    ) throws -> FolderImport {
        let stamps = apache.stamps
        try apache.requireFiles(hasLog: hasLog)
        var passedOver: [ApacheFileError] = []
        for snapshot in apache.snapshots {
            do {
                var work = FolderImporting(apache, snapshot, progress)
                let made = try work.make(destination, passedOver) {
                    guard apache.stamps == stamps else {
                        throw InspectionError(
                            .busy,
                            "\(apache.dataDir): its files changed while they were read; stop the server "
                                + "that runs on them first")
                    }
                }
                progress.finish()
                return made
            } catch let unsound as UnsoundSnapshot {
                passedOver.append(unsound.error)
            }
        }
        throw InspectionError(
            .damaged,
            "\(apache.dataDir): no snapshot is sound: "
                + passedOver.map(\.description).joined(separator: "; "))
    }
}

/// Numbers of a tree, to be compared with those of the server it came from or goes to.
package struct TreeSize: Equatable, Sendable {
    package let digest: UInt64
    package let znodes: Int
    package let ephemerals: Int
    package let sessions: Int

    init(of rebuilt: borrowing RebuiltTree) {
        digest = rebuilt.tree.digest
        znodes = rebuilt.tree.znodes.count
        ephemerals = rebuilt.tree.ephemeralCount
        sessions = rebuilt.sessions.count
    }
}

/// Which records were taken from a log, in order.
private struct TakenRecords {
    private var zxids: [Zxid] = []
    private var checksums: [UInt32] = []

    mutating func add(_ zxid: Zxid, _ checksum: Int64) {
        zxids.append(zxid)
        checksums.append(UInt32(truncatingIfNeeded: checksum))
    }

    /// Whether this very record was taken.
    func holds(_ zxid: Zxid, _ checksum: Int64) -> Bool {
        var (low, high) = (0, zxids.count)
        while low < high {
            let middle = (low + high) / 2
            if zxids[middle] < zxid { low = middle + 1 } else { high = middle }
        }
        return low < zxids.count && zxids[low] == zxid
            && checksums[low] == UInt32(truncatingIfNeeded: checksum)
    }
}

/// A snapshot that Apache's server passes over.
private struct UnsoundSnapshot: Error {
    let error: ApacheFileError
}

/// The work of one attempt, with one snapshot.
private struct FolderImporting {
    private let apache: ApacheFolder
    private let snapshot: SnapshotFile
    private let progress: Progress
    private var torn: [String] = []
    private var taken = TakenRecords()
    private var repeats = 0

    init(_ apache: ApacheFolder, _ snapshot: SnapshotFile, _ progress: Progress) {
        self.apache = apache
        self.snapshot = snapshot
        self.progress = progress
    }

    /// - Parameter check: Is asked before the folder gets its name.
    mutating func make(
        _ destination: String, _ passedOver: [ApacheFileError], check: () throws -> Void
    ) throws -> FolderImport {
        let isBeginning = snapshot.zxid == .zero
        var writer = try FolderWriter(
            folder: destination, start: isBeginning ? .empty : RowChain(afterSnapshot: snapshot.zxid))
        let digest = isBeginning ? try readEmptyTree() : try copySnapshot(into: writer.path)
        var rebuilt = isBeginning ? RebuiltTree() : try tree(in: writer.path, digest)
        try replay(onto: &rebuilt, into: &writer, digest)
        let epochs = try epochs(through: writer.lastZxid)
        try requireNewest(through: writer.lastZxid)
        try writer.copyFile("myid", from: apache.dataDir)
        try check()
        let made = FolderImport(
            folder: writer.destination, snapshot: snapshot.zxid, last: writer.lastZxid, rows: writer.rows,
            tree: TreeSize(of: rebuilt), schemes: rebuilt.schemes, acceptedEpoch: epochs.accepted,
            currentEpoch: epochs.current,
            passedOver: passedOver, torn: torn, repeats: repeats)
        try writer.finish(
            acceptedEpoch: epochs.accepted, currentEpoch: epochs.current, committed: snapshot.zxid)
        return made
    }

    // MARK: The snapshot

    /// The digest that the snapshot names, and of which transaction it is.
    private typealias NamedDigest = (zxid: Zxid, value: UInt64)

    private func copySnapshot(into folder: String) throws -> NamedDigest? {
        progress.at(0, "reading \(snapshot.path)")
        var writer = try SnapshotWriter(directory: folder, zxid: snapshot.zxid)
        var sum: UInt64 = 0
        var page = PackedZnodes()
        do {
            let trailer = try snapshot.read(
                sessions: { try writer.add(session: $0, timeoutMs: $1) },
                acls: { try writer.add(acl: $0, $1) },
                znodes: { znode in
                    sum &+= znode.digest
                    page.append(znode)
                    guard page.byteCount >= FolderImporting.pageBytes else { return }
                    try writer.add(page)
                    page = PackedZnodes()
                })
            try writer.add(page)
            try writer.finish(digest: sum)
            return trailer.digest.flatMap { $0.zxid < snapshot.zxid ? nil : $0 }
        } catch let error as ApacheFileError where error.isOfContent {
            throw UnsoundSnapshot(error: error)
        }
    }

    private static let pageBytes = 256 << 10

    /// The snapshot that a new server writes has nothing in it, and a node needs none.
    private func readEmptyTree() throws -> NamedDigest? {
        var sum: UInt64 = 0
        var count = 0
        do {
            let trailer = try snapshot.read(
                sessions: { _, _ in count += 1 }, acls: { _, _ in },
                znodes: { znode in
                    sum &+= znode.digest
                    count += ZnodePath(znode.path).isOfSystem ? 0 : 1
                })
            guard count == 0, sum == RebuiltTree().tree.digest else {
                throw ApacheFileError(
                    .unsupported, snapshot.path,
                    "the snapshot is of the time before all transactions, and has znodes or sessions in it: "
                        + "let Apache's server take another one, after a write, then import again")
            }
            return trailer.digest
        } catch let error as ApacheFileError where error.isOfContent {
            throw UnsoundSnapshot(error: error)
        }
    }

    private func tree(in folder: String, _ digest: NamedDigest?) throws -> RebuiltTree {
        progress.at(0.3, "putting the tree together")
        do {
            let rebuilt = try RebuiltTree.load(
                snapshot: snapshot.zxid, in: folder, isExact: digest?.zxid == snapshot.zxid)
            try compare(rebuilt, digest)
            return rebuilt
        } catch let error as StorageError where error.code == .corrupt {
            throw ApacheFileError(
                .damaged, snapshot.path,
                "its checksum is right, but its znodes make no tree: \(error.message)")
        }
    }

    private func compare(_ rebuilt: borrowing RebuiltTree, _ digest: NamedDigest?) throws {
        guard let digest, digest.zxid == rebuilt.zxid, digest.value != rebuilt.tree.digest else { return }
        throw ApacheFileError(
            .damaged, snapshot.path,
            "the tree at \(digest.zxid) has the digest \(rebuilt.tree.digest), and the snapshot says "
                + "\(digest.value); \(FolderImporting.anew)")
    }

    private static let anew =
        "if Apache's server starts on these files, let it take a snapshot of the tree that it has, stop it, "
        + "and import again"

    // MARK: The log

    private mutating func replay(
        onto rebuilt: inout RebuiltTree, into writer: inout FolderWriter, _ digest: NamedDigest?
    ) throws {
        let files = apache.logs(after: snapshot.zxid)
        for (index, file) in files.enumerated() {
            progress.at(0.5 + 0.5 * Double(index) / Double(files.count), "reading \(file.path)")
            // Its server was stopped before it wrote anything there.
            if index == files.count - 1, file.isEmpty {
                torn.append(file.path)
                break
            }
            var reader = try LogFileReader(file)
            while let record = try reader.read() {
                let transaction = try decode(record, at: reader.offset, of: file)
                if transaction.zxid <= snapshot.zxid { continue }
                if taken.holds(transaction.zxid, reader.checksum) {
                    repeats += 1
                    continue
                }
                // Since 3.9 a request that did not parse is noted under the zxid before it, and does nothing.
                if transaction.zxid <= writer.lastZxid,
                    case .error(code: ErrorCode.marshallingError.rawValue) = transaction.change
                {
                    continue
                }
                guard writer.lastZxid.isFollowed(by: transaction.zxid) else {
                    throw gap(writer.lastZxid, transaction.zxid, at: reader.offset, of: file)
                }
                try writer.append(LogRow(transaction, body: record))
                taken.add(transaction.zxid, reader.checksum)
                rebuilt.apply(transaction)
                try compare(rebuilt, digest)
                if let mismatch = rebuilt.firstMismatch {
                    throw ApacheFileError(
                        .damaged, file.path, at: reader.offset,
                        "after \(mismatch) the tree has another digest than the transaction says; "
                            + FolderImporting.anew)
                }
            }
            if reader.isTorn { torn.append(file.path) }
        }
        if let digest, digest.zxid > writer.lastZxid {
            throw ApacheFileError(
                .damaged, snapshot.path,
                "the snapshot has changes up to \(digest.zxid) in it, and the log ends at "
                    + "\(writer.lastZxid): a part of the log is missing")
        }
    }

    private func decode(
        _ record: ByteBuffer, at offset: Int64, of file: LogFile
    ) throws(ApacheFileError) -> Transaction {
        do {
            return try Transaction(decoding: record.readableBytesSpan)
        } catch {
            throw ApacheFileError(
                .damaged, file.path, at: offset, "the record is no transaction that is known (\(error))")
        }
    }

    private func gap(_ last: Zxid, _ next: Zxid, at offset: Int64, of file: LogFile) -> ApacheFileError {
        ApacheFileError(
            .damaged, file.path, at: offset,
            next <= last
                ? "another transaction \(next) stands behind \(last)"
                : "\(next) follows \(last): what stood between them is missing")
    }

    // MARK: The epochs

    /// A snapshot that was passed over may be all there is of what came after the log's end.
    private func requireNewest(through last: Zxid) throws(ApacheFileError) {
        guard let newest = apache.snapshots.first, newest.zxid > last else { return }
        throw ApacheFileError(
            .damaged, newest.path,
            "the snapshot is not sound, and the log ends at \(last), before it: what its server acknowledged "
                + "in between may be nowhere else; move the file away to begin without")
    }

    /// As a member of Apache's reads them at its start; one that is alone has none.
    private func epochs(through last: Zxid) throws -> (accepted: Epoch, current: Epoch) {
        let lowest = Int64(last.epoch.rawValue)
        var current = apache.currentEpoch ?? lowest
        if current < lowest, let unfinished = try apache.unfinishedEpoch() { current = unfinished }
        let accepted = apache.acceptedEpoch ?? current
        guard lowest <= current, current <= accepted, let highest = Int32(exactly: accepted) else {
            throw ApacheFileError(
                .damaged, apache.dataDir + "/" + ApacheFolder.version,
                "the log ends in epoch \(lowest), currentEpoch says \(current), acceptedEpoch \(accepted), "
                    + "which cannot be; Apache's server does not start on it either")
        }
        return (Epoch(rawValue: highest), Epoch(rawValue: Int32(current)))
    }
}

extension ApacheFolder {
    /// Which files there are, and whether they are still what they were.
    fileprivate var stamps: [FileStamp?] { (snapshots.map(\.path) + logs.map(\.path)).map { FileStamp($0) } }

    fileprivate func requireFiles(hasLog: Bool) throws(InspectionError) {
        guard !snapshots.isEmpty else {
            throw InspectionError(
                .usage,
                logs.isEmpty
                    ? "\(dataDir)/\(ApacheFolder.version) holds no file of Apache ZooKeeper's"
                    : "\(dataDir)/\(ApacheFolder.version) holds a log and no snapshot, and no server of "
                        + "Apache's starts on it")
        }
        guard !logs.isEmpty || !hasLog else {
            throw InspectionError(
                .usage,
                "\(logDir)/\(ApacheFolder.version) holds no log: name the folder that dataLogDir in zoo.cfg "
                    + "names with --log, or say --no-log where the snapshot is all there is")
        }
    }
}

extension RebuiltTree {
    fileprivate var schemes: [String] {
        let entries = tree.accessControlLists.joined()
        return Set(entries.map { "\($0.identity.scheme)" }).sorted()
    }
}

extension ApacheFileError {
    /// Whether the file was read, and is not what it should be.
    fileprivate var isOfContent: Bool { code == .damaged || code == .unfinished }
}

extension ZnodePath {
    /// Whether a server makes the znode by itself.
    fileprivate var isOfSystem: Bool {
        isRoot || [Tree.zookeeper, Tree.quota, Tree.config].contains(self)
    }
}

extension LogRow {
    /// The row of a transaction.
    init(_ transaction: Transaction, body: ByteBuffer) {
        self.init(
            zxid: transaction.zxid, timeMs: transaction.timeMs, session: transaction.session,
            cxid: transaction.cxid, type: transaction.change.type, path: transaction.change.path, body: body)
    }
}
