internal import DequeModule
package import Vocabulary

/// The tree as it will be once everything proposed is applied, kept as differences from the tree.
///
/// A request is checked against this, so that requests in flight see each other. Committing moves a change
/// into the tree and out of here; a change of leader drops everything here and touches no tree.
package struct Overlay: ~Copyable {
    /// Znodes as they will be, by path; nil where one will not exist.
    private var entries: [ZnodePath: Entry] = [:]
    private var order = UniqueDeque<Step>()
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

    struct Step {
        let zxid: Zxid
        let path: ZnodePath
        let prepared: PreparedChange?
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
            id: id, stat: tree.znodes.stat(of: id), childCount: tree.znodes.childCount(of: id),
            acl: tree.acl(of: id), content: .stored(id), register: tree.znodes.register(of: id),
            digest: tree.znodes.znodeDigest(of: id))
    }

    /// Says what `zxid` makes of the znode at `path`; nil deletes it.
    ///
    /// - Parameter before: The digest of the znode as it was, 0 when there was none.
    mutating func put(
        _ znode: consuming PendingZnode?, at path: ZnodePath, replacing before: UInt64, by zxid: Zxid,
        over tree: borrowing Tree
    ) {
        pendingDigest = digest(over: tree) &- before &+ (znode?.digest ?? 0)
        let prepared = znode.flatMap { PreparedChange($0, replacing: before) }
        let entry = Entry(znode: znode, zxid: zxid)
        if isUndoable {
            undo.append(Former(path: path, entry: entries.updateValue(entry, forKey: path)))
        } else {
            entries[path] = entry
        }
        order.append(Step(zxid: zxid, path: path, prepared: prepared))
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
    ///
    /// - Returns: How the last of them changes a znode that the tree held when it was proposed.
    @discardableResult
    package mutating func drop(through zxid: Zxid) -> PreparedChange? {
        var prepared: PreparedChange?
        while !order.isEmpty, order[0].zxid <= zxid {
            let step = order.removeFirst()
            prepared = step.prepared
            // Taken out to be looked at: what stays in its place is copied for that.
            guard let entry = entries.removeValue(forKey: step.path), entry.zxid > zxid else { continue }
            entries[step.path] = entry
        }
        if order.isEmpty { pendingDigest = nil }
        ephemerals.drop(through: zxid)
        quotas.drop(through: zxid)
        return prepared
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

    /// Where the tree holds it; nil for one that is yet to be created.
    var id: ZnodeID?
    var stat: StoredStat
    var childCount: Int
    var acl: ACL
    var content: Content
    /// The digest's register after path and data.
    var register: UInt32
    /// The znode's part in the tree's digest.
    var digest: UInt64

    func dataLength(in tree: borrowing Tree) -> Int {
        switch content {
        case .stored(let id): tree.znodes.dataLength(of: id)
        case .written(let data): data?.count ?? 0
        }
    }

    /// Gives it other data.
    mutating func write(_ data: [UInt8]?, at path: ZnodePath) {
        content = .written(data)
        register = ZnodeDigest.content(path: path, data: data)
    }

    /// Recomputes `digest` after a change of `stat` or `content`.
    mutating func seal(at path: ZnodePath) {
        digest = ZnodeDigest.of(path: path, register: register, stat: stat)
    }
}

/// A change of a znode's data as its leader prepared it, so that applying it looks for nothing and sums
/// nothing up a second time. What is in flight before it leaves the znode where it is.
package struct PreparedChange {
    let id: ZnodeID
    /// The digest's register after path and data, as it will be.
    let register: UInt32
    /// The znode's part in the tree's digest, before and after.
    let before: UInt64
    let after: UInt64

    fileprivate init?(_ znode: PendingZnode, replacing before: UInt64) {
        guard let id = znode.id else { return nil }
        self.id = id
        self.register = znode.register
        self.before = before
        self.after = znode.digest
    }
}
