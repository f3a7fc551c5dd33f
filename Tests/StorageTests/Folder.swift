import Glibc
import TestSupport
import Vocabulary

@testable import Storage

/// A node's folder that is gone with the test.
final class Folder {
    private let folder: TemporaryFolder
    private let isInMemory: Bool

    init(isInMemory: Bool = false) {
        folder = TemporaryFolder("storage", isInMemory: isInMemory)
        self.isInMemory = isInMemory
    }

    var path: String { folder.path }
    /// The newest segment, or where the first one would be.
    var log: String { segments.last ?? path + "/" + DataDirectory.segmentName(.zero) }
    var wal: String { log + "-wal" }
    /// Oldest first.
    var segments: [String] {
        let directory = DataDirectory(visiting: path)
        return ((try? directory.segments()) ?? []).map(directory.segment)
    }
    var mark: String { path + "/acknowledged" }

    func snapshot(_ zxid: Zxid) -> String { path + "/" + DataDirectory.snapshotName(zxid) }

    func open() throws -> LogStore { try LogStore.open(directory: path) }

    /// With segments of so many pages, each finished before the next append.
    func open(segmentPages: Int) throws -> LogStore {
        var store = try LogStore.open(directory: path, isKeptBeside: false) {
            LogDisk(files: SystemLogFiles(directory: $0))
        }
        store.limits.walPages = segmentPages
        return store
    }

    /// The folder as a killed process would leave it, copied while the store is open.
    func copy() throws -> Folder {
        let other = Folder(isInMemory: isInMemory)
        for name in try FolderNames.all(in: path)
        where DataDirectory.isOwn(name) && name != "lock" && !name.hasSuffix("-shm") {
            if let bytes = TemporaryFolder.read(path + "/" + name) {
                TemporaryFolder.write(bytes, to: other.path + "/" + name)
            }
        }
        return other
    }

    static func remove(file: String) { unlink(file) }
}
