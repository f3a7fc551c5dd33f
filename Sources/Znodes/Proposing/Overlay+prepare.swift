package import Vocabulary

extension Overlay {
    /// Checks `operation` against everything ahead of it, and takes its effects in.
    ///
    /// A multi that fails is a result, not an error: a `multi` whose elements say what went wrong.
    ///
    /// - Returns: The change to propose under `zxid`, and the digest of the tree after it.
    /// - Throws: What the client is to be told; nothing has changed then. The order of checks, and so which
    ///   error wins, is Apache's (client protocol 3.8).
    package mutating func prepare(
        _ operation: Operation, for requester: Requester, as zxid: Zxid, timeMs: Int64,
        over tree: borrowing Tree,
        rules: TreeRules
    ) throws(ErrorCode) -> (change: Change, digest: UInt64) {
        let context = ProposalContext(requester: requester, zxid: zxid, timeMs: timeMs, rules: rules)
        let change: Change
        if case .multi(let operations) = operation {
            let savepoint = savepoint(isUndoable: true)
            change = try prepare(operations, context, over: tree, undoingTo: savepoint)
        } else {
            _ = savepoint(isUndoable: false)
            change = try prepare(operation, context, over: tree)
        }
        return (change, digest(over: tree))
    }

    /// Checks that `requester` holds `permission` on a znode that is there.
    package func require(
        _ permission: Permissions, at path: ZnodePath, of requester: Requester, over tree: borrowing Tree,
        _ rules: TreeRules
    ) throws(ErrorCode) {
        guard let znode = znode(at: path, over: tree) else { throw .noNode }
        try rules.access.check(permission, by: znode.acl, to: requester.identities)
    }

    private mutating func prepare(
        _ operations: [Operation], _ context: ProposalContext, over tree: borrowing Tree,
        undoingTo savepoint: Savepoint
    ) throws(ErrorCode) -> Change {
        guard operations.allSatisfy({ $0.hasPath }) else { throw .marshallingError }
        var changes: [Change] = []
        changes.reserveCapacity(operations.count)
        for (index, operation) in operations.enumerated() {
            do {
                changes.append(try prepare(operation, context, over: tree))
            } catch {
                rollBack(context.zxid, to: savepoint)
                if error == .marshallingError { throw error }
                changes.append(.error(code: error.rawValue))
                let rest = operations.count - index - 1
                changes += repeatElement(.error(code: ErrorCode.runtimeInconsistency.rawValue), count: rest)
                break
            }
        }
        return .multi(changes)
    }

    private mutating func prepare(
        _ operation: Operation, _ context: ProposalContext, over tree: borrowing Tree
    ) throws(ErrorCode) -> Change {
        switch operation {
        case .create(let creation):
            try create(creation, context, over: tree)
        case .delete(let path, let version):
            try delete(path, version, context, over: tree)
        case .sweep(let path):
            try sweep(path, context, over: tree)
        case .setData(let path, let data, let version):
            try setData(path, data, version, context, over: tree)
        case .setACL(let path, let acl, let version):
            try setACL(path, acl, version, context, over: tree)
        case .check(let path, let version):
            try check(path, version, context, over: tree)
        case .multi:
            throw .marshallingError
        }
    }
}

/// The context of one request's checks: who asks, in which transaction, by which rules.
struct ProposalContext {
    let requester: Requester
    let zxid: Zxid
    let timeMs: Int64
    let rules: TreeRules

    func require(_ permission: Permissions, by acl: ACL) throws(ErrorCode) {
        try rules.access.check(permission, by: acl, to: requester.identities)
    }
}

/// The version after a change that expected `expected`; -1 expects nothing. Wraps as Apache 3.9 does.
func nextVersion(after current: Int32, expected: Int32) throws(ErrorCode) -> Int32 {
    guard expected == -1 || expected == current else { throw .badVersion }
    return current &+ 1
}
