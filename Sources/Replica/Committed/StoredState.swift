package import Vocabulary
package import Znodes

/// The head of a snapshot, said before its znodes: all of the same moment as they.
package struct SnapshotHead: Equatable, Sendable {
    package struct StoredSession: Equatable, Sendable {
        package let id: SessionID
        package let timeoutMs: Int32

        package init(id: SessionID, timeoutMs: Int32) {
            self.id = id
            self.timeoutMs = timeoutMs
        }
    }

    /// The last transaction that is in it.
    package let zxid: Zxid
    package let digest: UInt64
    package let sessions: [StoredSession]
    /// By these numbers the znodes name their lists.
    package let acls: [NumberedACL]

    package init(zxid: Zxid, digest: UInt64, sessions: [StoredSession], acls: [NumberedACL]) {
        self.zxid = zxid
        self.digest = digest
        self.sessions = sessions
        self.acls = acls
    }
}

/// A whole tree and its sessions, as a node keeps them on its disk.
package struct StoredState: Equatable, Sendable {
    package let head: SnapshotHead
    /// Parents before their children.
    package let znodes: [PackedZnodes]

    package init(head: SnapshotHead, znodes: [PackedZnodes]) {
        self.head = head
        self.znodes = znodes
    }

    /// Bytes of one piece of it.
    static let pageBytes = 256 << 10
}
