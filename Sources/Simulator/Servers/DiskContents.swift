package import NIOCore
package import Replica
package import Vocabulary

/// The contents of a simulated server's disk, to be written to a real one.
package struct DiskContents {
    package let server: PeerID
    package let acceptedEpoch: Epoch
    package let currentEpoch: Epoch
    /// Known to be committed, at least.
    package let committed: Zxid
    /// The newest snapshot; nil where the log has everything.
    package let snapshot: StoredState?
    /// The transactions behind the snapshot, in order, in the bytes that were agreed on.
    package let bodies: [ByteBuffer]
}

extension Simulation {
    /// Every server's disk, in the order of their numbers.
    package var disks: [DiskContents] {
        servers.map { server in
            let disk = server.disk
            let start = disk.base?.head.zxid ?? .zero
            return DiskContents(
                server: server.id, acceptedEpoch: disk.acceptedEpoch, currentEpoch: disk.currentEpoch,
                committed: disk.committed, snapshot: disk.base,
                bodies: disk.rows.filter { $0.zxid > start }.map(\.body))
        }
    }
}
