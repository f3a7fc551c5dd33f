package import Vocabulary

/// The transaction log of one node: what it returned from is on the disk, and what it reads was checked.
///
/// Owned by one thread. It holds the only connection to `log.db` that ever writes or checkpoints; see
/// `migrations/README.md` for the files, the locking and how to look inside while a node runs.
///
/// A write that failed is never tried again: SQLite and the kernel may have forgotten what did not reach the
/// disk. From the first failure on, every call throws it, and the node has to be started anew.
package struct LogStore: ~Copyable {
    let directory: DataDirectory
    let lock: DirectoryLock
    var database: Database
    let statements: LogStatements
    let reader: LogReader
    var mark: AcknowledgedMark

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
    /// WAL pages at which the next checkpoint is tried; raised while a reader keeps one from finishing.
    var checkpointAtPages = LogStore.walPagesMax
    /// Bytes of the rows appended since the last checkpoint was tried.
    var appendedBytes = 0
    /// Rows up to here are to go (`trim`).
    var trimTarget = Zxid.zero
    /// How many of them the rows appended since the last step allow.
    var trimAllowance = 0
    /// Rows that go at once, at least; less in tests.
    var trimStepRows = LogStore.trimStepRows

    /// How long the last append, or the checkpoint behind it, took to have all on the disk.
    package internal(set) var syncNs: Int64 = 0
    /// Rows of a batch, on average over the last few.
    var batchRows = 0

    /// Bytes of rows after which a checkpoint comes: whoever writes meanwhile waits for its fsync (D33).
    package static let checkpointBytes = 6 << 20
    /// The same of large batches.
    static let checkpointBytesOfLarge = 1 << 20
    static let largeBatchRows = 256
    /// Pages of 4096 bytes that the WAL may hold before a checkpoint comes whatever is in them: 16 MiB.
    ///
    /// The WAL exceeds it by at most one batch, and by what is written while somebody else reads the file.
    package static let walPagesMax = 4096

    init(
        directory: DataDirectory, lock: consuming DirectoryLock, database: consuming Database,
        mark: consuming AcknowledgedMark, numbers: NodeNumbers, head: RowChain, committed: Zxid,
        mustSynchronize: String?
    ) throws(StorageError) {
        let statements = try LogStatements(database)
        let reader = try LogReader(database)
        self.directory = directory
        self.committed = committed
        self.mustSynchronize = mustSynchronize
        self.lock = lock
        self.statements = statements
        self.reader = reader
        self.database = database
        self.mark = mark
        self.numbers = numbers
        self.head = head
    }

    /// The last transaction in the log; of an empty log what it begins after.
    package var lastZxid: Zxid { head.zxid }
    /// The position that the log begins after: zero, or that of a transaction that a snapshot beside it has.
    package var startZxid: Zxid { numbers.start.zxid }
    /// The folder of the snapshots: the log's own.
    package var snapshotDirectory: String { directory.path }
    /// The highest epoch this node has promised to a leader.
    package var acceptedEpoch: Epoch { numbers.acceptedEpoch }
    /// The epoch of the leader this node last followed or was.
    package var currentEpoch: Epoch { numbers.currentEpoch }

    /// Sizes of the files, for `dirs` and metrics.
    package var sizes: LogSizes {
        LogSizes(
            databaseBytes: DataDirectory.size(of: directory.log),
            walBytes: DataDirectory.size(of: directory.wal))
    }

    /// Ends the log's use: everything in one file, everything durable, the folder free for the next process.
    ///
    /// - Throws: what went wrong. Nothing acknowledged is lost by it; the next `open` will say more.
    package consuming func close() throws(StorageError) {
        if let failure { throw failure }
        try mark.replace(acknowledged)
        try database.close()
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
