package import Vocabulary

/// A tree that is put together again from a snapshot: its access control lists, then its znodes, every parent
/// before its children.
package struct Restoration: ~Copyable {
    private var tree: Tree
    /// The snapshot's numbers of lists, and the tree's.
    private var lists: [Int64: ACLID] = [ACLID.openNumber: .open]
    private var last = RestoredPath()

    /// - Parameter seed: The tree's, a number that clients cannot guess.
    package init(seed: UInt64) {
        tree = Tree(seed: seed)
    }

    /// Makes room for so many znodes at once.
    package mutating func reserve(znodes count: Int) { tree.znodes.reserve(count) }

    package mutating func add(list: Int64, _ acl: ACL) {
        if let former = lists[list] { tree.acls.release(former) }
        lists[list] = tree.acls.retain(acl)
    }

    /// - Returns: False when this is no tree: its parent or its list was not added, or it was before.
    package mutating func add(_ znode: ZnodeRow) -> Bool {
        guard let acl = lists[znode.list] else { return false }
        return tree.restore(znode, acl: acl, after: &last)
    }

    package mutating func add(_ znodes: PackedZnodes) -> Bool {
        var isTree = true
        znodes.forEach { znode in
            isTree = isTree && add(znode)
        }
        return isTree
    }

    /// The tree as it was at `zxid`.
    ///
    /// - Returns: nil when its digest is another one: the snapshot is not what was written.
    package consuming func finish(at zxid: Zxid, digest: UInt64) -> Tree? {
        var tree = self.tree
        for (_, list) in lists { tree.acls.release(list) }
        guard tree.digest == digest else { return nil }
        tree.advance(to: zxid)
        return tree
    }
}
