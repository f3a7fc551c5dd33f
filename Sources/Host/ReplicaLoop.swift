internal import Glibc
package import Logbook
package import Logging
package import NIOCore
package import Replica
package import Settings
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// Owns the replica and does what it says: the one place where a node's decisions meet its sockets and its
/// log.
///
/// Lives on one event loop, which is also the loop of the clients' sockets, so that a read costs no hop;
/// unless those have loops of their own (`ioThreads`), whose events come and whose orders go in batches.
/// `TurnPolicy` says when writes are handed to the disk, packets to the other servers and events to clients.
/// Answers leave in one buffer and one flush per connection and turn.
package final class ReplicaLoop {
    /// Between two slices of events: the loop looks at its sockets, and does not sleep.
    static let eventPause = TimeAmount.microseconds(2)
    /// Between pieces of anything else.
    static let piecePause = TimeAmount.microseconds(50)
    /// How often elections and leaders look at the clock.
    static let pulse = TimeAmount.milliseconds(20)

    package let loop: any EventLoop
    package let log: Logger
    /// For all that clients can cause.
    package let complaints: Complaints
    var awaitedVoters = AwaitedVoters()
    private let logThread: any DurableLog
    /// The other servers' end; nil for a node that is all there is.
    private let peers: EnsembleLinks?
    let snapshots: SnapshotController
    /// The loop alone reaches it, and it calls nobody: what it wants done lies in `effects` until its step is
    /// over.
    private var replica: Replica
    private var effects = Effects()
    /// Empty, with room for the next.
    private var spareActions: [Effects.Action] = []
    private var isPerforming = false
    /// Clients' sockets, and what those have not taken.
    var clients: ClientSockets
    /// For reports: what the replica does not know.
    package var info: ServerInfo
    private var hasStopped = false
    /// When what lies in `effects` is passed on.
    private var turns: TurnPolicy
    /// Writes that the disk was given and has not answered.
    var writesAtDisk: UInt64 { turns.writesAtDisk }
    private var timers = Timers()
    private(set) lazy var lists = ListReports(replicaLoop: self)

    /// Tasks of the loop that end with it.
    private struct Timers {
        var tick: RepeatedTask?
        var pulse: RepeatedTask?
        /// When a leader passes on what it has gathered, at the latest.
        var batchEnd: (deadline: Int64, task: Scheduled<Void>)?

        mutating func endBatch() {
            batchEnd?.task.cancel()
            batchEnd = nil
        }
    }

    /// - Parameters:
    ///   - replica: Recovered and started.
    ///   - logThread: The log that the replica was recovered from.
    ///   - peers: On the same loop, of a node that has an ensemble.
    ///   - snapshots: On the same loop.
    package init(
        loop: any EventLoop, replica: consuming Replica, logThread: any DurableLog, peers: EnsembleLinks?,
        snapshots: SnapshotController, settings: NodeSettings, log: Logger
    ) {
        self.loop = loop
        self.clients = ClientSockets(
            unreadBytesMax: settings.limits.unreadBytesMax ?? MachineMemory.unreadBytesMax)
        self.info = ServerInfo(settings)
        self.peers = peers
        self.turns = TurnPolicy(isAlone: peers == nil)
        self.snapshots = snapshots
        self.replica = replica
        self.logThread = logThread
        self.log = log
        self.complaints = Complaints(loop: loop, log: log)
    }

    /// Starts the clock, and the replica. Called on the loop.
    ///
    /// - Returns: When the node can be reached by its ensemble.
    package func start(tickMs: Int64) -> EventLoopFuture<Void> {
        loop.assertInEventLoop()
        let bound = NIOLoopBound(self, eventLoop: loop)
        logThread.whenStored = { batch in
            bound.eventLoop.execute { bound.value.stored(batch) }
        }
        let logThread = logThread
        snapshots.open({ bound.value.step(.snapshot($0)) }, trimLog: { logThread.trim(through: $0) })
        let interval = TimeAmount.milliseconds(max(10, min(tickMs / 4, 500)))
        timers.tick = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            bound.value.step(.ticked)
            bound.value.sayWhomItAwaits()
        }
        guard let peers else {
            step(.ticked)
            return loop.makeSucceededVoidFuture()
        }
        peers.report(to: { bound.value.receive($0) }, snapshot: { bound.value.readSnapshot(&$0) })
        return peers.open().map {
            bound.value.step(.pulsed)
            bound.value.timers.pulse = bound.eventLoop.scheduleRepeatedTask(
                initialDelay: ReplicaLoop.pulse, delay: ReplicaLoop.pulse
            ) { _ in bound.value.step(.pulsed) }
        }
    }

    /// Hands the last writes to the log and takes no further input: a write that is not logged any more must
    /// not be answered. Called on the loop, before the log's thread is closed.
    package func stop() {
        timers.tick?.cancel()
        timers.pulse?.cancel()
        peers?.close()
        passOn(at: Instant.monotonicNs)
        hasStopped = true
    }

    // MARK: What happens

    private func stored(_ batch: LogThread.Stored) {
        turns.recordStored(through: batch.ticket)
        let warning = info.syncTimes.add(
            ns: batch.syncNs, transactions: batch.transactions, at: Instant.now.monotonicMs)
        if let warning { log.warning("\(warning)") }
        step(.stored(through: batch.ticket))
        snapshots.logGrew(by: batch) { replica.tree.znodes.storedBytes }
    }

    private func readSnapshot(_ stream: inout ByteBuffer) -> Bool {
        do throws(DecodingError) {
            return try replica.readSnapshot(&stream)
        } catch {
            step(.link(.snapshotUnreadable("\(error)")))
            return false
        }
    }

    package func resetStatistics(ofConnections: Bool) {
        if !ofConnections { info.syncTimes.resetCount() }
        step(.statisticsReset(connections: ofConnections))
    }

    /// Reads the replica, for those who report on it.
    package func inspect<Result>(_ body: (borrowing Replica) -> Result) -> Result {
        body(replica)
    }

    func step(_ input: consuming Input) {
        loop.assertInEventLoop()
        if hasStopped { return }
        replica.step(input, at: .now, into: &effects)
        flushAnswered()
        execute()
    }

    /// The other servers say much at a time; what that means for clients leaves at the end of the turn.
    private func receive(_ event: LinkEvent) {
        loop.assertInEventLoop()
        if hasStopped { return }
        replica.step(.link(event), at: .now, into: &effects)
        execute()
    }

    // MARK: What must be done

    private func execute() {
        if turns.handsOffEarly(effects.writes.count) { handOff() }
        if effects.hasNotified, turns.sendsEvents { notifySlice() }
        if !effects.actions.isEmpty { performAll() }
        let isAnythingWaiting = !effects.writes.isEmpty || effects.hasAnswered || peers?.hasUnsent == true
        guard turns.opensTurn(isAnythingWaiting: isAnythingWaiting) else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.execute { bound.value.endTurn() }
    }

    private func endTurn() {
        let nowNs = Instant.monotonicNs
        let deadlineNs = turns.endTurn(
            isLeading: replica.isLeading, proposed: replica.lastProposed, committed: replica.tree.lastZxid,
            nowNs: nowNs)
        if let deadlineNs {
            delayBatch(until: deadlineNs)
            peers?.flush(proposals: false)
        } else {
            passOn(at: nowNs)
        }
        flushAnswered()
    }

    private func delayBatch(until deadline: Int64) {
        guard !effects.writes.isEmpty, timers.batchEnd?.deadline != deadline else { return }
        timers.endBatch()
        let bound = NIOLoopBound(self, eventLoop: loop)
        let task = loop.scheduleTask(in: .nanoseconds(deadline - Instant.monotonicNs)) {
            bound.value.passOn(at: Instant.monotonicNs)
        }
        timers.batchEnd = (deadline, task)
    }

    /// To the disk and to the other servers.
    private func passOn(at nowNs: Int64) {
        timers.endBatch()
        turns.passOn(proposed: replica.lastProposed, nowNs: nowNs)
        handOff()
        peers?.flush(proposals: true)
    }

    private func flushAnswered() {
        guard effects.hasAnswered else { return }
        for id in effects.takeAnswered() { flush(id) }
    }

    private func handOff() {
        let writes = effects.takeWrites()
        guard let last = writes.last else { return }
        turns.handOff(through: last.ticket)
        logThread.carryOut(writes, committed: replica.tree.lastZxid)
    }

    /// Sends events to some of the connections that only wait for those, and leaves the rest to the next
    /// slice.
    private func notifySlice() {
        replica.tellNext(turns.eventSliceCount, into: &effects)
        for _ in 0..<turns.eventSliceCount {
            guard let id = effects.takeNotified() else { break }
            flush(id)
        }
        turns.endSlice(more: effects.hasNotified)
        guard !turns.sendsEvents else { return }
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(in: ReplicaLoop.eventPause) { bound.value.notifySlice() }
    }

    func flush(_ id: ConnectionID) {
        guard let bytes = effects.takeOutbox(of: id) else { return }
        guard let socket = clients[id]?.socket else { return effects.recycle(bytes) }
        if clients.hasBacklog(id) {
            keep(bytes, for: id)
            return effects.recycle(bytes)
        }
        switch socket {
        case .near(let channel):
            channel.writeAndFlush(bytes, promise: nil)
            effects.recycle(bytes)
            if !channel.isWritable { openBacklog(of: id, socket) }
        case .far(let far):
            far.write(bytes)
            if !far.isWritable { openBacklog(of: id, socket) }
        }
    }

    /// Performs what the replica asks for, in its order. A socket that is closed may call back and let the
    /// replica ask for more: that comes behind what it has asked for already.
    private func performAll() {
        if isPerforming { return }
        isPerforming = true
        defer { isPerforming = false }
        var taken: [Effects.Action] = []
        swap(&taken, &spareActions)
        while !effects.actions.isEmpty {
            effects.takeActions(into: &taken)
            for action in taken { perform(action) }
        }
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &spareActions)
    }

    private func perform(_ action: Effects.Action) {
        switch action {
        case .close(let id): end(id)
        case .pauseReading(let id): setPaused(id, true)
        case .resumeReading(let id): setPaused(id, false)
        case .awaitDrained(let id): awaitDrained(id)
        case .continueSoon:
            let bound = NIOLoopBound(self, eventLoop: loop)
            loop.scheduleTask(in: ReplicaLoop.piecePause) { bound.value.step(.continued) }
        case .warn(let sentence): log.warning("\(sentence)")
        case .complain(let kind, let address, let detail):
            complaints.warn(kind, from: "\(address)", ["detail": "\(detail)"])
        case .link(let action): peers?.perform(action)
        case .snapshot(let action): snapshots.perform(action)
        }
    }
}
