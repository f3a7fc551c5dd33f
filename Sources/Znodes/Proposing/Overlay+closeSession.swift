package import Vocabulary

/// The end of a session: which ephemerals go with it.
extension Overlay {
    /// Lists the ephemerals that end with `session`, those in flight included, and takes their end in. Looks
    /// at no one else's: thousands of sessions may end at once.
    package mutating func prepareClose(
        of session: SessionID, as zxid: Zxid, over tree: borrowing Tree
    ) -> (change: Change, digest: UInt64) {
        let ordered = ephemerals(of: session, over: tree)
        _ = savepoint(isUndoable: false)
        for path in ordered { remove(path, by: zxid, over: tree) }
        return (.closeSession(paths: ordered), digest(over: tree))
    }

    /// The ephemerals that `session` will own once everything here is applied, in order.
    mutating func ephemerals(of session: SessionID, over tree: borrowing Tree) -> [ZnodePath] {
        var paths = tree.ephemerals(of: session)
        paths.formUnion(ephemerals.created(by: session))
        visited += paths.count
        guard !isEmpty else { return paths.sorted() }
        return paths.filter { path in
            znode(at: path, over: tree)?.stat.ephemeralOwner == session.rawValue
        }.sorted()
    }
}
