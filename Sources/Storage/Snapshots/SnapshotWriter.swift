internal import Clocks
import Glibc
package import Vocabulary

/// Writes the tree of one moment into a file of its own, which has no name until all of it is durable.
///
/// Znodes may come in any order: they are sorted, and written in that of their paths at the end. After a
/// failure every call throws it. A writer that goes away unfinished leaves nothing, a killed process a file
/// under a temporary name.
package struct SnapshotWriter: ~Copyable {
    private let directory: DataDirectory
    private let zxid: Zxid
    private let file: UnfinishedFile
    private var content: SnapshotContent
    private var sorter: SnapshotSorter
    private var sum = SnapshotSum()
    private var failure: StorageError?

    /// Writers of snapshots: each under a name of its own, since both may write at a time.
    package enum Author: String {
        /// The node, of its own tree.
        case node = ""
        /// The log, of a tree that a leader sent.
        case log = ".received"
    }

    /// Begins the snapshot of the tree right after `zxid`.
    package init(directory: String, zxid: Zxid, by author: Author = .node) throws(StorageError) {
        let directory = try DataDirectory(creating: directory)
        let file = try UnfinishedFile(
            directory.snapshot(zxid) + author.rawValue + DataDirectory.unfinished)
        let content = try SnapshotContent(path: file.path)
        let sorter = try SnapshotSorter(path: file.path + ".rows" + DataDirectory.unfinished)
        self.directory = directory
        self.zxid = zxid
        self.file = file
        self.content = content
        self.sorter = sorter
    }

    package mutating func add(session: SessionID, timeoutMs: Int32) throws(StorageError) {
        try refuseAfterFailure()
        content.session.bind(session.rawValue, at: 1)
        content.session.bind(timeoutMs, at: 2)
        sum.add(session: session.rawValue, timeoutMs: Int64(timeoutMs))
        do { try content.session.run() } catch { throw giveUp(error) }
    }

    /// One access control list, by the number that znodes name it by.
    package mutating func add(acl id: Int64, _ entries: ACL) throws(StorageError) {
        try refuseAfterFailure()
        do {
            if entries.isEmpty {
                sum.add(acl: id, position: 0, permissions: nil, scheme: nil, id: nil)
                try content.addEmpty(acl: id)
            }
            for (position, entry) in entries.enumerated() {
                try add(entry, at: Int64(position), of: id)
            }
        } catch {
            throw giveUp(error)
        }
    }

    private mutating func add(_ entry: ACLEntry, at position: Int64, of acl: Int64) throws(StorageError) {
        let permissions = entry.permissions.rawValue
        let identity = entry.identity
        try identity.scheme.bytes.span.bytes.withUnsafeBytes { scheme throws(StorageError) in
            try identity.id.bytes.span.bytes.withUnsafeBytes { id throws(StorageError) in
                sum.add(
                    acl: acl, position: position, permissions: Int64(permissions), scheme: scheme, id: id)
                content.acl.bind(acl, at: 1)
                content.acl.bind(position, at: 2)
                content.acl.bind(permissions, at: 3)
                content.acl.borrow(text: scheme, at: 4)
                content.acl.borrow(text: id, at: 5)
                try content.acl.run()
                content.acl.clear()
            }
        }
    }

    package mutating func add(_ znodes: PackedZnodes) throws(StorageError) {
        try refuseAfterFailure()
        znodes.forEach { sum.add($0) }
        do { try sorter.add(znodes) } catch { throw giveUp(error) }
    }

    /// Makes the snapshot durable and gives it its name; an older one of that name is replaced.
    ///
    /// - Parameter digest: of the tree, to be compared by whoever reads it.
    package consuming func finish(digest: UInt64) throws(StorageError) {
        try refuseAfterFailure()
        try sorter.forEach { znode throws(StorageError) in try content.insert(znode) }
        try content.describe(sum, zxid: zxid, timeMs: MachineClock.wallMs, digest: digest)
        try content.close()
        try file.rename(to: directory.snapshot(zxid))
        try directory.sync()
    }

    private func refuseAfterFailure() throws(StorageError) { if let failure { throw failure } }

    private mutating func giveUp(_ error: StorageError) -> StorageError {
        failure = error
        return error
    }
}
