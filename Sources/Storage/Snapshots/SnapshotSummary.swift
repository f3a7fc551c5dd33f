package import Vocabulary

/// A snapshot's word on itself.
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
