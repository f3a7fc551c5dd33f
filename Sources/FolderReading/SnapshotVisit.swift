package import Storage
package import Vocabulary

extension SnapshotSummary {
    /// The summary that a snapshot claims, before any of its rows was looked at.
    ///
    /// - Throws: `corrupt` when it does not even say that.
    package init(claimedIn folder: NodeFolder, at zxid: Zxid) throws(StorageError) {
        let file = folder.file(ofSnapshot: zxid)
        let database = try Database(path: file, isReadOnly: true)
        try Migrator.snapshot.verify(database)
        let rows = try database.prepare("SELECT zxid, time_ms, znodes, sessions, digest FROM meta")
        guard try rows.step() else {
            throw StorageError(.corrupt, "\(file): the row of meta is missing; \(StorageError.restore)")
        }
        self.init(
            zxid: Zxid(rawValue: rows.int64(0)), timeMs: rows.int64(1), znodes: rows.int64(2),
            sessions: rows.int64(3), digest: UInt64(bitPattern: rows.int64(4)))
    }

    package static func bytes(in folder: NodeFolder, at zxid: Zxid) -> Int64 {
        DataDirectory.size(of: folder.file(ofSnapshot: zxid))
    }
}

extension NodeFolder {
    /// The schemas that this program reads, newest last.
    package static var schemas: [String] {
        (Migrator.log.migrations + Migrator.snapshot.migrations).map(\.name)
    }
}

extension NodeFolder {
    /// The stat that a snapshot has of the znode at `path`; nil when the znode is not there.
    ///
    /// Not verified: only the whole is.
    package func storedStat(
        of path: ZnodePath, inSnapshot zxid: Zxid
    ) throws(StorageError) -> StoredStat? {
        let database = try Database(path: file(ofSnapshot: zxid), isReadOnly: true)
        try Migrator.snapshot.verify(database)
        let rows = try database.prepare(
            "SELECT czxid, mzxid, pzxid, ctime_ms, mtime_ms, version, cversion, aversion, ephemeral_owner "
                + "FROM znodes WHERE path = ?")
        return try path.bytes.span.bytes.withUnsafeBytes { bytes throws(StorageError) in
            rows.borrow(text: bytes, at: 1)
            guard try rows.step() else { return nil }
            return StoredStat(
                czxid: Zxid(rawValue: rows.int64(0)), mzxid: Zxid(rawValue: rows.int64(1)),
                pzxid: Zxid(rawValue: rows.int64(2)), ctime: rows.int64(3), mtime: rows.int64(4),
                version: Int32(truncatingIfNeeded: rows.int64(5)),
                cversion: Int32(truncatingIfNeeded: rows.int64(6)),
                aversion: Int32(truncatingIfNeeded: rows.int64(7)), ephemeralOwner: rows.int64(8))
        }
    }
}
