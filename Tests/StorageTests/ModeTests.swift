import Glibc
import TestSupport
import Testing
import Vocabulary

@testable import Storage

/// Serialized with itself: the umask is the whole process's. That other tests run under it meanwhile does
/// them no harm.
@Suite(.serialized) struct `A data folder` {
    /// The permission bits of the folder and of everything in it that are anybody else's.
    private func openings(in path: String) throws -> [String] {
        var status = stat()
        let names = try DataDirectory(visiting: path).names().filter { $0 != ".." }
        return names.sorted().compactMap { name in
            guard stat(path + "/" + name, &status) == 0, status.st_mode & 0o077 != 0 else { return nil }
            return "\(name) \(String(status.st_mode & 0o777, radix: 8))"
        }
    }

    @Test func `is its owner's alone, and all in it, whatever the umask`() throws {
        let before = umask(0)
        defer { umask(before) }
        let root = Folder()
        let path = root.path + "/a/data"
        var store = try LogStore.open(directory: path)
        try store.append(Sample.rows(after: .zero, count: 10))
        try CatchUpMark.write("a test", to: DataDirectory(visiting: path))
        let writer = try SnapshotWriter(directory: path, zxid: store.lastZxid)
        let names = try DataDirectory(visiting: path).names()
        #expect(names.contains("log-0000000000000000.db-shm") && names.contains { $0.hasSuffix(".tmp") })
        #expect(try openings(in: path) == [], "temporary files too")
        _ = consume writer
        #expect(try openings(in: root.path + "/a") == [], "nor is the folder above open")
        let folder = Folder()
        try SampleTree(extra: 5).write(to: folder, store.lastZxid)
        #expect(try openings(in: folder.path) == [])
    }

    @Test func `of an earlier version has its files closed to others`() throws {
        let folder = Folder()
        var store = try folder.open()
        try store.append(Sample.rows(after: .zero, count: 1))
        try store.close()
        for name in ["log-0000000000000000.db", "acknowledged", "lock"] {
            chmod(folder.path + "/" + name, 0o644)
        }
        TemporaryFolder.write([49], to: folder.path + "/myid")
        chmod(folder.path + "/myid", 0o644)
        let again = try folder.open()
        #expect(try openings(in: folder.path) == ["myid 644"], "what is the operator's stays")
        #expect(again.lastZxid.counter == 1)
    }
}
