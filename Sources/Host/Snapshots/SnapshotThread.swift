internal import NIOPosix
internal import Replica
package import Storage
internal import Synchronization
package import Vocabulary
internal import Znodes

/// Writes the snapshots that a node takes of itself, on a thread of its own, slice by slice as they come;
/// and removes the ones that are no longer needed.
///
/// `@unchecked Sendable`: `file` is touched on the one thread of `thread` alone, `whenDone` is set before the
/// first snapshot.
package final class SnapshotThread: @unchecked Sendable {
    /// The outcome of a snapshot.
    package enum Outcome: Sendable {
        /// The snapshot is durable under its name. The log is needed from `oldest` on.
        case written(Zxid, oldest: Zxid)
        /// The disk refused; nothing of it is left, and the snapshots there are stay.
        case failed(StorageError)
    }

    /// Bytes of slices that may wait for the disk before no more are taken.
    static let waitingBytesMax = 4 << 20

    private let thread = NIOThreadPool(numberOfThreads: 1)
    private let directory: String
    private let kept: Int
    private var file: SnapshotFile?
    private let waitingBytes = Atomic<Int>(0)
    /// Called on this thread, once for every snapshot that was begun and not abandoned.
    package var whenDone: @Sendable (Outcome) -> Void = { _ in }

    /// - Parameters:
    ///   - directory: The log's.
    ///   - kept: How many snapshots stay.
    package init(directory: String, kept: Int) {
        self.directory = directory
        self.kept = kept
        thread.start()
    }

    /// More has been taken than the disk has written.
    var isBehind: Bool { waitingBytes.load(ordering: .relaxed) > SnapshotThread.waitingBytesMax }

    func begin(_ head: SnapshotHead) {
        submit { snapshotThread throws(StorageError) in
            snapshotThread.file = try SnapshotFile(head, in: snapshotThread.directory, by: .node)
        }
    }

    func add(_ znodes: PackedZnodes) {
        let bytes = znodes.byteCount
        waitingBytes.add(bytes, ordering: .relaxed)
        submit { snapshotThread throws(StorageError) in
            defer { snapshotThread.waitingBytes.subtract(bytes, ordering: .relaxed) }
            try snapshotThread.file?.add(znodes)
        }
    }

    func finish() {
        submit { snapshotThread throws(StorageError) in
            guard let file = snapshotThread.file.take() else { return }
            let zxid = file.zxid
            try file.finish()
            let oldest = try snapshotThread.purge()
            snapshotThread.whenDone(.written(zxid, oldest: min(oldest, zxid)))
        }
    }

    /// The snapshot that was begun is not wanted any more; nobody hears of it.
    func abandon() {
        submit { $0.file = nil }
    }

    /// Leaves the newest few.
    ///
    /// - Returns: The oldest that is left.
    private func purge() throws(StorageError) -> Zxid {
        let snapshots = try SnapshotFolder.snapshots(in: directory)
        for old in snapshots.dropFirst(kept) { try SnapshotFolder.remove(old, in: directory) }
        return snapshots.prefix(kept).last ?? .zero
    }

    private func submit(_ work: @escaping @Sendable (SnapshotThread) throws(StorageError) -> Void) {
        thread.submit { [self] state in
            guard case .active = state else { return }
            do throws(StorageError) {
                try work(self)
            } catch {
                file = nil
                whenDone(.failed(error))
            }
        }
    }

    /// Ends with what is under way given up: what is not complete has no name.
    package func close() throws {
        try thread.syncShutdownGracefully()
        file = nil
    }
}
