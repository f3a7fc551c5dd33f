internal import Vocabulary

extension Overlay {
    /// Client protocol 3.8.2: the parent's permission is asked before the znode is looked for.
    mutating func delete(
        _ asked: ZnodePath?, _ version: Int32, _ context: ProposalContext, over tree: borrowing Tree
    ) throws(ErrorCode) -> Change {
        guard let path = asked else { throw .marshallingError }
        guard let parentPath = path.parent, !path.bytes.contains(0), !Tree.isSystem(path) else {
            throw .badArguments
        }
        guard let parent = znode(at: parentPath, over: tree) else { throw .noNode }
        try context.require(.delete, by: parent.acl)
        guard let znode = znode(at: path, over: tree) else { throw .noNode }
        _ = try nextVersion(after: znode.stat.version, expected: version)
        guard znode.childCount == 0 else { throw .notEmpty }
        remove(path, by: context.zxid, over: tree)
        return .delete(path: path, isSweep: false)
    }

    /// Looks once more whether the znode is still empty and still of a kind that runs out.
    mutating func sweep(
        _ path: ZnodePath, _ context: ProposalContext, over tree: borrowing Tree
    ) throws(ErrorCode) -> Change {
        guard path.parent != nil, !Tree.isSystem(path) else { throw .badArguments }
        guard let znode = znode(at: path, over: tree) else { throw .noNode }
        guard znode.childCount == 0 else { throw .notEmpty }
        switch Ownership(rawValue: znode.stat.ephemeralOwner) {
        case .container, .ttl: break
        case .persistent, .ephemeral: throw .badVersion
        }
        remove(path, by: context.zxid, over: tree)
        return .delete(path: path, isSweep: true)
    }

    /// Client protocol 3.8.5: quota before version.
    mutating func setData(
        _ asked: ZnodePath?, _ data: [UInt8]?, _ version: Int32, _ context: ProposalContext,
        over tree: borrowing Tree
    ) throws(ErrorCode) -> Change {
        guard let path = asked, path.isValid else { throw .badArguments }
        guard var znode = znode(at: path, over: tree) else { throw .noNode }
        try context.require(.write, by: znode.acl)
        let more = (data?.count ?? 0) - znode.dataLength(in: tree)
        if context.rules.enforcesQuota {
            try checkQuota(of: path, addingNodes: 0, bytes: more, over: tree)
        }
        let before = znode.digest
        let next = try nextVersion(after: znode.stat.version, expected: version)
        znode.stat.version = next
        znode.stat.mtime = context.timeMs
        znode.stat.mzxid = context.zxid
        znode.write(data, at: path)
        znode.seal(at: path)
        put(consume znode, at: path, replacing: before, by: context.zxid, over: tree)
        noteUsage(of: path, znodes: 0, bytes: more, by: context.zxid, over: tree)
        return .setData(path: path, data: data, version: next)
    }

    /// Client protocol 3.8.7: a bad ACL is found before a missing znode.
    mutating func setACL(
        _ asked: ZnodePath?, _ requested: [RequestedACLEntry]?, _ version: Int32, _ context: ProposalContext,
        over tree: borrowing Tree
    ) throws(ErrorCode) -> Change {
        guard let path = asked, path.isValid else { throw .badArguments }
        let acl = try context.rules.access.normalize(requested, for: context.requester.identities)
        guard var znode = znode(at: path, over: tree) else { throw .noNode }
        try context.require(.admin, by: znode.acl)
        let before = znode.digest
        znode.stat.aversion = try nextVersion(after: znode.stat.aversion, expected: version)
        znode.acl = acl
        znode.seal(at: path)
        put(znode, at: path, replacing: before, by: context.zxid, over: tree)
        return .setACL(path: path, acl: acl, version: znode.stat.aversion)
    }

    func check(
        _ asked: ZnodePath?, _ version: Int32, _ context: ProposalContext, over tree: borrowing Tree
    ) throws(ErrorCode) -> Change {
        guard let path = asked, path.isValid else { throw .badArguments }
        guard let znode = znode(at: path, over: tree) else { throw .noNode }
        try context.require(.read, by: znode.acl)
        return .check(path: path, version: try nextVersion(after: znode.stat.version, expected: version))
    }

    /// Takes in that the znode at `path` goes and its parent has one child fewer.
    mutating func remove(_ path: ZnodePath, by zxid: Zxid, over tree: borrowing Tree) {
        if let parentPath = path.parent, var parent = znode(at: parentPath, over: tree) {
            let before = parent.digest
            parent.stat.pzxid = zxid
            parent.childCount -= 1
            parent.seal(at: parentPath)
            put(parent, at: parentPath, replacing: before, by: zxid, over: tree)
        }
        guard let znode = znode(at: path, over: tree) else { return }
        put(nil, at: path, replacing: znode.digest, by: zxid, over: tree)
        noteUsage(of: path, znodes: -1, bytes: -znode.dataLength(in: tree), by: zxid, over: tree)
    }
}
