import NIOCore
import Replica
import Simulator
import Storage
import Vocabulary
import Wire
import Znodes

/// A simulated server's disk as a node's folder: for tools that read those, and for nodes to start on.
extension DiskContents {
    /// - Parameter path: Of a folder that is not there yet.
    func write(to path: String) throws {
        var store = try LogStore.open(directory: path)
        let rows = try bodies.map { body in
            let transaction = try Transaction(decoding: body.readableBytesSpan)
            return LogRow(
                zxid: transaction.zxid, timeMs: transaction.timeMs, session: transaction.session,
                cxid: transaction.cxid, type: transaction.change.type, path: transaction.change.path,
                body: body)
        }
        if let snapshot {
            try snapshot.write(to: path)
            try store.install(snapshot: snapshot.head.zxid, rows: [])
        }
        try store.append(rows, committed: committed)
        try store.setAcceptedEpoch(acceptedEpoch)
        try store.setCurrentEpoch(currentEpoch)
        try store.close()
    }
}

extension StoredState {
    fileprivate func write(to path: String) throws {
        var writer = try SnapshotWriter(directory: path, zxid: head.zxid)
        for session in head.sessions { try writer.add(session: session.id, timeoutMs: session.timeoutMs) }
        for list in head.acls { try writer.add(acl: list.number, list.acl) }
        for page in znodes { try writer.add(page) }
        try writer.finish(digest: head.digest)
    }
}
