package import Vocabulary

/// Reads a snapshot and believes nothing of it before its end: the checksum covers all rows together.
package enum SnapshotReader {
    /// Hands over all sessions, then all access control lists, then all znodes in the order of their paths,
    /// every parent before its children.
    ///
    /// - Parameter begin: Is told first what the snapshot says of itself, which is not to be believed yet.
    /// - Throws: `corrupt`, naming file and remedy, when anything is not as it was written. What was handed
    ///   over until then must be thrown away. Whatever the closures throw.
    package static func read(
        directory: String, zxid: Zxid,
        begin: (SnapshotSummary) throws -> Void = { _ in },
        sessions: (SessionID, _ timeoutMs: Int32) throws -> Void,
        acls: (_ id: Int64, ACL) throws -> Void,
        znodes: (ZnodeRow) throws -> Void
    ) throws -> SnapshotSummary {
        let folder = DataDirectory(visiting: directory)
        let file = folder.snapshot(zxid)
        guard folder.holdsSnapshot(zxid) else {
            throw StorageError(.corrupt, "\(file): the snapshot is missing or empty; \(StorageError.restore)")
        }
        let content = try SnapshotRows(path: file)
        try begin(try content.claim().summary)
        var sum = SnapshotSum()
        try content.readSessions(&sum, sessions)
        try content.readACLs(&sum, acls)
        try content.readZnodes(&sum, znodes)
        return try content.summary(zxid, matching: sum)
    }
}

extension SnapshotReader {
    /// Reads all of it for the sake of the checks alone.
    ///
    /// - Throws: why it cannot be read, where that says nothing of the file.
    static func isSound(_ zxid: Zxid, in directory: DataDirectory) throws -> Bool {
        do {
            _ = try read(
                directory: directory.path, zxid: zxid, sessions: { _, _ in }, acls: { _, _ in },
                znodes: { _ in })
            return true
        } catch let error as StorageError where error.code == .corrupt {
            return false
        }
    }
}

/// The tables of a snapshot.
private struct SnapshotRows: ~Copyable {
    private let database: Database

    init(path: String) throws(StorageError) {
        let database = try Database(path: path, isReadOnly: true)
        try database.execute("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;")
        try Migrator.snapshot.verify(database)
        self.database = database
    }

    func readSessions(_ sum: inout SnapshotSum, _ body: (SessionID, Int32) throws -> Void) throws {
        let rows = try database.prepare("SELECT session, timeout_ms FROM sessions ORDER BY session")
        while try rows.step() {
            guard rows.areIntegers(0...1) else { throw changed("a session") }
            sum.add(session: rows.int64(0), timeoutMs: rows.int64(1))
            try body(SessionID(rawValue: rows.int64(0)), int32(rows.int64(1)))
        }
    }

    func readACLs(_ sum: inout SnapshotSum, _ body: (Int64, ACL) throws -> Void) throws {
        let rows = try database.prepare(
            "SELECT acl, position, perms, scheme, id FROM acls ORDER BY acl, position")
        var list: (id: Int64, entries: ACL)?
        while try rows.step() {
            guard rows.areIntegers(0...1) else { throw changed("an access control list") }
            let id = rows.int64(0)
            if let last = list, last.id != id {
                try body(last.id, last.entries)
                list = nil
            }
            let entry = try entry(rows, &sum)
            list = (id, (list?.entries ?? []) + (entry.map { [$0] } ?? []))
        }
        if let list { try body(list.id, list.entries) }
    }

    private func entry(
        _ rows: borrowing Statement, _ sum: inout SnapshotSum
    ) throws(StorageError) -> ACLEntry? {
        if rows.isNull(2), rows.isNull(3), rows.isNull(4) {
            sum.add(acl: rows.int64(0), position: rows.int64(1), permissions: nil, scheme: nil, id: nil)
            return nil
        }
        guard rows.isInteger(2), rows.isText(3), rows.isText(4) else {
            throw changed("an access control list")
        }
        let scheme = rows.bytes(3)
        let id = rows.bytes(4)
        sum.add(
            acl: rows.int64(0), position: rows.int64(1), permissions: rows.int64(2), scheme: scheme, id: id)
        return ACLEntry(
            permissions: Permissions(rawValue: try int32(rows.int64(2))),
            identity: Identity(scheme: ByteString(Array(scheme)), id: ByteString(Array(id))))
    }

