package import Vocabulary
package import Znodes

/// A znode as it was.
package struct ZnodeView: Equatable, Sendable {
    package let path: ZnodePath
    package let data: [UInt8]?
    package let acl: ACL
    package let stat: StoredStat
    package let childCount: Int

    package init(path: ZnodePath, data: [UInt8]?, acl: ACL, stat: StoredStat, childCount: Int) {
        self.path = path
        self.data = data
        self.acl = acl
        self.stat = stat
        self.childCount = childCount
    }

    package var ownership: Ownership { Ownership(rawValue: stat.ephemeralOwner) }

    /// As clients see it: every deletion of a child counts as well.
    package var seen: Stat { stat.seen(dataLength: data?.count ?? 0, numChildren: childCount) }
}

extension Tree {
    package func view(of id: ZnodeID) -> ZnodeView {
        ZnodeView(
            path: znodes.path(of: id), data: znodes.dataBytes(of: id), acl: acl(of: id),
            stat: znodes.stat(of: id), childCount: znodes.childCount(of: id))
    }

    package func view(of path: ZnodePath) -> ZnodeView? { znodes.find(path).map { view(of: $0) } }

    /// `id` and all below it, children in the order of their names.
    ///
    /// - Parameter depth: how far below; nil is all.
    /// - Parameter body: gets how deep below `id`; false leaves out what is below.
    package func forEach(
        from id: ZnodeID, depth: Int? = nil, _ body: (ZnodeID, _ level: Int) throws -> Bool
    ) rethrows {
        var open: [(id: ZnodeID, level: Int)] = [(id, 0)]
        while let (next, level) = open.popLast() {
            guard try body(next, level), depth.map({ level < $0 }) ?? true else { continue }
            for child in children(of: next).reversed() { open.append((child, level + 1)) }
        }
    }

    /// In the order of their names.
    private func children(of id: ZnodeID) -> [ZnodeID] {
        var named: [(name: [UInt8], id: ZnodeID)] = []
        named.reserveCapacity(znodes.childCount(of: id))
        znodes.forEachChild(of: id) { child in
            named.append((znodes.name(of: child).withUnsafeBytes { Array($0) }, child))
        }
        named.sort { $0.name.lexicographicallyPrecedes($1.name) }
        return named.map(\.id)
    }
}
