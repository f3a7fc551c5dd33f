internal import Replica
internal import Storage
internal import Vocabulary
internal import Znodes

/// A snapshot on its way to its file: the tree's own terms on one side, the file's on the other.
struct SnapshotFile: ~Copyable {
    private let head: SnapshotHead
    var zxid: Zxid { head.zxid }
    private var writer: SnapshotWriter

    /// Begins the file with what stands before the znodes.
    init(_ head: SnapshotHead, in directory: String, by author: SnapshotWriter.Author)
        throws(StorageError)
    {
        var writer = try SnapshotWriter(directory: directory, zxid: head.zxid, by: author)
        for session in head.sessions { try writer.add(session: session.id, timeoutMs: session.timeoutMs) }
        for list in head.acls { try writer.add(acl: list.number, list.acl) }
        self.head = head
        self.writer = writer
    }

    mutating func add(_ znodes: PackedZnodes) throws(StorageError) { try writer.add(znodes) }

    /// Durable, and under its name, when it returns.
    consuming func finish() throws(StorageError) {
        try writer.finish(digest: head.digest)
    }
}
