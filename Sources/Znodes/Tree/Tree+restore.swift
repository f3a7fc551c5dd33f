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
            noteRestored(znode.path.bytes.span.bytes, znode.stat)
            return true
        }
        let data = znode.data ?? []
        let acl = acls.retain(znode.acl)
        let isInserted = insert(
            znode.path.bytes.span.bytes, data: data.span.bytes, isNull: znode.data == nil, acl: acl,
            stat: znode.stat)
        if !isInserted { acls.release(acl) }
        return isInserted
    }

    /// Likewise, without a copy of anything. `acl` is in the table already.
    mutating func restore(
        _ path: RawSpan, data: RawSpan, isNull: Bool, acl: ACLID, stat: StoredStat
    ) -> Bool {
        if !presets.isEmpty, Tree.mayBePreset(path) {
            let bytes = isNull ? nil : data.withUnsafeBytes { Array($0) }
            return restore(
                StoredZnode(path: ZnodePath(path), data: bytes, acl: acls[acl], stat: stat))
        }
        guard nodes.find(path) == nil,
            insert(path, data: data, isNull: isNull, acl: acl, stat: stat)
        else { return false }
        acls.retain(acl)
        return true
    }

    /// Whether the path is the root's, or begins as those of the system's znodes do.
    private static func mayBePreset(_ path: RawSpan) -> Bool {
        path.withUnsafeBytes { $0.count <= 1 || $0.starts(with: zookeeper.bytes) }
    }

    private mutating func noteRestored(_ path: RawSpan, _ stat: StoredStat) {
        let ownership = Ownership(rawValue: stat.ephemeralOwner)
        let mayBeQuota = path.withUnsafeBytes { $0.starts(with: Tree.quota.bytes) }
        if ownership == .persistent, !mayBeQuota { return }
        let path = ZnodePath(path)
        index(path, as: ownership)
        followQuota(restored: path)
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

    /// - Returns: false, with nothing changed, when its parent was not restored.
    private mutating func insert(
        _ path: RawSpan, data: RawSpan, isNull: Bool, acl: ACLID, stat: StoredStat
    ) -> Bool {
        let slash = UInt8(ascii: "/")
        let cut = path.withUnsafeBytes { bytes -> Int? in
            guard let cut = bytes.lastIndex(of: slash), cut + 1 < bytes.count,
                cut == 0 || bytes[cut - 1] != slash
            else { return nil }
            return cut
        }
        guard let cut, let parent = nodes.find(path.extracting(0..<cut)), !presets.contains(parent) else {
            return false
        }
        let id = nodes.insert(
            path.extracting((cut + 1)..<path.byteCount), under: parent, data: data, isNull: isNull,
            stat: stat, acl: acl)
        digest &+= nodes.nodeDigest(of: id)
        noteRestored(path, stat)
        return true
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
