package import Vocabulary

/// One znode as a snapshot keeps it.
package struct SnapshotZnode: Equatable, Sendable {
    /// The whole path; the root is `/`.
    package var path: ByteString
    /// nil where the client gave null, which is not the same as no bytes.
    package var data: [UInt8]?
    /// The number of its access control list in the same snapshot.
    package var acl: Int64
    package var stat: StoredStat

    package init(path: ByteString, data: [UInt8]?, acl: Int64, stat: StoredStat) {
        self.path = path
        self.data = data
        self.acl = acl
        self.stat = stat
    }
}

/// What a snapshot says about itself.
package struct SnapshotSummary: Equatable, Sendable {
    /// The last transaction that is in it.
    package let zxid: Zxid
    /// When it was written, in milliseconds since 1970 UTC by this node's clock.
    package let timeMs: Int64
    package let znodes: Int64
    package let sessions: Int64
    /// The tree's digest, as its writer gave it.
    package let digest: UInt64

    package init(zxid: Zxid, timeMs: Int64, znodes: Int64, sessions: Int64, digest: UInt64) {
        self.zxid = zxid
        self.timeMs = timeMs
        self.znodes = znodes
        self.sessions = sessions
        self.digest = digest
    }
}
