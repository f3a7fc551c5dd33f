internal import Dispatch
internal import NIOCore
internal import NIOPosix
package import Replica
package import Storage
internal import Synchronization
package import Vocabulary

/// The log's own thread: takes the writes that came meanwhile, makes them durable at once, and says so.
///
/// The effect is group commit: nobody chooses how much goes into a batch, it is what arrived during the last
/// one. A failed write ends the node; nothing is tried again, since a disk that failed to sync has forgotten
/// what.
///
/// `@unchecked Sendable`: the store is touched on the one thread of `thread` alone, `queue` under its lock,
/// and the two closures are set before the first write.
package final class LogThread: DurableLog, @unchecked Sendable {
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private var store: LogStore?
    private let queue = Mutex(Queue())
    /// Called on the log's thread after each durable batch, and after a checkpoint behind it.
    package var whenStored: @Sendable (Stored) -> Void = { _ in }
    private let whenFailed: @Sendable (StorageError) -> Void

    /// A batch that is durable.
    package struct Stored: Sendable {
        /// Of the last write in it.
        package let ticket: UInt64
        /// How many transactions it added to the log, and how many bytes of them.
        package fileprivate(set) var transactions = 0
        package fileprivate(set) var bytes = 0
        /// How long the disk took to say that it has all of it, in nanoseconds.
        package fileprivate(set) var syncNs: Int64 = 0

        package init(ticket: UInt64, transactions: Int = 0) {
            self.ticket = ticket
            self.transactions = transactions
        }
    }

    private struct Queue {
        /// What was handed over at a time, each as it came: joined they would be copied, write by write.
        var batches: [[Effects.LogWrite]] = []
        /// Up to where the log is not needed any more.
        var trimTarget = Zxid.zero
        var committed = Zxid.zero
        var isBusy = false
    }

    /// - Parameter whenFailed: Called on the log's thread when the disk failed; the process must end.
    package init(store: consuming LogStore, whenFailed: @escaping @Sendable (StorageError) -> Void) {
        self.store = consume store
        self.whenFailed = whenFailed
        thread.start()
    }

    /// Queues writes and returns at once.
    ///
    /// - Parameter committed: What this node knows to be committed; noted beside the log.
    package func carryOut(_ writes: [Effects.LogWrite], committed: Zxid) {
        let mustWake = queue.withLock { queue in
            queue.batches.append(writes)
            queue.committed = committed
            defer { queue.isBusy = true }
            return !queue.isBusy
        }
        guard mustWake else { return }
        // On the log's thread or, once that has ended, nowhere.
        thread.submit { [self] state in
            if case .active = state { work() }
        }
    }

    /// Carries out what is queued until nothing is. The store is its own meanwhile.
    private func work() {
        guard var store = store.take() else { return }
        let failure = carryOutQueued(on: &store)
        self.store = consume store
        if let failure { whenFailed(failure) }
    }

    /// - Returns: Why there will be no more.
    private func carryOutQueued(on store: inout LogStore) -> StorageError? {
        while true {
            let (batches, committed, trimTarget) = queue.withLock { queue in
                defer { queue.batches = [] }
                if queue.batches.isEmpty { queue.isBusy = false }
                return (queue.batches, queue.committed, queue.trimTarget)
            }
            guard let last = batches.last?.last else { return nil }
            do throws(StorageError) {
                if trimTarget > .zero { try store.trim(through: trimTarget) }
                var stored = Stored(ticket: last.ticket)
                try carryOut(batches, on: &store, committed: committed, into: &stored)
                whenStored(stored)
                try store.checkpointIfDue()
                guard store.syncNs > 0 else { continue }
                var checkpointed = Stored(ticket: last.ticket)
                checkpointed.syncNs = store.syncNs
                whenStored(checkpointed)
            } catch {
                return error
            }
        }
    }

    /// Lets the log forget everything up to `zxid`, which a snapshot has: bit by bit, with the writes that
    /// follow.
    package func trim(through zxid: Zxid) {
        queue.withLock { $0.trimTarget = max($0.trimTarget, zxid) }
    }

    /// Appends that follow one another become one commit.
    private func carryOut(
        _ batches: [[Effects.LogWrite]], on store: inout LogStore, committed: Zxid, into stored: inout Stored
    ) throws(StorageError) {
        var rows: [LogRow] = []
        rows.reserveCapacity(batches.reduce(0) { $0 + $1.count })
        for batch in batches {
            for index in batch.indices {
                if case .append(let append) = batch[index].what {
                    rows.append(LogRow(append))
                    continue
                }
                try append(&rows, to: &store, committed: committed, into: &stored)
                try carryOut(batch[index].what, on: &store)
            }
        }
        try append(&rows, to: &store, committed: committed, into: &stored)
    }

    private func carryOut(_ write: Effects.LogWrite.What, on store: inout LogStore) throws(StorageError) {
        switch write {
        case .append: preconditionFailure("appends that follow one another are one commit")
        case .truncate(let zxid): try store.truncate(after: zxid)
        case .acceptEpoch(let epoch): try store.setAcceptedEpoch(epoch)
        case .enterEpoch(let epoch): try store.setCurrentEpoch(epoch)
        case .install(let state, let appends):
            try store.install(state, rows: appends.map { LogRow($0) })
        }
    }

    private func append(
        _ rows: inout [LogRow], to store: inout LogStore, committed: Zxid, into stored: inout Stored
    ) throws(StorageError) {
        if rows.isEmpty { return }
        stored.bytes += try store.append(rows, committed: committed)
        stored.transactions += rows.count
        stored.syncNs += store.syncNs
        rows.removeAll(keepingCapacity: true)
    }

    /// Waits for what is queued, then closes the store. What is queued later is neither stored nor reported.
    package func close() throws {
        let isDone = DispatchSemaphore(value: 0)
        thread.submit { _ in isDone.signal() }
        isDone.wait()
        try thread.syncShutdownGracefully()
        if let store = store.take() { try store.close() }
    }
}

extension LogRow {
    fileprivate init(_ append: Effects.Append) {
        self.init(
            zxid: append.zxid, timeMs: append.timeMs, session: append.session, cxid: append.cxid,
            type: append.type, path: append.path, body: append.body)
    }
}
