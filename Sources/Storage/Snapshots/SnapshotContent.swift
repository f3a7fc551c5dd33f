import CSQLite
import Glibc
import Vocabulary

/// The database that a snapshot becomes, while it is written: one transaction, durable only at its end.
struct SnapshotContent: ~Copyable {
    private let database: Database
    private let flow: Flow
    private var bytesSinceFlow = 0
    let session: Statement
    let acl: Statement
    private let znode: Statement

    init(path: String) throws(StorageError) {
        let database = try Database(path: path)
        // A file without a name needs no rollback and no order of writes: one fsync comes before the name.
        try database.execute(
            """
            PRAGMA page_size = 4096;
            PRAGMA journal_mode = OFF;
            PRAGMA synchronous = OFF;
            PRAGMA locking_mode = EXCLUSIVE;
            PRAGMA cache_size = \(-SnapshotContent.cacheKiB);
            PRAGMA trusted_schema = OFF;
            """)
        try Migrator.snapshot.migrate(database)
        try database.execute("BEGIN IMMEDIATE")
        let flow = try Flow(path: path)
        let session = try database.prepare("INSERT INTO sessions (session, timeout_ms) VALUES (?, ?)")
        let acl = try database.prepare(
            "INSERT INTO acls (acl, position, perms, scheme, id) VALUES (?, ?, ?, ?, ?)")
        let znode = try database.prepare(
            "INSERT INTO znodes (path, data, acl, czxid, mzxid, pzxid, ctime_ms, mtime_ms, version, "
                + "cversion, aversion, ephemeral_owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        self.database = database
        self.flow = flow
        self.session = session
        self.acl = acl
        self.znode = znode
    }

    /// Rows come in the order of their paths: a page that is full is not needed again.
    private static let cacheKiB = 1 << 10

    func addEmpty(acl id: Int64) throws(StorageError) {
        acl.clear()
        acl.bind(id, at: 1)
        acl.bind(0 as Int64, at: 2)
        try acl.run()
    }

    mutating func insert(_ row: ZnodeRow) throws(StorageError) {
        try row.path.withUnsafeBytes { path throws(StorageError) in
            try row.data.withUnsafeBytes { data throws(StorageError) in
                try insert(path, row.hasNullData ? nil : data, list: row.list, row.stat)
            }
        }
        bytesSinceFlow += row.path.byteCount + row.data.byteCount + 40
        guard bytesSinceFlow >= SnapshotContent.flowBytes else { return }
        bytesSinceFlow = 0
        flow.begin()
    }

    private func insert(
        _ path: UnsafeRawBufferPointer, _ data: UnsafeRawBufferPointer?, list: Int64, _ stat: StoredStat
    ) throws(StorageError) {
        znode.borrow(text: path, at: 1)
        if let data { znode.borrow(blob: data, at: 2) } else { znode.bindNull(at: 2) }
        znode.bind(list, at: 3)
        znode.bind(stat.czxid.rawValue, at: 4)
        znode.bind(stat.mzxid.rawValue, at: 5)
        znode.bind(stat.pzxid.rawValue, at: 6)
        znode.bind(stat.ctime, at: 7)
        znode.bind(stat.mtime, at: 8)
        znode.bind(stat.version, at: 9)
        znode.bind(stat.cversion, at: 10)
        znode.bind(stat.aversion, at: 11)
        znode.bind(stat.ephemeralOwner, at: 12)
        try znode.run()
        znode.clear()
    }

    /// How much is written before the disk begins to take it.
    private static let flowBytes = 1 << 20

    /// The row about all rows, the last one.
    func describe(_ sum: SnapshotSum, zxid: Zxid, timeMs: Int64, digest: UInt64) throws(StorageError) {
        let meta = try database.prepare(
            "INSERT INTO meta (zxid, time_ms, znodes, sessions, acls, digest, checksum) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?)")
        let values = [
            zxid.rawValue, timeMs, sum.znodes, sum.sessions, sum.acls, Int64(bitPattern: digest),
            sum.checksum(zxid: zxid, timeMs: timeMs, digest: digest),
        ]
        for (index, value) in values.enumerated() { meta.bind(value, at: Int32(index + 1)) }
        try meta.run()
    }

    /// Hands everything to the system, which has not made it durable yet.
    consuming func close() throws(StorageError) {
        try database.execute("COMMIT")
    }
}

/// Lets the disk take a file little by little. One fsync of the whole would keep it busy for a tenth of a
/// second and more, and the log's own wait behind that.
private struct Flow: ~Copyable {
    private let descriptor: Int32

    init(path: String) throws(StorageError) {
        descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "open", file: path) }
    }

    deinit { close(descriptor) }

    /// Of what the file holds, and without waiting. It promises nothing: that is for the fsync.
    func begin() { aviary_begin_writeback(descriptor) }
}
