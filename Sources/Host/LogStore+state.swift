internal import Replica
package import Storage
internal import Vocabulary
internal import Znodes

/// Whole trees in snapshot files.
extension LogStore {
    /// Puts a received tree, and what came behind it, in the place of all that was there.
    mutating func install(
        _ state: StoredState, at zxid: Zxid, rows: [LogRow]
    ) throws(StorageError) {
        try state.write(to: snapshotDirectory, at: zxid)
        try install(snapshot: zxid, rows: rows)
        for old in try SnapshotFiles.snapshots(in: snapshotDirectory) where old != zxid {
            try SnapshotFiles.remove(old, in: snapshotDirectory)
        }
    }

    /// What stands before the log's first row; nil when the log has everything.
    ///
    /// - Throws: `corrupt`, with file and remedy, when the snapshot is not as it was written.
    func startState() throws -> StoredState? {
        guard startZxid > .zero else { return nil }
        return try StoredState(from: snapshotDirectory, at: startZxid)
    }
}

extension StoredState {
    fileprivate func write(to directory: String, at zxid: Zxid) throws(StorageError) {
        var writer = try Storage.SnapshotWriter(directory: directory, zxid: zxid)
        for session in sessions { try writer.add(session: session.id, timeoutMs: session.timeoutMs) }
        var ids: [ACL: Int64] = [.open: -1]
        for znode in znodes where ids[znode.acl] == nil {
            let id = Int64(ids.count)
            ids[znode.acl] = id
            try writer.add(acl: id, znode.acl)
        }
        for znode in znodes {
            try writer.add(
                SnapshotZnode(
                    path: ByteString(znode.path.bytes), data: znode.data, acl: ids[znode.acl] ?? -1,
                    stat: znode.stat))
        }
        try writer.finish(digest: digest)
    }

    fileprivate init(from directory: String, at zxid: Zxid) throws {
        var sessions: [StoredSession] = []
        var acls: [Int64: ACL] = [-1: .open]
        var znodes: [StoredZnode] = []
        let summary = try Storage.SnapshotReader.read(directory: directory, zxid: zxid) { id, timeoutMs in
            sessions.append(StoredSession(id: id, timeoutMs: timeoutMs))
        } acls: { id, acl in
            acls[id] = acl
        } znodes: { znode in
            znodes.append(
                StoredZnode(
                    path: ZnodePath(znode.path.bytes), data: znode.data, acl: acls[znode.acl] ?? .open,
                    stat: znode.stat))
        }
        self.init(digest: summary.digest, sessions: sessions, znodes: znodes)
    }
}
