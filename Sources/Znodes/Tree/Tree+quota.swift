internal import Vocabulary

/// Quotas: limits that a client writes as znodes, and usage that every node keeps beside them in memory.
///
/// `/zookeeper/quota<P>/zookeeper_limits` and `/zookeeper/quota<P>/zookeeper_stats` are the quota of the
/// subtree at P. Usage changes without a transaction and without touching a stat (client protocol 10.1).
/// It is counted without overflow checks, since any client may write any number there.
extension Tree {
    private static let limitsName = Array("zookeeper_limits".utf8)
    private static let statsName = Array("zookeeper_stats".utf8)

    /// The usage of a subtree as the tree has counted it; nil where its statistics are missing.
    func usage(of subtree: ZnodePath) -> QuotaText? { quotaText(Tree.statsName, of: subtree) }

    /// The znode that holds a subtree's limits.
    static func limits(of subtree: ZnodePath) -> ZnodePath { quotaZnode(limitsName, of: subtree) }

    mutating func followQuota(created path: ZnodePath, bytes: Int) {
        if let subtree = Tree.subtree(of: path, named: Tree.limitsName) {
            quotas.insert(subtree)
        } else if let subtree = Tree.subtree(of: path, named: Tree.statsName) {
            writeUsage(measured(subtree), of: subtree)
        }
        addUsage(around: path, znodes: 1, bytes: bytes)
    }

    /// Of a snapshot: the usage is what it says.
    mutating func followQuota(restored path: ZnodePath) {
        if let subtree = Tree.subtree(of: path, named: Tree.limitsName) { quotas.insert(subtree) }
    }

    /// Counts anew against every quota: a leader that changed its tree while it serialized it wrote usage of
    /// one moment and znodes of others. Apache counts whenever it has read a snapshot.
    package mutating func countUsage() {
        for subtree in quotas { writeUsage(measured(subtree), of: subtree) }
    }

    mutating func followQuota(deleted path: ZnodePath, bytes: Int) {
        if let subtree = Tree.subtree(of: path, named: Tree.limitsName) { quotas.remove(subtree) }
        addUsage(around: path, znodes: -1, bytes: -bytes)
    }

    mutating func followQuota(changed path: ZnodePath, bytes: Int) {
        addUsage(around: path, znodes: 0, bytes: bytes)
    }

    private mutating func addUsage(around path: ZnodePath, znodes znodeCount: Int64, bytes: Int) {
        guard let subtree = subtreeWithQuota(around: path), var usage = quotaText(Tree.statsName, of: subtree)
        else { return }
        usage.count &+= znodeCount
        usage.bytes &+= Int64(bytes)
        writeUsage(usage, of: subtree)
    }

    private mutating func writeUsage(_ usage: QuotaText, of subtree: ZnodePath) {
        let path = Tree.quotaZnode(Tree.statsName, of: subtree)
        guard let id = znodes.find(path) else { return }
        znodes.setData(usage.text.span.bytes, of: id, at: path)
    }

    /// The deepest subtree with a quota that `path` is in.
    func subtreeWithQuota(around path: ZnodePath) -> ZnodePath? {
        if quotas.isEmpty { return nil }
        var candidate: ZnodePath? = path
        while let subtree = candidate, !subtree.isRoot {
            if quotas.contains(subtree) { return subtree }
            candidate = subtree.parent
        }
        return nil
    }

    private func quotaText(_ name: [UInt8], of subtree: ZnodePath) -> QuotaText? {
        guard let id = znodes.find(Tree.quotaZnode(name, of: subtree)) else { return nil }
        return QuotaText(znodes.dataBytes(of: id) ?? [])
    }

    /// The usage of the subtree now, its top included.
    private func measured(_ subtree: ZnodePath) -> QuotaText {
        guard let top = znodes.find(subtree) else { return QuotaText(count: 0, bytes: 0) }
        var count: Int64 = 0
        var bytes: Int64 = 0
        var open = [top]
        while let id = open.popLast() {
            count += 1
            bytes += Int64(znodes.dataLength(of: id))
            znodes.forEachChild(of: id) { open.append($0) }
        }
        return QuotaText(count: count, bytes: bytes)
    }

    private static func quotaZnode(_ name: [UInt8], of subtree: ZnodePath) -> ZnodePath {
        ZnodePath(quota.bytes + subtree.bytes).appending(name)
    }

    /// The P of `/zookeeper/quota<P>/<name>`, where `path` is of that form and P is not the root.
    private static func subtree(of path: ZnodePath, named name: [UInt8]) -> ZnodePath? {
        guard path.name.elementsEqual(name), let parent = path.parent, parent != quota, parent.isWithin(quota)
        else { return nil }
        return ZnodePath(Array(parent.bytes.dropFirst(quota.bytes.count)))
    }
}
