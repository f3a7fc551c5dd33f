internal import Vocabulary

extension Overlay {
    /// Client protocol 3.8.1, in its order of checks.
    mutating func create(
        _ operation: CreateOperation, _ context: ProposalContext, over tree: borrowing Tree
    ) throws(ErrorCode) -> Change {
        let kind = try operation.kind(extendedTypes: context.rules.hasExtendedTypes)
        guard let asked = operation.path else { throw .marshallingError }
        guard let parentPath = asked.parent, !asked.bytes.contains(0) else { throw .badArguments }
        let acl = try context.rules.access.normalize(operation.acl, for: context.requester.identities)
        guard var parent = znode(at: parentPath, over: tree) else { throw .noNode }
        try context.require(.create, by: parent.acl)
        let path = operation.isSequential ? asked.numbered(parent.stat.cversion) : asked
        guard path.isValid else { throw .badArguments }
        if znode(at: path, over: tree) != nil { throw .nodeExists }
        if Ownership(rawValue: parent.stat.ephemeralOwner).session != nil { throw .noChildrenForEphemerals }
        if context.rules.enforcesQuota {
            try checkQuota(of: path, addingNodes: 1, bytes: operation.data?.count ?? 0, over: tree)
        }

        let before = parent.digest
        let cversion = parent.stat.cversion &+ 1
        parent.stat.noteChild(cversion: cversion, by: context.zxid)
        parent.childCount += 1
        parent.seal(at: parentPath)
        let creation = Creation(
            kind: kind, path: path, data: operation.data, acl: acl,
            isEphemeral: operation.isEphemeral && kind.isPlain, parentCversion: cversion)
        var child = PendingZnode(
            id: nil,
            stat: StoredStat(
                createdBy: context.zxid, at: context.timeMs,
                owner: creation.ownership(session: context.requester.session).rawValue),
            childCount: 0, acl: acl, content: .written(operation.data),
            register: ZnodeDigest.content(path: path, data: operation.data), digest: 0)
        child.seal(at: path)
        put(parent, at: parentPath, replacing: before, by: context.zxid, over: tree)
        put(child, at: path, replacing: 0, by: context.zxid, over: tree)
        if creation.isEphemeral {
            ephemerals.add(path, of: context.requester.session, by: context.zxid)
        }
        noteUsage(of: path, znodes: 1, bytes: operation.data?.count ?? 0, by: context.zxid, over: tree)
        return .create(creation)
    }
}

extension Creation.Kind {
    var isPlain: Bool { self == .create || self == .create2 }
}

extension Creation {
    func ownership(session: SessionID) -> Ownership {
        switch kind {
        case .create, .create2: isEphemeral ? .ephemeral(session) : .persistent
        case .container: .container
        case .ttl(let milliseconds): .ttl(milliseconds: milliseconds)
        }
    }
}

extension ZnodePath {
    /// The path with a sequence number behind it: ten digits, as `%010d` prints them.
    func numbered(_ number: Int32) -> ZnodePath {
        let digits = String(number.magnitude)
        let sign = number < 0 ? "-" : ""
        let zeros = String(repeating: "0", count: max(0, 10 - digits.utf8.count - sign.utf8.count))
        return ZnodePath(bytes + (sign + zeros + digits).utf8)
    }
}
