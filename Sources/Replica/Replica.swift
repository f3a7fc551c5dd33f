internal import DequeModule
package import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// A whole node as one deterministic machine: clients, sessions, watches, the order of writes, the tree.
///
/// Everything that happens comes in through `step`, everything to be done goes out through `Effects`; beside
/// them, a leader's snapshot is read into it as it comes (`readSnapshot`). One owner steps it; it knows no
/// clock, socket, file or thread. A `Recovering` is what it begins as.
///
/// Positions: applied = committed ≤ durable ≤ proposed. A write is answered when it is applied, and applied
/// when a quorum has it on disk. A node without an ensemble is a quorum of one.
package struct Replica: ~Copyable {
    let settings: ReplicaSettings
    /// The applied state.
    var committed: CommittedState
    /// Which writes there are, and in which order.
    var zab: Peer
    /// Transactions that are in the order and not applied yet.
    var pendingTransactions: PendingTransactions
    /// The same as a leader checks new writes against it.
    var overlay = Overlay()
    /// The service that this node does for the ensemble.
    var service: Service
    /// Clients, and what they wait for.
    var clients: Clients
    var syncs = SyncQueue()
    var readOnly: ReadOnlyMode
    /// The part that has come of the leader's tree.
    var incoming: IncomingSnapshot
    /// The trees that a leader is sending.
    var outgoing = OutgoingSnapshots()
    var chores: Chores
    package internal(set) var statistics = Statistics()
    /// Empty, with room for what Zab wants done next.
    var zabEffects = UniqueDeque<Effect>()
    /// The time of the step that is under way.
    private(set) var now: Instant
    /// Effects to be carried out, while a step is under way: the owner's otherwise.
    var effects = Effects()

    /// The recovered state begins to live.
    init(
        _ settings: ReplicaSettings, seed: UInt64, committed: consuming CommittedState,
        pendingTransactions: consuming PendingTransactions, zab: consuming Peer, at now: Instant
    ) {
        self.settings = settings
        self.committed = committed
        self.pendingTransactions = pendingTransactions
        self.zab = zab
        self.clients = Clients(
            requestsMax: settings.outstandingRequestsMax, bytesMax: settings.requestBytesMax,
            largeBytes: settings.largeRequestBytes,
            resumedCxids: ResumedCxids(server: settings.peer, seed: seed, rule: settings.cxidRule))
        self.readOnly = ReadOnlyMode(tickMs: settings.tickMs, server: settings.peer, at: now)
        self.chores = Chores(
            sweep: Sweep(intervalMs: settings.sweepIntervalMs, perMinuteMax: settings.sweepPerMinuteMax))
        self.incoming = IncomingSnapshot(seed: seed, recordBytesMax: settings.leaderRecordBytesMax)
        let isInformed = settings.membership == nil || !settings.closesOutOfTouch
        self.service = Service(Contact(matters: !isInformed, tickMs: settings.tickMs, at: now), at: now)
        self.now = now
    }

    /// Takes in one thing that happened.
    ///
    /// - Parameter effects: Receives what must be done, behind what is in it already.
    package mutating func step(_ input: consuming Input, at now: Instant, into effects: inout Effects) {
        self.now = now
        swap(&self.effects, &effects)
        defer { swap(&self.effects, &effects) }
        zab.stepDownIfFull(at: now.monotonicMs)
        handle(input)
        reviewReadOnlyMode()
        if zab.hasEffects { carryOutZab() }
        if chores.endings.isWaiting, chores.endings.through <= committed.lastZxid { continueEndings() }
        if clients.intake.hasWaiting {
            giveRoom()
            if zab.hasEffects { carryOutZab() }
        }
        if clients.intake.shouldBeShut != clients.intake.isShut {
            clients.shutOrOpen(load, into: &self.effects)
        }
    }

    private mutating func handle(_ input: consuming Input) {
        switch consume input {
        case .opened(let id, let address):
            clients.add(
                Connection(id: id, address: address, at: now),
                hasHandshakeDeadline: settings.handshakeTimeoutMs > 0, into: &effects)
        case .received(let id, let frames):
            if let connection = clients[id] { receive(frames, on: connection) }
        case .expecting(let id, let bytes):
            if let connection = clients[id] {
                clients.expect(bytes, on: connection, load, into: &effects)
            }
        case .certified(let id, let subject): certify(id, subject)
        case .closed(let id): forget(id)
        case .wordCame(let id): clients[id]?.phase = .ending
        case .drained(let id):
            if let connection = clients[id] { proceed(connection) }
        case .stored(let ticket): zab.step(.stored(through: ticket), at: now.monotonicMs)
        case .ticked: tick()
        case .continued: continueChores()
        case .pulsed:
            zab.step(.ticked, at: now.monotonicMs)
            reviewContact()
        case .link(let event): handle(event)
        case .snapshot(let input): handle(input)
        case .statisticsReset(connections: true): clients.resetStatistics()
        case .statisticsReset(connections: false): statistics.reset()
        }
    }

    private mutating func forget(_ id: ConnectionID) {
        guard let connection = clients.remove(id) else { return }
        statistics.droppedConnections += 1
        committed.forget(connection)
        readOnly.sessions.forget(connection)
    }

    /// The others had their turn.
    private mutating func continueChores() {
        chores.willContinue = false
        endSessions()
        lookForOutlived()
        if !outgoing.isEmpty { sendSlice() }
    }
}
