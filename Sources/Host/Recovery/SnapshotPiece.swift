internal import Replica
internal import Storage
internal import Vocabulary
internal import Znodes

/// A part of a snapshot on its way from the file to the tree, in this order.
enum SnapshotPiece: Sendable {
    /// The snapshot's word on itself, not yet to be believed.
    case claim(SnapshotSummary)
    case session(SnapshotHead.StoredSession)
    case list(Int64, ACL)
    case znodes(PackedZnodes)
    /// All of it is as it was written.
    case end(SnapshotSummary)

    /// - Throws: `corrupt`, with file and remedy, when the snapshot is not as it was written; whatever `give`
    ///   throws.
    static func read(
        _ zxid: Zxid, in directory: String, pageBytes: Int, _ give: (SnapshotPiece) throws -> Void
    ) throws {
        var page = PackedZnodes()
        let summary = try SnapshotReader.read(directory: directory, zxid: zxid) {
            try give(.claim($0))
        } sessions: { id, timeoutMs in
            try give(.session(SnapshotHead.StoredSession(id: id, timeoutMs: timeoutMs)))
        } acls: { id, acl in
            try give(.list(id, acl))
        } znodes: { znode in
            page.append(znode)
            guard page.byteCount >= pageBytes else { return }
            try give(.znodes(page))
            page = PackedZnodes()
        }
        try give(.znodes(page))
        try give(.end(summary))
    }
}
