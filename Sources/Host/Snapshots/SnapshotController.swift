package import Logging
package import NIOCore
internal import Replica
package import Settings
internal import Storage
internal import Vocabulary
internal import Znodes

/// Sees to the snapshots that a node takes of itself: says when one is due, asks the replica for slice after
/// slice, hands them to the thread that writes them, and lets the log forget what the snapshots have.
///
/// Lives on the loop of the `ReplicaLoop`.
package final class SnapshotController {
    /// Between two slices: what else there is to do goes on, and a snapshot takes a quarter of the loop.
    private static let pause = TimeAmount.milliseconds(1)

    private let snapshotThread: SnapshotThread
    private let loop: any EventLoop
    private let log: Logger
    private var schedule: SnapshotSchedule
    /// The snapshot under way: the disk must have done this write before the snapshot may be complete, since
    /// the log must not end before it.
    private var gate: UInt64?
    private var underWay: Zxid?
    /// Asks for its next slice; nil once it has the last.
    private var nextSlice: Scheduled<Void>?
    private var stored: UInt64 = 0
    private var beganMs: Int64 = 0
    /// Milliseconds that each snapshot took.
    private(set) var times = Summary()
    private(set) var failureCount: Int64 = 0
    private var tellReplica: (SnapshotInput) -> Void = { _ in }
    private var trimLog: (Zxid) -> Void = { _ in }

    /// - Parameter replayed: What the log holds since the last snapshot.
    package init(
        _ settings: StorageSettings, snapshotThread: SnapshotThread, replayed: Recovery.Replayed,
        loop: any EventLoop, log: Logger
    ) {
        self.snapshotThread = snapshotThread
        self.loop = loop
        self.log = log
        schedule = SnapshotSchedule(settings, roll: UInt64.random(in: .min ... .max))
        schedule.recordGrowth(transactions: replayed.transactions, bytes: replayed.bytes)
    }

    /// - Parameters:
    ///   - tellReplica: Tells the replica.
    ///   - trimLog: Tells the log that everything up to a position is not needed any more.
    func open(_ tellReplica: @escaping (SnapshotInput) -> Void, trimLog: @escaping (Zxid) -> Void) {
        self.tellReplica = tellReplica
        self.trimLog = trimLog
        let bound = NIOLoopBound(self, eventLoop: loop)
        snapshotThread.whenDone = { outcome in bound.eventLoop.execute { bound.value.receive(outcome) } }
    }

    /// The log has grown.
    ///
    /// - Parameter treeBytes: What a snapshot would take, about; asked only if enough is in the log.
    func logGrew(by batch: LogThread.Stored, treeBytes: () -> Int) {
        let before = stored
        stored = batch.ticket
        if let gate, before < gate, stored >= gate { scheduleSlice() }
        schedule.recordGrowth(transactions: batch.transactions, bytes: batch.bytes)
        guard gate == nil, schedule.hasEnough, schedule.isDue(treeBytes: treeBytes()) else { return }
        schedule.restart(roll: UInt64.random(in: .min ... .max))
        tellReplica(.due)
    }

    func perform(_ action: SnapshotAction) {
        switch action {
        case .begin(let head, let ticket):
            gate = ticket
            underWay = head.zxid
            beganMs = Instant.now.monotonicMs
            log.info("takes a snapshot", metadata: ["zxid": "\(head.zxid)"])
            snapshotThread.begin(head)
            if stored >= ticket { scheduleSlice() }
        case .add(let slice):
            snapshotThread.add(slice.znodes)
            guard slice.isLast else { return }
            cancelSlice()
            snapshotThread.finish()
        case .abandon:
            cancelSlice()
            gate = nil
            snapshotThread.abandon()
            log.info("gives the snapshot up")
        }
    }

    private func scheduleSlice() {
        nextSlice?.cancel()
        let bound = NIOLoopBound(self, eventLoop: loop)
        nextSlice = loop.scheduleTask(in: SnapshotController.pause) { bound.value.askForSlice() }
    }

    private func askForSlice() {
        guard gate != nil else { return }
        if !snapshotThread.isBehind { tellReplica(.sliceDue) }
        // Unless that was the last, or there is no snapshot any more.
        if nextSlice != nil { scheduleSlice() }
    }

    private func cancelSlice() {
        nextSlice?.cancel()
        nextSlice = nil
    }

    private func receive(_ outcome: SnapshotThread.Outcome) {
        switch outcome {
        case .written(let zxid, let oldest):
            // One that was complete when it was given up says so too, perhaps while the next is under way.
            if zxid == underWay { gate = nil }
            let ms = Instant.now.monotonicMs - beganMs
            times.add(ms)
            log.info(
                "took a snapshot", metadata: ["zxid": "\(zxid)", "ms": "\(ms)", "oldest": "\(oldest)"])
            trimLog(oldest)
        case .failed(let error):
            cancelSlice()
            gate = nil
            failureCount += 1
            log.error("cannot take a snapshot; the log goes on without: \(error.message)")
            tellReplica(.failed)
        }
    }
}
