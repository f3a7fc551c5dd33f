package import Vocabulary

extension Tree {
    /// Applies a committed transaction, and says into `applied` what it did, in order.
    ///
    /// Total and deterministic: it needs nothing but the tree, and never fails. What cannot be done (which in
    /// a gapless history does not occur) changes nothing and is reported as `failed`.
    ///
    /// - Parameter prepared: What is known of the change already (`Overlay.drop`); nil to find it out.
    package mutating func apply(
        _ transaction: Transaction, as prepared: PreparedChange? = nil, into applied: inout [Applied]
    ) {
        precondition(transaction.zxid > lastZxid, "a transaction is applied once, and in order")
        if let prepared, case .setData(let path, let data, let version) = transaction.change {
            applied.append(setData(path, data, version: version, by: transaction, as: prepared))
        } else {
            apply(transaction.change, of: transaction, into: &applied)
        }
        lastZxid = transaction.zxid
    }

    /// Takes over that an epoch began, or that a snapshot is as new as `zxid`.
    package mutating func advance(to zxid: Zxid) {
        lastZxid = max(lastZxid, zxid)
    }

    private mutating func apply(_ change: Change, of transaction: Transaction, into applied: inout [Applied])
    {
        switch change {
        case .create(let creation):
            applied.append(create(creation, by: transaction))
        case .delete(let path, _):
            applied.append(delete(path, by: transaction.zxid))
        case .setData(let path, let data, let version), .reconfig(let path, let data, let version):
            applied.append(setData(path, data, version: version, by: transaction))
        case .setACL(let path, let acl, let version):
            applied.append(setACL(path, acl, version: version))
        case .check(let path, _):
            applied.append(Applied(.checked, path: path))
        case .multi(let changes):
            applyAll(changes, of: transaction, into: &applied)
        case .createSession:
            break
        case .closeSession(let paths):
            close(transaction.session, deleting: paths, by: transaction.zxid, into: &applied)
        case .error(let code):
            applied.append(Applied(.failed(code: code)))
        }
    }

    /// All or nothing: one failed element makes every other one nothing, and those before it rolled back.
    private mutating func applyAll(
        _ changes: [Change], of transaction: Transaction, into applied: inout [Applied]
    ) {
        guard let failure = changes.firstIndex(where: { $0.isError }) else {
            for change in changes { apply(change, of: transaction, into: &applied) }
            return
        }
        for (index, change) in changes.enumerated() {
            if case .error(let code) = change {
                applied.append(Applied(.failed(code: code)))
            } else {
                let code = index < failure ? ErrorCode.ok : ErrorCode.runtimeInconsistency
                applied.append(.failed(code))
            }
        }
    }

    private mutating func create(_ creation: Creation, by transaction: Transaction) -> Applied {
        guard let parentPath = creation.path.parent, let parent = znodes.find(parentPath) else {
            return .failed(.noNode)
        }
        updateStat(of: parent) { stat in
            let cversion = creation.parentCversion == -1 ? stat.cversion &+ 1 : creation.parentCversion
            stat.noteChild(cversion: cversion, by: transaction.zxid)
        }
        let ownership = creation.ownership(session: transaction.session)
        let stat = StoredStat(createdBy: transaction.zxid, at: transaction.timeMs, owner: ownership.rawValue)
        if let existing = znodes.find(creation.path) {
            let znode = StoredZnode(
                path: creation.path, data: creation.data, acl: creation.acl, stat: stat)
            renew(existing, as: znode, ownership)
            return .failed(.nodeExists)
        }
        let data = creation.data ?? []
        let acl = acls.retain(creation.acl)
        let id = znodes.insert(
            creation.path.bytes.span.bytes, under: parent, data: data.span.bytes,
            isNull: creation.data == nil,
            stat: stat, acl: acl)
        digest &+= znodes.znodeDigest(of: id)
        index(creation.path, as: ownership)
        followQuota(created: creation.path, bytes: creation.data?.count ?? 0)
        return Applied(
            .created(creation.kind), path: creation.path, stat: self.stat(of: id), acl: creation.acl,
            parentACL: self.acl(of: parent))
    }

    /// A znode is created that is there: only behind a snapshot that was taken while its tree changed, which
    /// Apache's leaders send. It may be of later than this; what made it so follows, and finds it as it was.
    private mutating func renew(_ id: ZnodeID, as znode: StoredZnode, _ ownership: Ownership) {
        let bytes = znodes.dataLength(of: id)
        unindex(znode.path, as: Ownership(rawValue: znodes.stat(of: id).ephemeralOwner))
        overwrite(id, with: znode)
        index(znode.path, as: ownership)
        followQuota(changed: znode.path, bytes: znodes.dataLength(of: id) - bytes)
    }

