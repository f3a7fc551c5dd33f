package import Vocabulary

/// A znode as a snapshot keeps it: all that is its own, its path written out.
package struct StoredZnode: Equatable, Sendable {
    package var path: ZnodePath
    package var data: [UInt8]?
    package var acl: ACL
    package var stat: StoredStat

    package init(path: ZnodePath, data: [UInt8]?, acl: ACL, stat: StoredStat) {
        self.path = path
        self.data = data
        self.acl = acl
        self.stat = stat
    }
}

extension Tree {
    /// Puts a znode of a snapshot in its place in a tree that nothing was applied to yet.
    ///
    /// Parents go first, the root before all. What a snapshot says of a system znode, which is here from the
    /// start, holds instead of that. Usage of quotas is what the snapshot says, not counted again.
    ///
    /// - Returns: false, with nothing changed, when its parent was not restored or it was already.
    package mutating func restore(_ znode: StoredZnode) -> Bool {
        if let id = nodes.find(znode.path) {
            if let parent = nodes.parent(of: id), presets.contains(parent) { return false }
            guard presets.remove(id) != nil else { return false }
            overwrite(id, with: znode)
        } else {
            guard let id = insert(znode) else { return false }
            digest &+= nodes.nodeDigest(of: id)
        }
        index(znode.path, as: Ownership(rawValue: znode.stat.ephemeralOwner))
        followQuota(restored: znode.path)
        return true
    }

    /// Everything of its own, in its place; indexes and usage of quotas are the caller's.
    mutating func overwrite(_ id: NodeID, with znode: StoredZnode) {
        digest &-= nodes.nodeDigest(of: id)
        let acl = acls.retain(znode.acl)
        acls.release(nodes.acl(of: id))
        nodes.setACL(acl, of: id)
        nodes.setStat(znode.stat, of: id)
        let data = znode.data ?? []
        nodes.setData(data.span.bytes, isNull: znode.data == nil, of: id, at: znode.path)
        digest &+= nodes.nodeDigest(of: id)
    }

    private mutating func insert(_ znode: StoredZnode) -> NodeID? {
        let path = znode.path.bytes
        let slash = UInt8(ascii: "/")
        guard let cut = path.lastIndex(of: slash), cut + 1 < path.count, path[..<cut].last != slash,
            let parent = nodes.find(path.span.bytes.extracting(0..<cut)), !presets.contains(parent)
        else { return nil }
        let data = znode.data ?? []
        return nodes.insert(
            path.span.bytes.extracting((cut + 1)..<path.count), under: parent, data: data.span.bytes,
            isNull: znode.data == nil, stat: znode.stat, acl: acls.retain(znode.acl))
    }

    /// Every znode, a parent before its children, in the order of the children's lists.
    ///
    /// - Parameter body: Gets the path as snapshots have it, the root's empty, in a buffer used again.
    package func forEachZnode(_ body: (NodeID, RawSpan) -> Void) {
        var path: [UInt8] = []
        var line: [(id: NodeID, next: Int)] = [(.root, 0)]
        body(.root, path.span.bytes)
        while let (id, next) = line.last {
            guard next < nodes.childCount(of: id) else {
                if id != .root { path.removeLast(nodes.name(of: id).byteCount + 1) }
                line.removeLast()
                continue
            }
            line[line.count - 1].next += 1
            let child = nodes.child(next, of: id)
            path.append(UInt8(ascii: "/"))
            nodes.name(of: child).withUnsafeBytes { path.append(contentsOf: $0) }
            body(child, path.span.bytes)
            line.append((child, 0))
        }
    }
}
