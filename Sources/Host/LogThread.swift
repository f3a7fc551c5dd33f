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
    /// Called on the log's thread after each durable batch.
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
        /// The rows, so that whoever hears of the batch is the last to have them: their memory is shared
        /// with the replica's loop, and two threads that count references to one thing wait for each other.
        fileprivate var runs: [[LogRow]] = []

        package init(ticket: UInt64, transactions: Int = 0) {
            self.ticket = ticket
            self.transactions = transactions
        }
    }

    private struct Queue {
        var jobs: [Job] = []
        /// Of the last write in `jobs`.
        var ticket: UInt64 = 0
        /// Up to where the log is not needed any more.
        var trimTarget = Zxid.zero
        var committed = Zxid.zero
        var isBusy = false
    }

    /// Writes that follow one another, as the store takes them.
    private enum Job {
        /// One commit with those of the jobs before and behind it.
        case append([LogRow])
        case alone(Effects.LogWrite.What)

        static func all(of writes: [Effects.LogWrite]) -> [Job] {
            var jobs: [Job] = []
            var rows: [LogRow] = []
            rows.reserveCapacity(writes.count)
            for write in writes {
                if case .append(let append) = write.what {
                    rows.append(LogRow(append))
                    continue
                }
                if !rows.isEmpty { jobs.append(.append(rows)) }
                rows = []
                jobs.append(.alone(write.what))
            }
            if !rows.isEmpty { jobs.append(.append(rows)) }
            return jobs
        }
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
        guard let last = writes.last else { return }
        let jobs = Job.all(of: writes)
        let mustWake = queue.withLock { queue in
            queue.jobs += jobs
            queue.ticket = last.ticket
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
            let queued = queue.withLock { queue in
                defer { queue.jobs = [] }
                if queue.jobs.isEmpty { queue.isBusy = false }
                return queue
            }
            if queued.jobs.isEmpty { return nil }
            do throws(StorageError) {
                if queued.trimTarget > .zero { try store.trim(through: queued.trimTarget) }
                whenStored(try carryOut(queued, on: &store))
            } catch {
                return error
            }
        }
    }

    /// Lets the log forget everything up to `zxid`, which a snapshot has.
    package func trim(through zxid: Zxid) {
        queue.withLock { $0.trimTarget = max($0.trimTarget, zxid) }
    }

    /// Has the segments checked that the start did not need, or all that lies still, beside everything else.
    ///
    /// - Parameter noteDamage: Is told of the first damage in each that stays, on a thread of its own.
    package func checkCovered(
        all: Bool = false, help: SegmentHelp? = nil, noteDamage: @escaping @Sendable (StorageError) -> Void
    ) {
        thread.submit { [self] state in
            guard case .active = state, let store = store.take() else { return }
            store.checkCovered(all: all, help: help, noteDamage: noteDamage)
            self.store = consume store
        }
    }

    /// Appends that follow one another become one commit.
    private func carryOut(_ queued: Queue, on store: inout LogStore) throws(StorageError) -> Stored {
        var stored = Stored(ticket: queued.ticket)
        var runs: [[LogRow]] = []
        for job in queued.jobs {
            switch job {
            case .append(let rows): runs.append(rows)
            case .alone(let write):
                try append(runs, to: &store, committed: queued.committed, into: &stored)
                runs = []
                try carryOut(write, on: &store)
            }
        }
        try append(runs, to: &store, committed: queued.committed, into: &stored)
        return stored
    }

    private func append(
        _ runs: [[LogRow]], to store: inout LogStore, committed: Zxid, into stored: inout Stored
    ) throws(StorageError) {
        if runs.isEmpty { return }
        stored.bytes += try store.append(runs, committed: committed)
        stored.transactions += runs.reduce(0) { $0 + $1.count }
        stored.syncNs += store.syncNs
        stored.runs += runs
    }

    private func carryOut(_ write: Effects.LogWrite.What, on store: inout LogStore) throws(StorageError) {
        switch write {
        case .append: preconditionFailure("appends stand together")
        case .truncate(let zxid):
            forgetTrim()
            try store.truncate(after: zxid)
        case .acceptEpoch(let epoch): try store.setAcceptedEpoch(epoch)
        case .enterEpoch(let epoch): try store.setCurrentEpoch(epoch)
        case .install(let state, let appends):
            forgetTrim()
            try store.install(state, rows: appends.map { LogRow($0) })
        }
    }

    /// Takes back what was to go: the log is about to be another one.
    private func forgetTrim() { queue.withLock { $0.trimTarget = .zero } }

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