    private mutating func delete(_ path: ZnodePath, by zxid: Zxid) -> Applied {
        guard let parentPath = path.parent, let parent = znodes.find(parentPath) else {
            return .failed(.noNode)
        }
        updateStat(of: parent) { $0.pzxid = max($0.pzxid, zxid) }
        guard let id = znodes.find(path), id != .root, znodes.childCount(of: id) == 0 else {
            return .failed(.noNode)
        }
        let acl = self.acl(of: id)
        let bytes = znodes.dataLength(of: id)
        unindex(path, as: Ownership(rawValue: znodes.stat(of: id).ephemeralOwner))
        digest &-= znodes.znodeDigest(of: id)
        acls.release(znodes.acl(of: id))
        znodes.remove(id)
        followQuota(deleted: path, bytes: bytes)
        return Applied(.deleted, path: path, acl: acl, parentACL: self.acl(of: parent))
    }

    private mutating func setData(
        _ path: ZnodePath, _ data: [UInt8]?, version: Int32, by transaction: Transaction
    ) -> Applied {
        guard let id = znodes.find(path) else { return .failed(.noNode) }
        let before = znodes.znodeDigest(of: id)
        let register = ZnodeDigest.content(path: path, data: data)
        let stat = znodes.stat(of: id).written(version: version, by: transaction)
        let after = ZnodeDigest.of(path: path, register: register, stat: stat)
        return setData(
            id, at: path, data, stat, register: register, digest: digest &- before &+ after)
    }

    /// The same where its leader has prepared it.
    private mutating func setData(
        _ path: ZnodePath, _ data: [UInt8]?, version: Int32, by transaction: Transaction,
        as prepared: PreparedChange
    ) -> Applied {
        let id = prepared.id
        assert(
            znodes.find(path) == id && znodes.znodeDigest(of: id) == prepared.before, "nobody else was here")
        let stat = znodes.stat(of: id).written(version: version, by: transaction)
        return setData(
            id, at: path, data, stat, register: prepared.register,
            digest: digest &- prepared.before &+ prepared.after)
    }

    private mutating func setData(
        _ id: ZnodeID, at path: ZnodePath, _ data: [UInt8]?, _ stat: StoredStat, register: UInt32,
        digest: UInt64
    ) -> Applied {
        let bytes = znodes.dataLength(of: id)
        znodes.setStat(stat, of: id)
        if let data {
            znodes.setData(data.span.bytes, isNull: false, of: id, register: register)
        } else {
            znodes.setData([UInt8]().span.bytes, isNull: true, of: id, register: register)
        }
        self.digest = digest
        followQuota(changed: path, bytes: (data?.count ?? 0) - bytes)
        return Applied(.dataChanged, path: path, stat: self.stat(of: id), acl: self.acl(of: id))
    }

    private mutating func setACL(_ path: ZnodePath, _ acl: ACL, version: Int32) -> Applied {
        guard let id = znodes.find(path) else { return .failed(.noNode) }
        let retained = acls.retain(acl)
        acls.release(znodes.acl(of: id))
        znodes.setACL(retained, of: id)
        updateStat(of: id) { $0.aversion = version }
        return Applied(.aclChanged, path: path, stat: stat(of: id), acl: acl)
    }

    /// Deletes what the transaction lists, then whatever else the session still owns here.
    private mutating func close(
        _ session: SessionID, deleting paths: [ZnodePath], by zxid: Zxid, into applied: inout [Applied]
    ) {
        let unlisted = ephemerals(of: session).subtracting(paths).sorted()
        for path in paths + unlisted { applied.append(delete(path, by: zxid)) }
        ephemeralCount -= ephemeralPaths.removeValue(forKey: session)?.count ?? 0
    }

    private mutating func updateStat(of id: ZnodeID, _ update: (inout StoredStat) -> Void) {
        let before = znodes.znodeDigest(of: id)
        var stat = znodes.stat(of: id)
        update(&stat)
        znodes.setStat(stat, of: id)
        digest = digest &- before &+ znodes.znodeDigest(of: id)
    }

    mutating func index(_ path: ZnodePath, as ownership: Ownership) {
        switch ownership {
        case .persistent: break
        case .ephemeral(let session):
            if ephemeralPaths[session, default: []].insert(path).inserted { ephemeralCount += 1 }
        case .container, .ttl: sweepable.insert(path)
        }
    }

    private mutating func unindex(_ path: ZnodePath, as ownership: Ownership) {
        switch ownership {
        case .persistent: break
        case .ephemeral(let session):
            if ephemeralPaths[session]?.remove(path) != nil { ephemeralCount -= 1 }
            if ephemeralPaths[session]?.isEmpty == true { ephemeralPaths[session] = nil }
        case .container, .ttl: sweepable.remove(path)
        }
    }
}

extension StoredStat {
    /// The stat once a transaction has given the znode other data.
    fileprivate func written(version: Int32, by transaction: Transaction) -> StoredStat {
        var stat = self
        stat.version = version
        stat.mtime = transaction.timeMs
        stat.mzxid = transaction.zxid
        return stat
    }
}

extension Change {
    package var isError: Bool {
        guard case .error = self else { return false }
        return true
    }
}
