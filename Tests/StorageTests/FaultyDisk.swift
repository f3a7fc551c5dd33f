import FaultyFiles
import GatheredWrites
import SeededRandom
import TestSupport
import Vocabulary

@testable import Storage

/// A log on the faulty disk: the real store and the real SQLite over files that can lose what was not synced.
///
/// The small files beside the log are real ones. Of the mark the disk remembers what a power cut may bring
/// back: each of its two copies as it was at any time since the last sync, which opening the store does.
final class FaultyDisk {
    let folder = Folder()
    private let name: String
    /// The disk behind the server's gathering of writes.
    private let gathered: String
    private let disk: OpaquePointer
    private let synchronous: String
    /// Small enough for many segments.
    var segmentPages = 12
    private var markStates: [[UInt8]] = []
    private var random: SeededGenerator

    init(seed: UInt64, synchronous: String = "FULL") {
        name = folder.path
        disk = faulty_disk_create(name, seed)
        gathered = "gathered-" + name
        precondition(gathered_writes_register(gathered, name) == 0)
        self.synchronous = synchronous
        random = SeededGenerator(seed: seed)
    }

    deinit {
        gathered_writes_unregister(gathered)
        faulty_disk_destroy(disk)
    }

    var operations: Int64 { faulty_disk_operations(disk) }

    func open() throws(StorageError) -> LogStore {
        let files = FaultyFolder(disk: disk, vfs: gathered)
        let synchronous = synchronous
        var store = try LogStore.open(directory: folder.path, isKeptBeside: false) { _ in
            LogDisk(files: files, synchronous: synchronous)
        }
        store.limits.walPages = segmentPages
        noteSyncedMark()
        return store
    }

    /// Lets the `count`th write, sync or deletion from now on fail.
    func fail(after count: Int, _ kind: faulty_kind) {
        faulty_disk_fail_at(disk, operations + Int64(count), kind)
    }

    var reads: Int64 { faulty_disk_reads(disk) }

    /// Lets the `count`th opening of a file, or read, from now on fail: once, or until it is mended.
    func failToRead(after count: Int, isLasting: Bool) {
        faulty_disk_fail_read_at(disk, reads + Int64(count), isLasting ? 1 : 0)
    }

    /// Works again, with what it has.
    func mend() { faulty_disk_mend(disk) }

    /// To be called after whatever may have written the mark.
    func noteMark() {
        if let bytes = TemporaryFolder.read(folder.mark), bytes != markStates.last {
            markStates.append(bytes)
        }
    }

    /// To be called after what makes the mark durable: nothing older comes back.
    func noteSyncedMark() {
        markStates = []
        noteMark()
    }

    /// The store must have been let go of before.
    func losePower() {
        faulty_disk_lose_power(disk)
        guard let newest = markStates.last else { return }
        var left = newest
        for range in [0..<4096, 4096..<newest.count] {
            let state = markStates[Int.random(in: 0..<markStates.count, using: &random)]
            if state.count == newest.count { left.replaceSubrange(range, with: state[range]) }
        }
        TemporaryFolder.write(left, to: folder.mark)
    }

    /// Makes of the folder's one segment what a former version had: `log.db`, without what is newer.
    func makeFormer() throws {
        let files = FaultyFolder(disk: disk, vfs: gathered)
        let segment = DataDirectory(visiting: folder.path).segment(.zero)
        let database = try Database(path: segment, files: name)
        try database.execute(FaultyDisk.former)
        try database.close()
        try files.rename(segment, to: folder.path + "/log.db")
        try files.sync()
    }

    /// Takes away what a former version's schema did not have.
    static let former = "DROP TABLE completion; DELETE FROM migrations WHERE name = 'v0002-segment'"

    func kill() { faulty_disk_kill(disk) }
}

/// The names in the faulty disk's folder.
///
/// `@unchecked Sendable`: all that is done on this disk is done on the test's thread.
private struct FaultyFolder: LogFiles, @unchecked Sendable {
    let disk: OpaquePointer
    let vfs: String?

    func names() throws(StorageError) -> [String] {
        var names: [String] = []
        while let path = faulty_disk_name(disk, Int32(names.count)) {
            names.append(String(cString: path).split(separator: "/").last.map(String.init) ?? "")
        }
        return names
    }

    func size(of file: String) -> Int64 { faulty_disk_size(disk, file) }

    func rename(_ file: String, to name: String) throws(StorageError) {
        try require(faulty_disk_rename(disk, file, name), file)
    }

    func remove(_ file: String) throws(StorageError) { try require(faulty_disk_remove(disk, file), file) }

    func link(_ file: String, to name: String) -> Bool { faulty_disk_link(disk, file, name) == 0 }

    func write(_ bytes: [UInt8], to file: String) throws(StorageError) {
        try require(faulty_disk_write(disk, file, bytes, Int64(bytes.count)), file)
    }

    func read(_ file: String) throws(StorageError) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: faulty_disk_bytes(disk, file), count: Int(size(of: file))))
    }

    func forgetCached(_ file: String) { faulty_disk_forget_cached(disk, file) }

    func sync() throws(StorageError) { try require(faulty_disk_sync_folder(disk), "the folder") }

    private func require(_ failed: Int32, _ file: String) throws(StorageError) {
        guard failed != 0 else { return }
        throw StorageError(sqlite: failed, reason: "the disk failed", doing: "a test", file: file)
    }
}