    func readZnodes(_ sum: inout SnapshotSum, _ body: (ZnodeRow) throws -> Void) throws {
        let rows = try database.prepare(
            "SELECT path, data, acl, czxid, mzxid, pzxid, ctime_ms, mtime_ms, version, cversion, aversion, "
                + "ephemeral_owner FROM znodes ORDER BY path")
        var last: [UInt8] = []
        var isFirst = true
        while try rows.step() {
            let (path, data, list) = (rows.content(0), rows.content(1), rows.number(2))
            var isWellFormed = path.isText && (data.isNull || data.isBlob) && list.isInteger
            func number(_ column: Int32) -> Int64 {
                let number = rows.number(column)
                isWellFormed = isWellFormed && number.isInteger
                return number.value
            }
            let stat = StoredStat(
                czxid: Zxid(rawValue: number(3)), mzxid: Zxid(rawValue: number(4)),
                pzxid: Zxid(rawValue: number(5)), ctime: number(6), mtime: number(7),
                version: try int32(number(8)), cversion: try int32(number(9)),
                aversion: try int32(number(10)), ephemeralOwner: number(11))
            guard isWellFormed else { throw changed("a znode") }
            let znode = ZnodeRow(
                path: RawSpan(_unsafeBytes: path.bytes), data: RawSpan(_unsafeBytes: data.bytes),
                hasNullData: data.isNull, list: list.value, stat: stat)
            sum.add(znode)
            // SQLite takes the order of a damaged page for granted.
            guard isFirst || last.span.bytes.precedes(znode.path) else {
                throw changed("the order of znodes at \(String(decoding: path.bytes, as: UTF8.self))")
            }
            isFirst = false
            last.removeAll(keepingCapacity: true)
            last.append(contentsOf: path.bytes)
            try body(znode)
        }
    }

    /// The claim of the row of meta, whether or not the other rows agree.
    func claim() throws(StorageError) -> (summary: SnapshotSummary, acls: Int64, checksum: Int64) {
        let rows = try database.prepare(
            "SELECT zxid, time_ms, znodes, sessions, acls, digest, checksum FROM meta")
        guard try rows.step(), rows.areIntegers(0...6) else { throw changed("the row of meta") }
        let summary = SnapshotSummary(
            zxid: Zxid(rawValue: rows.int64(0)), timeMs: rows.int64(1), znodes: rows.int64(2),
            sessions: rows.int64(3), digest: UInt64(bitPattern: rows.int64(5)))
        let rest = (rows.int64(4), rows.int64(6))
        guard try !rows.step() else { throw changed("the row of meta") }
        return (summary, rest.0, rest.1)
    }

    func summary(_ zxid: Zxid, matching sum: SnapshotSum) throws(StorageError) -> SnapshotSummary {
        let (summary, acls, checksum) = try claim()
        guard summary.zxid == zxid else { throw changed("meta, which names \(summary.zxid),") }
        guard summary.znodes == sum.znodes, summary.sessions == sum.sessions, acls == sum.acls else {
            throw changed("the number of rows (\(sum.znodes) of \(summary.znodes) znodes)")
        }
        guard sum.checksum(zxid: zxid, timeMs: summary.timeMs, digest: summary.digest) == checksum else {
            throw changed("a row")
        }
        return summary
    }

    private func int32(_ value: Int64) throws(StorageError) -> Int32 {
        guard let narrow = Int32(exactly: value) else { throw changed("a number") }
        return narrow
    }

    private func changed(_ what: String) -> StorageError {
        StorageError(
            .corrupt, "\(database.path): \(what) is not as it was written; \(StorageError.restore)")
    }
}

extension Statement {
    fileprivate func areIntegers(_ columns: ClosedRange<Int32>) -> Bool {
        for column in columns where !isInteger(column) { return false }
        return true
    }
}
