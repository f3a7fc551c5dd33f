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
/// one. A failed sync ends the node: such a disk has forgotten nobody knows what. A disk that refused an
/// operation, or has no room, took nothing: the store is dropped, and once it opens again, checked as at a
/// start, the batch goes on from where its log ends (D45).
///
/// `@unchecked Sendable`: the store is touched on the one thread of `thread` alone, `queue` under its lock,
/// and the closures are set before the first write.
package final class LogThread: DurableLog, @unchecked Sendable {
    private let thread = NIOThreadPool(numberOfThreads: 1)
    private var store: LogStore?
    private let queue = Mutex(Queue())
    /// Called on the log's thread after each durable batch.
    package var whenStored: @Sendable (Stored) -> Void = { _ in }
    /// Called on the log's thread when the disk refuses the log, and with nil when it takes it again.
    package var whenRefused: @Sendable (StorageError?) -> Void = { _ in }
    private let whenFailed: @Sendable (StorageError) -> Void
    private let reopen: (@Sendable () throws(StorageError) -> LogStore)?
    /// How often a disk that refused is tried again.
    private let retryMs: UInt32

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
        var isClosing = false
    }

    /// A batch that the disk did not take to its end.
    private struct Interruption {
        let batch: Queue
        /// Of its jobs, those that are done.
        let done: Int
        let error: StorageError
        /// Whether it was interrupted before, and has not come to its end since.
        let isAgain: Bool
        /// Whether it may go on once the disk takes it again. Not where another history comes next, whose
        /// exchange may have begun.
        var mayGoOn: Bool {
            guard error.mayPass else { return false }
            if case .alone(.install)? = batch.jobs[done...].first(where: { !$0.isAppend }) { return false }
            return true
        }
        /// Whether the log was being cut, and may end earlier than it did.
        var isOfCut: Bool {
            guard done < batch.jobs.count, case .alone(.truncate) = batch.jobs[done] else { return false }
            return true
        }
    }

    /// Writes that follow one another, as the store takes them.
    private enum Job {
        /// One commit with those of the jobs before and behind it.
        case append([LogRow])
        case alone(Effects.LogWrite.What)

        var isAppend: Bool {
            guard case .append = self else { return false }
            return true
        }

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

    /// - Parameters:
    ///   - reopen: Opens the log anew after the disk refused; nil ends the node then.
    ///   - retryMs: How long to wait before that, each time.
    ///   - whenFailed: Called on the log's thread when the disk failed; the process must end.
    package init(
        store: consuming LogStore, reopen: (@Sendable () throws(StorageError) -> LogStore)? = nil,
        retryMs: UInt32 = 250, whenFailed: @escaping @Sendable (StorageError) -> Void
    ) {
        self.store = consume store
        self.reopen = reopen
        self.retryMs = retryMs
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
        var begun: Interruption?
        while let interruption = carryOutQueued(begun, on: &store) {
            guard interruption.mayGoOn, let reopen else {
                self.store = consume store
                return whenFailed(interruption.error)
            }
            if !interruption.isAgain { whenRefused(interruption.error) }
            let held = interruption.isOfCut ? Zxid.zero : store.lastZxid
            let promised = store.acceptedEpoch
            // Nothing that it holds is believed any more.
            _ = consume store
            switch waitForDisk(reopen) {
            case .none: return
            case .failure(let error): return whenFailed(error)
            case .success: break
            }
            guard let opened = self.store.take() else { return }
            // Nobody had the folder meanwhile: it may have been emptied, unmounted or exchanged.
            guard opened.lastZxid >= held, opened.acceptedEpoch >= promised else {
                let end = opened.lastZxid
                self.store = consume opened
                return whenFailed(
                    StorageError(
                        .corrupt,
                        "the log that is there now ends at \(end), and this node's went to \(held): the "
                            + "folder was emptied or exchanged while the disk refused it; "
                            + StorageError.restore))
            }
            store = consume opened
            begun = interruption
        }
        self.store = consume store
    }

    /// Opens the log as soon as the disk lets it.
    ///
    /// - Returns: nil where the node ends before. With success, `store` is there.
    private func waitForDisk(_ reopen: () throws(StorageError) -> LogStore) -> Result<Void, StorageError>? {
        while !queue.withLock({ $0.isClosing }) {
            // The log's own thread has nothing else to do, and neither room nor health makes a sound.
            usleep(retryMs * 1_000)
            do throws(StorageError) {
                store = try reopen()
                return .success(())
            } catch {
                if !error.mayPass { return .failure(error) }
            }
        }
        return nil
    }

    /// - Parameter begun: What is to be done first, and was interrupted.
    /// - Returns: What could not be done; nil when all is.
    private func carryOutQueued(_ begun: Interruption?, on store: inout LogStore) -> Interruption? {
        var begun = begun
        while true {
            let isInterrupted = begun != nil
            var done = begun?.done ?? 0
            var batch = begun?.batch ?? takeQueued()
            begun = nil
            if batch.jobs.isEmpty { return nil }
            do throws(StorageError) {
                if batch.trimTarget > .zero { try store.trim(through: batch.trimTarget) }
                batch.trimTarget = .zero
                whenStored(try carryOut(batch, on: &store, isInterrupted: isInterrupted, done: &done))
            } catch {
                return Interruption(batch: batch, done: done, error: error, isAgain: isInterrupted)
            }
            if isInterrupted { whenRefused(nil) }
        }
    }

    private func takeQueued() -> Queue {
        queue.withLock { queue in
            defer { queue.jobs = [] }
            if queue.jobs.isEmpty { queue.isBusy = false }
            return queue
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
    ///
    /// - Parameters:
    ///   - isInterrupted: Of the rows some may be in the log already.
    ///   - done: How many of the jobs are done; raised as they are.
    private func carryOut(
        _ queued: Queue, on store: inout LogStore, isInterrupted: Bool, done: inout Int
    ) throws(StorageError) -> Stored {
        var stored = Stored(ticket: queued.ticket)
        var runs: [[LogRow]] = []
        for (index, job) in queued.jobs.enumerated().dropFirst(done) {
            switch job {
            case .append(let rows):
                runs.append(isInterrupted ? rows.filter { $0.zxid > store.lastZxid } : rows)
            case .alone(let write):
                try append(runs, to: &store, committed: queued.committed, into: &stored)
                runs = []
                done = index
                try carryOut(write, on: &store)
                done = index + 1
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
        queue.withLock { $0.isClosing = true }
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
