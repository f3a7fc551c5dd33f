import Vocabulary

@testable import Znodes

/// Everything there is to know of a tree.
struct Portrait: Equatable {
    var znodes: [ZnodePath: StoredZnode] = [:]
    var stats: [ZnodePath: Stat] = [:]
    var numbers: [String: Int] = [:]
    var digest: UInt64
    var ephemerals: [SessionID: Set<ZnodePath>]
    var indexes: [Set<ZnodePath>]
    var outlived: [[ZnodePath]]

    init(_ tree: borrowing Tree) {
        digest = tree.digest
        ephemerals = tree.ephemeralPaths
        indexes = [Set(tree.sweepable.paths), tree.quotas]
        outlived = [0, 500, 5000].map {
            tree.sweepCandidates(among: tree.sweepablePlaces, wallMs: $0, neverUsedMs: 100)
        }
        numbers = [
            "count": tree.znodes.count, "bytes": tree.znodes.dataSize, "lists": tree.acls.count,
            "ephemerals": tree.ephemeralCount,
        ]
        for (id, znode) in Restoring.znodes(of: tree) {
            znodes[znode.path] = znode
            stats[znode.path] = tree.stat(of: id)
        }
    }
}
