package import Vocabulary
package import Znodes

/// The difference of one tree from another.
package struct TreeDifference: Sendable {
    package enum Kind: Equatable, Sendable {
        case created
        case deleted
        case changed
    }

    package struct Difference: Equatable, Sendable {
        package let path: ZnodePath
        package let kind: Kind
        package let before: ZnodeView?
        package let after: ZnodeView?

        /// The names of what is other: `data`, `acl`, `children`, or the fields of the stat.
        package var fields: [String] {
            guard let before, let after else { return [] }
            var names: [String] = []
            if before.stat.czxid != after.stat.czxid { names.append("czxid") }
            if before.data != after.data { names.append("data") }
            if before.acl != after.acl { names.append("acl") }
            if before.stat.version != after.stat.version { names.append("version") }
            if before.stat.mzxid != after.stat.mzxid { names.append("mzxid") }
            if before.stat.aversion != after.stat.aversion { names.append("aversion") }
            if before.stat.ephemeralOwner != after.stat.ephemeralOwner { names.append("owner") }
            if before.stat.cversion != after.stat.cversion { names.append("cversion") }
            if before.stat.pzxid != after.stat.pzxid { names.append("pzxid") }
            if before.stat.ctime != after.stat.ctime { names.append("ctime") }
            if before.stat.mtime != after.stat.mtime { names.append("mtime") }
            return names
        }

        /// Whether nothing is other but that children came and went.
        package var isOfChildrenOnly: Bool {
            kind == .changed && fields.allSatisfy { $0 == "cversion" || $0 == "pzxid" }
        }
    }

    /// In the order of their paths.
    package private(set) var differences: [Difference] = []

    /// - Parameter path: Only what is there and below.
    package init(from old: borrowing Tree, to new: borrowing Tree, below path: ZnodePath = .root) {
        if let id = old.znodes.find(path) {
            old.forEach(from: id) { id, _ in
                let before = old.view(of: id)
                if let after = new.view(of: before.path) {
                    if after.data != before.data || after.acl != before.acl || after.stat != before.stat {
                        differences.append(
                            Difference(path: before.path, kind: .changed, before: before, after: after))
                    }
                } else {
                    differences.append(
                        Difference(path: before.path, kind: .deleted, before: before, after: nil))
                }
                return true
            }
        }
        if let id = new.znodes.find(path) {
            new.forEach(from: id) { id, _ in
                let path = new.znodes.path(of: id)
                if old.znodes.find(path) == nil {
                    differences.append(
                        Difference(path: path, kind: .created, before: nil, after: new.view(of: id)))
                }
                return true
            }
        }
        differences.sort { $0.path < $1.path }
    }

    package func count(_ kind: Kind) -> Int { differences.count { $0.kind == kind } }
}
