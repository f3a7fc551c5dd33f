import Glibc
import TestSupport
import Vocabulary

@testable import Storage

/// A node's folder that is gone with the test.
final class Folder {
    private let folder = TemporaryFolder("storage")

    var path: String { folder.path }
    var log: String { path + "/log.db" }
    var wal: String { path + "/log.db-wal" }
    var mark: String { path + "/acknowledged" }

    func snapshot(_ zxid: Zxid) -> String { path + "/" + DataDirectory.snapshotName(zxid) }

    func open() throws -> LogStore { try LogStore.open(directory: path) }

    /// The folder as a killed process would leave it, copied while the store is open.
    func copy() throws -> Folder {
        let other = Folder()
        let snapshots = try SnapshotFolder.snapshots(in: path).map(DataDirectory.snapshotName)
        for name in ["log.db", "log.db-wal", "acknowledged"] + snapshots {
            if let bytes = TemporaryFolder.read(path + "/" + name) {
                TemporaryFolder.write(bytes, to: other.path + "/" + name)
            }
        }
        return other
    }

    static func remove(file: String) { unlink(file) }
}
