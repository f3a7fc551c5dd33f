internal import DequeModule
package import Vocabulary

/// The tree as it will be once everything proposed is applied, kept as differences from the tree.
///
/// A request is checked against this, so that requests in flight see each other. Committing moves a change
/// into the tree and out of here; a change of leader drops everything here and touches no tree.
package struct Overlay {
    /// Znodes as they will be, by path; nil where one will not exist.
    private var entries: [ZnodePath: Entry] = [:]
    private var order: Deque<Step> = []
    /// Entries replaced since `savepoint`, to be put back by `rollBack`.
    private var undo: [Former] = []
    private var isUndoable = false
    private var pendingDigest: UInt64?
    var ephemerals = PendingEphemerals()
    var quotas = PendingQuota()
    /// Paths that ends of sessions have looked at so far.
    package internal(set) var visited = 0

    private struct Entry {
        var znode: PendingZnode?
        var zxid: Zxid
    }

    private struct Step {
        let zxid: Zxid
        let path: ZnodePath
    }

    private struct Former {
        let path: ZnodePath
        let entry: Entry?
    }

    package init() {}

    package var isEmpty: Bool { order.isEmpty }

    /// The digest of the tree once everything here is applied.
    package func digest(over tree: borrowing Tree) -> UInt64 { pendingDigest ?? tree.digest }

    /// The znode at `path` as it will be, or nil.
    func znode(at path: ZnodePath, over tree: borrowing Tree) -> PendingZnode? {
        if !entries.isEmpty, let entry = entries[path] { return entry.znode }
        guard let id = tree.znodes.find(path) else { return nil }
        return PendingZnode(
            stat: tree.znodes.stat(of: id), childCount: tree.znodes.childCount(of: id), acl: tree.acl(of: id),
            content: .stored(id), digest: tree.znodes.znodeDigest(of: id))
    }

    /// Says what `zxid` makes of the znode at `path`; nil deletes it.
    ///
    /// - Parameter before: The digest of the znode as it was, 0 when there was none.
    mutating func put(
        _ znode: PendingZnode?, at path: ZnodePath, replacing before: UInt64, by zxid: Zxid,
        over tree: borrowing Tree
    ) {
        pendingDigest = digest(over: tree) &- before &+ (znode?.digest ?? 0)
        let entry = Entry(znode: znode, zxid: zxid)
        if isUndoable {
            undo.append(Former(path: path, entry: entries.updateValue(entry, forKey: path)))
        } else {
            entries[path] = entry
        }
        order.append(Step(zxid: zxid, path: path))
    }

    /// Opens the changes of one transaction, whose place is behind all that is here.
    ///
    /// - Parameter isUndoable: Whether `rollBack` may be asked to undo what is put from here on: a multi
    ///   finds out halfway that it fails, everything else before it puts anything.
    mutating func savepoint(isUndoable: Bool) -> Savepoint {
        undo.removeAll(keepingCapacity: true)
        self.isUndoable = isUndoable
        return Savepoint(count: order.count, pendingDigest: pendingDigest)
    }

    mutating func rollBack(_ zxid: Zxid, to savepoint: Savepoint) {
        precondition(isUndoable, "what is rolled back was opened for that")
        for former in undo.reversed() { entries[former.path] = former.entry }
        undo.removeAll(keepingCapacity: true)
        order.removeLast(order.count - savepoint.count)
        pendingDigest = savepoint.pendingDigest
        ephemerals.rollBack(zxid)
        quotas.rollBack(zxid)
    }

    /// Forgets the changes up to `zxid`, which the tree holds from now on.
    package mutating func drop(through zxid: Zxid) {
        while let first = order.first, first.zxid <= zxid {
            order.removeFirst()
            guard let index = entries.index(forKey: first.path) else { continue }
            if entries[index].value.zxid <= zxid { entries.remove(at: index) }
        }
        if order.isEmpty { pendingDigest = nil }
        ephemerals.drop(through: zxid)
        quotas.drop(through: zxid)
    }

    struct Savepoint {
        fileprivate let count: Int
        fileprivate let pendingDigest: UInt64?
    }
}

/// A znode as it will be.
struct PendingZnode {
    enum Content {
        /// As the tree holds it now.
        case stored(ZnodeID)
        case written([UInt8]?)
    }

    var stat: StoredStat
    var childCount: Int
    var acl: ACL
    var content: Content
    /// The znode's part in the tree's digest.
    var digest: UInt64

    func dataLength(in tree: borrowing Tree) -> Int {
        switch content {
        case .stored(let id): tree.znodes.dataLength(of: id)
        case .written(let data): data?.count ?? 0
        }
    }

    /// Recomputes `digest` after a change of `stat` or `content`.
    mutating func seal(at path: ZnodePath, over tree: borrowing Tree) {
        switch content {
        case .stored(let id): digest = tree.znodes.znodeDigest(of: id, with: stat)
        case .written(let data): digest = ZnodeDigest.of(path: path, data: data, stat: stat)
        }
    }
}
