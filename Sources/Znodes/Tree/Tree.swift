package import Vocabulary

/// The znode tree: committed state only, equal on every node that applied the same transactions.
///
/// Holds what a transaction can change and the indexes that follow from it: ephemerals by session, containers
/// and TTL znodes, quotas, and a digest by Apache's algorithm (quorum protocol 9).
package struct Tree: ~Copyable {
    package internal(set) var znodes: ZnodeStore
    var acls = ACLTable()
    var ephemeralPaths: [SessionID: Set<ZnodePath>] = [:]
    /// Of all sessions: kept, since probes ask for it on the loop.
    package internal(set) var ephemeralCount = 0
    /// Containers and TTL znodes.
    var sweepable = PathList()
    /// The subtrees that have a quota.
    var quotas: Set<ZnodePath> = []
    /// System znodes that no snapshot has spoken of (`restore`).
    var presets: Set<ZnodeID>

    /// The sum of the znodes' digests, up to date after every transaction.
    package internal(set) var digest: UInt64 = 0
    /// The last transaction applied.
    package internal(set) var lastZxid = Zxid.zero

    package static let zookeeper: ZnodePath = "/zookeeper"
    package static let quota: ZnodePath = "/zookeeper/quota"
    package static let config: ZnodePath = "/zookeeper/config"

    /// - Parameter seed: Of the hash of names; any number that clients cannot guess.
    package init(seed: UInt64) {
        znodes = ZnodeStore(seed: seed)
        presets = [.root]
        for name in ["zookeeper", "quota", "config"] {
            let parent = name == "zookeeper" ? ZnodeID.root : systemZnode(Tree.zookeeper)
            let path = znodes.path(of: parent).appending(name.utf8).bytes
            let id = znodes.insert(
                path.span.bytes, under: parent, data: [UInt8]().span.bytes, stat: StoredStat(),
                acl: .open)
            presets.insert(id)
        }
        let config = systemZnode(Tree.config)
        var stat = znodes.stat(of: config)
        stat.aversion = -1
        znodes.setStat(stat, of: config)
        znodes.setACL(acls.retain(.readOnly), of: config)
        digest = znodes.znodeDigest(of: .root) &+ znodes.znodeDigest(of: systemZnode(Tree.zookeeper))
    }

    /// Puts the ensemble's configuration where clients read it. Each node does so by itself, and no digest
    /// counts it (quorum protocol 5.7).
    ///
    /// - Parameter version: For its stat; nil leaves that as it is.
    package mutating func showConfiguration(_ text: ByteString, version: Int64?) {
        let config = systemZnode(Tree.config)
        znodes.setData(text.bytes.span.bytes, isNull: false, of: config, at: Tree.config)
        guard let version else { return }
        var stat = znodes.stat(of: config)
        stat.version = -1
        stat.mzxid = Zxid(rawValue: version)
        znodes.setStat(stat, of: config)
    }

    private func systemZnode(_ path: ZnodePath) -> ZnodeID {
        guard let id = znodes.find(path) else { preconditionFailure("\(path) is there from the start") }
        return id
    }

    /// Znodes that no client may delete.
    static func isSystem(_ path: ZnodePath) -> Bool {
        path.isRoot || path == zookeeper || path == quota || path == config
    }

    package func acl(of id: ZnodeID) -> ACL { acls[znodes.acl(of: id)] }

    /// The access control lists in use, but for the open one.
    package var accessControlLists: [ACL] { acls.numbered.map(\.acl) }

    /// The znode's stat as clients see it.
    package func stat(of id: ZnodeID) -> Stat {
        znodes.stat(of: id).seen(
            dataLength: znodes.dataLength(of: id), numChildren: znodes.childCount(of: id))
    }

    // MARK: Indexes

    /// Sessions that own ephemerals, in order.
    package var ephemeralOwners: [SessionID] { ephemeralPaths.keys.sorted() }
    /// The ephemerals of all sessions, as they are now.
    package var ephemeralTable: [SessionID: Set<ZnodePath>] { ephemeralPaths }

    package func ephemerals(of session: SessionID) -> Set<ZnodePath> { ephemeralPaths[session] ?? [] }

    /// Places of containers and TTL znodes, for `sweepCandidates`.
    package var sweepablePlaces: Range<Int> { sweepable.paths.indices }

    /// Containers and TTL znodes that have run out at `wallMs`, in order of path.
    ///
    /// A container runs out when it had a child once and has none now, or never had one for longer than
    /// `neverUsedMs` (0: that never matters); a TTL znode when it has no child and was not written for its
    /// TTL.
    ///
    /// - Parameter places: Of those that are looked at.
    package func sweepCandidates(
        among places: Range<Int>, wallMs: Int64, neverUsedMs: Int64
    ) -> [ZnodePath] {
        sweepable.paths[places].filter { path in
            guard let id = znodes.find(path), znodes.childCount(of: id) == 0 else { return false }
            let stat = znodes.stat(of: id)
            switch Ownership(rawValue: stat.ephemeralOwner) {
            case .container:
                return stat.cversion != 0 || (neverUsedMs != 0 && stat.mtime < wallMs - neverUsedMs)
            case .ttl(let milliseconds): return stat.mtime < wallMs - milliseconds
            case .persistent, .ephemeral: return false
            }
        }.sorted()
    }
}
