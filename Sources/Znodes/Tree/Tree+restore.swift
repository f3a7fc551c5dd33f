package import Vocabulary

/// A znode with all that is its own, its path and its access control list written out.
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
        if let id = znodes.find(znode.path) {
            if let parent = znodes.parent(of: id), presets.contains(parent) { return false }
            guard presets.remove(id) != nil else { return false }
            overwrite(id, with: znode)
            noteRestored(znode.path.bytes.span.bytes, znode.stat)
            return true
        }
        let path = znode.path.bytes.span.bytes
        guard let cut = Tree.lastSlash(in: path), let parent = parent(of: path, endingAt: cut) else {
            return false
        }
        let data = znode.data ?? []
        insert(
            path, under: parent, data: data.span.bytes, isNull: znode.data == nil,
            acl: acls.retain(znode.acl), stat: znode.stat)
        return true
    }

    /// Likewise, without a copy of anything. `acl` is in the table already.
    ///
    /// - Parameter last: The znode restored before, among whose neighbors this one is likely to be.
    mutating func restore(_ znode: ZnodeRow, acl: ACLID, after last: inout RestoredPath) -> Bool {
        let path = znode.path
        if !presets.isEmpty, Tree.mayBePreset(path) {
            let bytes = znode.hasNullData ? nil : znode.data.withUnsafeBytes { Array($0) }
            return restore(
                StoredZnode(path: ZnodePath(path), data: bytes, acl: acls[acl], stat: znode.stat))
        }
        // In the order of paths each is behind all that are there.
        guard last.precedes(path) || znodes.find(path) == nil, let cut = Tree.lastSlash(in: path) else {
            return false
        }
        let parent = last.hasParent(of: path, endingAt: cut) ? last.parent : parent(of: path, endingAt: cut)
        guard let parent else { return false }
        insert(
            path, under: parent, data: znode.data, isNull: znode.hasNullData, acl: acl, stat: znode.stat)
        acls.retain(acl)
        last.replace(with: path, parent: parent, endingAt: cut)
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
    mutating func overwrite(_ id: ZnodeID, with znode: StoredZnode) {
        digest &-= znodes.znodeDigest(of: id)
        let acl = acls.retain(znode.acl)
        acls.release(znodes.acl(of: id))
        znodes.setACL(acl, of: id)
        znodes.setStat(znode.stat, of: id)
        let data = znode.data ?? []
        znodes.setData(data.span.bytes, isNull: znode.data == nil, of: id, at: znode.path)
        digest &+= znodes.znodeDigest(of: id)
    }

    private mutating func insert(
        _ path: RawSpan, under parent: ZnodeID, data: RawSpan, isNull: Bool, acl: ACLID, stat: StoredStat
    ) {
        let id = znodes.insert(path, under: parent, data: data, isNull: isNull, stat: stat, acl: acl)
        digest &+= znodes.znodeDigest(of: id)
        noteRestored(path, stat)
    }

    /// Where the name begins, less one; nil for what is no path of a znode but the root.
    private static func lastSlash(in path: RawSpan) -> Int? {
        path.withUnsafeBytes { bytes in
            let slash = UInt8(ascii: "/")
            guard let cut = bytes.lastIndex(of: slash), cut + 1 < bytes.count,
                cut == 0 || bytes[cut - 1] != slash
            else { return nil }
            return cut
        }
    }

    /// The restored znode at the first `cut` bytes of `path`.
    private func parent(of path: RawSpan, endingAt cut: Int) -> ZnodeID? {
        guard let parent = znodes.find(path.extracting(0..<cut)), !presets.contains(parent) else {
            return nil
        }
        return parent
    }

    /// Every znode, a parent before its children, in the order of the children's lists.
    ///
    /// - Parameter body: Gets the path as snapshots have it, the root's empty, in a buffer used again.
    package func forEachZnode(_ body: (ZnodeID, RawSpan) -> Void) {
        var path: [UInt8] = []
        var line: [(id: ZnodeID, next: Int)] = [(.root, 0)]
        body(.root, path.span.bytes)
        while let (id, next) = line.last {
            guard next < znodes.childCount(of: id) else {
                if id != .root { path.removeLast(znodes.name(of: id).byteCount + 1) }
                line.removeLast()
                continue
            }
            line[line.count - 1].next += 1
            let child = znodes.child(next, of: id)
            path.append(UInt8(ascii: "/"))
            znodes.name(of: child).withUnsafeBytes { path.append(contentsOf: $0) }
            body(child, path.span.bytes)
            line.append((child, 0))
        }
    }
}

/// The path of the znode that was restored last, and its parent.
struct RestoredPath {
    private var path: [UInt8] = []
    private var parentLength = -1
    private(set) var parent: ZnodeID?

    func precedes(_ other: RawSpan) -> Bool { path.span.bytes.precedes(other) }

    /// Whether the first `cut` bytes of `other` are the parent's path.
    func hasParent(of other: RawSpan, endingAt cut: Int) -> Bool {
        guard cut == parentLength else { return false }
        return other.withUnsafeBytes { other in
            path.withUnsafeBytes { path in
                var offset = cut - 1
                // From the end, where paths differ.
                while offset >= 0, path[offset] == other[offset] { offset -= 1 }
                return offset < 0
            }
        }
    }

    mutating func replace(with path: RawSpan, parent: ZnodeID, endingAt cut: Int) {
        self.path.removeAll(keepingCapacity: true)
        path.withUnsafeBytes { self.path.append(contentsOf: $0) }
        parentLength = cut
        self.parent = parent
    }
}
