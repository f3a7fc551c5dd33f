package import NIOCore
internal import NIOPosix
package import Replica
package import Storage
internal import Synchronization
package import Vocabulary

/// The log's own thread: takes what was appended while it was busy, makes it durable at once, and says so.
///
/// That is group commit: nobody chooses how much goes into a batch, it is what arrived during the last one. A
/// failed append ends the node; nothing is tried again, since a disk that failed to sync has forgotten what.
///
/// `@unchecked Sendable`: the store is touched on the one thread of `thread` alone, `queue` under its lock,
/// and the two closures are set before the first append.
package final class Journal: @unchecked Sendable {
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private var store: LogStore?
    private let queue = Mutex(Queue())
    /// Called on the log's thread with the last zxid of each durable batch.
    package var whenDurable: @Sendable (Zxid) -> Void = { _ in }
    private let whenFailed: @Sendable (StorageError) -> Void

    private struct Queue {
        var rows: [LogRow] = []
        var isBusy = false
    }

    /// - Parameter whenFailed: Called on the log's thread when the disk failed; the process must end.
    package init(store: consuming LogStore, whenFailed: @escaping @Sendable (StorageError) -> Void) {
        self.store = consume store
        self.whenFailed = whenFailed
        thread.start()
    }

    /// Queues transactions, in order, and returns at once.
    package func append(_ appends: [Effects.Append], _ bytes: ByteBuffer) {
        let mustWake = queue.withLock { queue in
            for append in appends { queue.rows.append(LogRow(append, bytes)) }
            defer { queue.isBusy = true }
            return !queue.isBusy
        }
        if mustWake { thread.submit { [self] _ in work() } }
    }

    private func work() {
        while true {
            let rows = queue.withLock { queue in
                defer { queue.rows = [] }
                if queue.rows.isEmpty { queue.isBusy = false }
                return queue.rows
            }
            guard let last = rows.last else { return }
            do throws(StorageError) {
                try store?.append(rows)
                whenDurable(last.zxid)
                try store?.checkpointIfDue()
            } catch {
                return whenFailed(error)
            }
        }
    }

    /// Waits for what is queued, then closes the store. The last call on a journal.
    package func close() throws {
        try thread.syncShutdownGracefully()
        if let store = store.take() { try store.close() }
    }
}

extension LogRow {
    fileprivate init(_ append: Effects.Append, _ bytes: ByteBuffer) {
        let start = bytes.readerIndex + append.body.lowerBound
        self.init(
            zxid: append.zxid, timeMs: append.timeMs, session: append.session, cxid: append.cxid,
            type: append.type,
            path: append.path, body: bytes.getSlice(at: start, length: append.body.count) ?? ByteBuffer())
    }
}
