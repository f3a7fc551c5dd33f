internal import Vocabulary

/// Hard limits, checked against what the tree has counted and all that is on its way into it: a client may
/// have hundreds of requests under way, and a multi has as many as it likes.
///
/// A quota is in force once it is applied; a limit that it is given later holds as soon as it is proposed.
extension Overlay {
    /// Refuses what would exceed a hard limit of the quota that applies to `path`.
    func checkQuota(
        of path: ZnodePath, addingNodes znodeCount: Int, bytes: Int, over tree: borrowing Tree
    ) throws(ErrorCode) {
        guard let subtree = tree.subtreeWithQuota(around: path), let usage = tree.usage(of: subtree),
            let limits = quotaLimits(of: subtree, over: tree)
        else { return }
        let pending = quotas.usage(of: subtree)
        if znodeCount != 0, limits.countHardLimit > -1,
            usage.count &+ pending.znodes &+ Int64(znodeCount) > limits.countHardLimit
        {
            throw .quotaExceeded
        }
        if bytes != 0, limits.byteHardLimit > -1,
            usage.bytes &+ pending.bytes &+ Int64(bytes) > limits.byteHardLimit
        {
            throw .quotaExceeded
        }
    }

    /// Takes in what `zxid` adds to the quota that applies to `path`, where one does.
    mutating func noteUsage(
        of path: ZnodePath, znodes znodeCount: Int, bytes: Int, by zxid: Zxid, over tree: borrowing Tree
    ) {
        if tree.quotas.isEmpty || znodeCount == 0 && bytes == 0 { return }
        guard let subtree = tree.subtreeWithQuota(around: path) else { return }
        quotas.add(znodes: znodeCount, bytes: bytes, to: subtree, by: zxid)
    }

    private func quotaLimits(of subtree: ZnodePath, over tree: borrowing Tree) -> QuotaText? {
        guard let znode = znode(at: Tree.limits(of: subtree), over: tree) else { return nil }
        switch znode.content {
        case .stored(let id): return QuotaText(tree.znodes.dataBytes(of: id) ?? [])
        case .written(let data): return QuotaText(data ?? [])
        }
    }
}
