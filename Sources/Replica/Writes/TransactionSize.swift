internal import Vocabulary
internal import Znodes

/// How long a transaction becomes at most, before it is made: what is proposed must fit what every peer
/// takes.
struct TransactionSize {
    /// Header and digest.
    private static let frameBytes = 44
    private static let sequenceDigits = 11

    private var bytes = TransactionSize.frameBytes
    /// ACL entries that stand for all identities of whoever asks.
    private var auths = 0

    init(of operation: Operation) { add(operation) }

    func bytesMax(for identities: [Identity]) -> Int {
        if auths == 0 { return bytes }
        return bytes + auths * identities.reduce(0) { $0 + ACLEntry.frameBytes + $1.byteCount }
    }

    private mutating func add(_ operation: Operation) {
        switch operation {
        case .setData(let path, let data, _): bytes += 12 + (path?.bytes.count ?? 0) + (data?.count ?? 0)
        case .create(let creation):
            bytes += 20 + (creation.path?.bytes.count ?? 0) + (creation.data?.count ?? 0)
            bytes += TransactionSize.sequenceDigits
            add(creation.acl)
        case .delete(let path, _), .check(let path, _): bytes += 8 + (path?.bytes.count ?? 0)
        case .sweep(let path): bytes += 4 + path.bytes.count
        case .setACL(let path, let acl, _):
            bytes += 8 + (path?.bytes.count ?? 0)
            add(acl)
        case .multi(let operations):
            bytes += 4 + 8 * operations.count
            for operation in operations { add(operation) }
        }
    }

    private mutating func add(_ acl: [RequestedACLEntry]?) {
        bytes += 4
        for entry in acl ?? [] {
            if entry.scheme == Scheme.auth {
                auths += 1
            } else {
                bytes += ACLEntry.frameBytes
                bytes += (entry.scheme?.bytes.count ?? 0) + (entry.id?.bytes.count ?? 0)
            }
        }
    }
}

extension ACLEntry {
    /// Permissions and two lengths.
    fileprivate static let frameBytes = 12
}

extension Operation {
    /// Whether its transaction fits, whoever else's identities its ACLs will hold.
    func fits(_ bytesMax: Int, for identities: [Identity]) -> Bool {
        TransactionSize(of: self).bytesMax(for: identities) <= bytesMax
    }
}

extension WriteRequest {
    func fits(_ bytesMax: Int, for identities: [Identity]) -> Bool {
        guard case .operation(let operation) = self else { return true }
        return operation.fits(bytesMax, for: identities)
    }
}

extension Change {
    /// The end of a session with as many of its ephemerals as fit: whoever applies it deletes all that the
    /// session owns, listed or not, and so do Apache's servers.
    ///
    /// - Parameter bytesMax: Of the whole transaction.
    func listing(within bytesMax: Int) -> Change {
        guard case .closeSession(let paths) = self else { return self }
        var bytes = 48
        let count = paths.prefix { path in
            bytes += 4 + path.bytes.count
            return bytes <= bytesMax
        }.count
        return count == paths.count ? self : .closeSession(paths: Array(paths.prefix(count)))
    }
}
