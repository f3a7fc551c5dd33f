import FolderReading
import Storage
import Vocabulary
import Znodes

/// The tree that a verification carries along the log, as long as nothing on the way is damaged.
struct Replay: ~Copyable {
    private let isWanted: Bool
    private var rebuilt: RebuiltTree?
    private var first = 0

    init(isWanted: Bool) {
        self.isWanted = isWanted
    }

    var isUnderWay: Bool { rebuilt != nil }

    func isAt(_ zxid: Zxid) -> Bool {
        switch rebuilt {
        case .some(let rebuilt): rebuilt.zxid == zxid
        case .none: false
        }
    }

    mutating func begin(_ tree: consuming RebuiltTree) {
        if isWanted { rebuilt = consume tree }
    }

    /// Applies what is sound.
    ///
    /// - Returns: What was replayed until now, when this ends it.
    mutating func take(_ entry: LogEntry) -> (range: Verification.ReplayedRange, mismatch: Zxid?)? {
        guard let isNext = isNext(entry) else { return nil }
        guard isNext, let transaction = entry.transaction else { return end() }
        rebuilt?.apply(transaction)
        return nil
    }

    /// nil where there is nothing to go on from, or the entry is in it already.
    private func isNext(_ entry: LogEntry) -> Bool? {
        switch rebuilt {
        case .some(let rebuilt):
            if entry.zxid <= rebuilt.zxid { return nil }
            return (entry.fault?.sparesContent ?? true) && rebuilt.zxid.isFollowed(by: entry.zxid)
                && entry.transaction?.zxid == entry.zxid
        case .none: return nil
        }
    }

    mutating func end() -> (range: Verification.ReplayedRange, mismatch: Zxid?)? {
        guard let rebuilt = rebuilt.take() else { return nil }
        guard rebuilt.replayed > 0 else { return nil }
        let range = Verification.ReplayedRange(
            base: rebuilt.base, last: rebuilt.zxid, replayed: rebuilt.replayed, compared: rebuilt.compared,
            digest: rebuilt.tree.digest)
        return (range, rebuilt.firstMismatch)
    }

    /// The difference of the replayed tree from a snapshot of the same moment; nil when they are equal, or
    /// cannot be compared.
    ///
    /// A digest covers no ACL and no session.
    func difference(from snapshot: borrowing RebuiltTree) -> String? {
        switch rebuilt {
        case .some(let rebuilt):
            guard rebuilt.zxid == snapshot.zxid, rebuilt.isExact else { return nil }
            if rebuilt.sessions != snapshot.sessions {
                return "its sessions are not those that the log leaves open"
            }
            guard
                rebuilt.tree.digest != snapshot.tree.digest
                    || Replay.accessDiffers(rebuilt.tree, snapshot.tree)
            else { return nil }
            let differences = TreeDifference(from: rebuilt.tree, to: snapshot.tree).differences
            guard let first = differences.first else { return nil }
            return "it is not the tree that the log leads to: \(first.path) differs, and "
                + "\(differences.count - 1) more"
        case .none: return nil
        }
    }

    private static func accessDiffers(_ left: borrowing Tree, _ right: borrowing Tree) -> Bool {
        var differs = false
        left.forEachZnode { id, path in
            guard !differs, let other = right.znodes.find(path) else { return }
            differs = left.acl(of: id) != right.acl(of: other)
        }
        return differs
    }
}
