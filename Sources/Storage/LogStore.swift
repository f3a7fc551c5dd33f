package import Vocabulary

/// The transaction log of one node: what it returned from is on the disk, and what it reads was checked.
///
/// A chain of segments, each a file. The newest is written here, through the only connection that writes it;
/// what is to be done with a full one and with those that are not needed any more happens beside the writes
/// (`SegmentKeeper`). See `migrations/README.md` for the files, the locking and how to look inside while a
/// node runs.
///
/// Owned by one thread. A write that failed is never tried again: SQLite and the kernel may have forgotten
/// what did not reach the disk. From the first failure on, every call throws it, and the node has to be
/// started anew.
package struct LogStore: ~Copyable {
    let directory: DataDirectory
    let disk: LogDisk
    let tenure: Tenure
    var segments: SegmentChain
    /// The segment before the newest, until that has its first commit.
    var full: Segment?
    var mark: AcknowledgedMark

    /// The epochs, and what the newest segment begins after.
    var numbers: NodeNumbers
    /// The last durable row.
    var head: RowChain
    /// Everything up to here is known to be committed, at least.
    package internal(set) var committed: Zxid
    /// Why a member of an ensemble must not vote on what is here before it has a leader's history; nil when
    /// it may.
    package internal(set) var mustSynchronize: String?
    /// Why no call is served any more.
    var failure: StorageError?
    /// Where the next segment begins; less in tests.
    package var limits = SegmentLimits.standard
    /// From where on a start has read the log, and checked it.
    var checkedAfter = Zxid(rawValue: .max)
    /// How long the last append took to have all on the disk.
    package internal(set) var syncNs: Int64 = 0

    var keeper: SegmentKeeper { tenure.keeper }
    /// The last transaction in the log; of an empty log what it begins after.
    package var lastZxid: Zxid { head.zxid }
    /// The position that the log begins after: zero, or that of a transaction that a snapshot beside it has.
    package var startZxid: Zxid { segments.start.zxid }
    /// The folder of the snapshots: the log's own.
    package var snapshotDirectory: String { directory.path }
    /// The highest epoch this node has promised to a leader.
    package var acceptedEpoch: Epoch { numbers.acceptedEpoch }
    /// The epoch of the leader this node last followed or was.
    package var currentEpoch: Epoch { numbers.currentEpoch }

    /// Sizes of the files, for `dirs` and metrics.
    package var sizes: LogSizes { segments.sizes }

    /// Ends the log's use: no WAL is left, everything is durable, the folder free for the next process.
    ///
    /// - Throws: what went wrong. Nothing acknowledged is lost by it; the next `open` will say more.
    package consuming func close() throws(StorageError) {
        if let failure { throw failure }
        try keeper.wait()
        let hasWAL = { [disk, directory] (segment: CompleteSegment) in
            disk.files.size(of: DataDirectory.wal(of: directory.segment(segment.start.zxid))) > 0
        }
        try finish(segments.complete.filter(hasWAL))
        try mark.replace(acknowledged)
        _ = try segments.close()
    }

    /// The mark that vouches for the log as it is.
    var acknowledged: Acknowledged {
        Acknowledged(
            chain: head, acceptedEpoch: numbers.acceptedEpoch, currentEpoch: numbers.currentEpoch,
            committed: committed)
    }

    func refuseAfterFailure() throws(StorageError) {
        guard let failure else { return }
        throw StorageError(
            failure.code, "the log was given up after an earlier failure: \(failure.message)",
            sqlite: failure.sqlite,
            damage: failure.damage)
    }

    /// Remembers that nothing here can be relied on any more.
    mutating func giveUp(_ error: StorageError) -> StorageError {
        failure = error
        return error
    }
}

/// Bytes on disk.
package struct LogSizes: Equatable, Sendable {
    package let databaseBytes: Int64
    package let walBytes: Int64
}
