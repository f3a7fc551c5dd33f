import Testing
import Vocabulary
import Znodes

/// A tree with its overlay: what a leader proposes and commits, in miniature.
struct Proposer: ~Copyable {
    var tree = Tree(seed: 1)
    private var overlay = Overlay()
    private(set) var pending: [Transaction] = []
    private var lastProposed = Zxid.zero
    var rules = TreeRules(hasExtendedTypes: true)

    /// What is asked of a leader.
    enum Wish: Sendable {
        case write(Operation, by: Requester)
        case close(SessionID)
    }

    /// Proposes what `wish` comes to, an error if need be.
    mutating func propose(_ wish: Wish, timeMs: Int64) -> Transaction {
        let zxid = lastProposed.next
        let before = overlay.digest(over: tree)
        let transaction: Transaction
        switch wish {
        case .write(let operation, let requester):
            transaction = prepare(operation, requester, zxid, timeMs)
        case .close(let session):
            let (change, digest) = overlay.prepareClose(of: session, as: zxid, over: tree)
            transaction = Transaction(
                session: session, cxid: 0, zxid: zxid, timeMs: timeMs, change: change, digest: digest)
        }
        let after = overlay.digest(over: tree)
        if transaction.change.hasFailed { #expect(after == before) }
        lastProposed = zxid
        pending.append(transaction)
        return transaction
    }

    private mutating func prepare(
        _ operation: Operation, _ requester: Requester, _ zxid: Zxid, _ timeMs: Int64
    ) -> Transaction {
        var transaction = Transaction(
            session: requester.session, cxid: 0, zxid: zxid, timeMs: timeMs, change: .error(code: 0))
        do throws(ErrorCode) {
            let (change, digest) = try overlay.prepare(
                operation, for: requester, as: zxid, timeMs: timeMs, over: tree, rules: rules)
            transaction.change = change
            transaction.digest = digest
        } catch {
            transaction.change = .error(code: error.rawValue)
        }
        return transaction
    }

    /// Applies the oldest `count` proposals, and checks what each promised.
    mutating func commit(_ count: Int) {
        for transaction in pending.prefix(count) {
            var applied: [Applied] = []
            tree.apply(transaction, into: &applied)
            overlay.drop(through: transaction.zxid)
            if let digest = transaction.digest {
                #expect(tree.digest == digest, "\(transaction.zxid): \(transaction.change)")
            }
            let failures = applied.filter { if case .failed = $0.kind { true } else { false } }
            #expect(failures.isEmpty || transaction.change.hasFailed, "\(transaction.change)")
        }
        pending.removeFirst(min(count, pending.count))
        let isEmpty = overlay.isEmpty
        if pending.isEmpty { #expect(isEmpty) }
    }

    /// Everything a client can see of the tree, by path.
    func visible() -> [ZnodePath: String] {
        var seen: [ZnodePath: String] = [:]
        var open = [ZnodeID.root]
        while let id = open.popLast() {
            let data = tree.znodes.dataBytes(of: id).map { "\($0)" } ?? "null"
            seen[tree.znodes.path(of: id)] = "\(tree.stat(of: id)) \(data) \(tree.acl(of: id))"
            tree.znodes.forEachChild(of: id) { open.append($0) }
        }
        return seen
    }
}

extension Change {
    /// Whether it changes nothing because something went wrong.
    var hasFailed: Bool {
        if case .multi(let changes) = self { return changes.contains { $0.isError } }
        return isError
    }
}
