package import FolderReading
internal import Storage
package import Vocabulary
package import Znodes

/// The tree and the sessions as they were right after one transaction, made from a snapshot and the log.
package struct RebuiltTree: ~Copyable {
    /// The tree that the replay began with.
    package enum Beginning: Equatable, Sendable {
        case emptyTree
        case snapshot(Zxid)
    }

    package let base: Beginning
    package private(set) var tree: Tree
    /// Timeouts in milliseconds by session.
    package private(set) var sessions: [SessionID: Int32] = [:]
    /// The leader's clock at the last transaction; nil where that is in the snapshot alone.
    package private(set) var timeMs: Int64?
    package private(set) var replayed = 0
    /// Transactions whose digest was compared.
    package private(set) var compared = 0
    /// The first transaction after which the tree is another one than its leader had.
    package private(set) var firstMismatch: Zxid?
    /// Whether the tree is known to be of one moment: one that an Apache leader sent may be of several, up
    /// to the first digest that agrees (`Replica.isTreeExact`).
    package private(set) var isExact: Bool
    private var applied: [Applied] = []

    /// The tree before the first transaction.
    package init() {
        base = .emptyTree
        tree = Tree(seed: UInt64.random(in: .min ... .max))
        isExact = true
    }

    private init(_ tree: consuming Tree, of snapshot: Zxid, _ sessions: [SessionID: Int32], isExact: Bool) {
        base = .snapshot(snapshot)
        self.tree = tree
        self.sessions = sessions
        self.isExact = isExact
    }

    /// Loads a snapshot.
    ///
    /// - Parameter isExact: false for one that was received from another server.
    /// - Throws: `StorageError.corrupt` when it is not as it was written, or holds no tree.
    package static func load(
        snapshot zxid: Zxid, of folder: NodeFolder, isExact: Bool = true
    ) throws -> RebuiltTree {
        try load(snapshot: zxid, in: folder.path, isExact: isExact)
    }

    /// Likewise, one that lies in any folder.
    static func load(snapshot zxid: Zxid, in folder: String, isExact: Bool = true) throws -> RebuiltTree {
        var restoration = Restoration(seed: UInt64.random(in: .min ... .max))
        var sessions: [SessionID: Int32] = [:]
        let summary = try SnapshotReader.read(directory: folder, zxid: zxid) { id, timeoutMs in
            sessions[id] = timeoutMs
        } acls: { id, acl in
            restoration.add(list: id, acl)
        } znodes: { znode in
            guard restoration.add(znode) else {
                throw StorageError(
                    .corrupt,
                    "\(folder): the snapshot \(zxid) holds \(ZnodePath(znode.path)), which is no znode's "
                        + "path, or has no parent or no access control list")
            }
        }
        guard let tree = restoration.finish(at: zxid, digest: summary.digest) else {
            throw StorageError(
                .corrupt,
                "\(folder): the znodes of the snapshot \(zxid) have another digest than it says, which is "
                    + "\(summary.digest)")
        }
        return RebuiltTree(tree, of: zxid, sessions, isExact: isExact)
    }

    package var zxid: Zxid { tree.lastZxid }

    /// Applies the next transaction and compares the digest that its leader gave it.
    package mutating func apply(_ transaction: Transaction) {
        applied.removeAll(keepingCapacity: true)
        switch transaction.change {
        case .createSession(let timeoutMs): sessions[transaction.session] = timeoutMs
        case .closeSession: sessions[transaction.session] = nil
        default: break
        }
        tree.apply(transaction, into: &applied)
        timeMs = transaction.timeMs
        replayed += 1
        guard let digest = transaction.digest else { return }
        compared += 1
        if digest == tree.digest {
            isExact = true
        } else if isExact, firstMismatch == nil {
            firstMismatch = transaction.zxid
        }
    }

    /// Sessions that are open, in order.
    package var openSessions: [SessionID] { sessions.keys.sorted() }
}
