import FaultyFiles
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
    private let disk: OpaquePointer
    private let synchronous: String
    private var markStates: [[UInt8]] = []
    private var random: SeededGenerator

    init(seed: UInt64, synchronous: String = "FULL") {
        name = folder.path
        disk = faulty_disk_create(name, seed)
        self.synchronous = synchronous
        random = SeededGenerator(seed: seed)
    }

    deinit { faulty_disk_destroy(disk) }

    var operations: Int64 { faulty_disk_operations(disk) }

    func open() throws(StorageError) -> LogStore {
        let disk = self.disk
        let store = try LogStore.open(
            directory: folder.path,
            disk: LogStore.DiskAccess(
                files: name, synchronous: synchronous,
                logExists: { faulty_disk_holds(disk, $0) != 0 }))
        noteSyncedMark()
        return store
    }

    /// Lets the `count`th write, sync or deletion from now on fail.
    func fail(after count: Int, _ kind: faulty_kind) {
        faulty_disk_fail_at(disk, operations + Int64(count), kind)
    }

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

    func kill() { faulty_disk_kill(disk) }
}
