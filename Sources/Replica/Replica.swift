internal import DequeModule
package import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// A whole node as one deterministic machine: clients, sessions, watches, the order of writes, the tree.
///
/// Everything that happens comes in through `step`, everything to be done goes out through `Effects`. One
/// owner steps it; nothing else changes it; it knows no clock, socket, file or thread.
///
/// Positions: applied = committed ≤ durable ≤ proposed. A write is answered when it is applied, and applied
/// when a quorum has it on disk. A node without an ensemble is a quorum of one.
package struct Replica: ~Copyable {
    /// Bytes of answers a client may be given in one turn before its next request has to wait.
    static let outboxBytesMax = 1 << 20

    /// Bytes of data that one multiRead may ask for.
    static let multiReadBytesMax = 64 << 20

    let settings: ReplicaSettings
    var committed: CommittedState
    package internal(set) var watches = WatchTable()
    var connections = ConnectionTable()
    var overlay = Overlay()
    /// Which writes there are, and in which order. Knows the past from `started` on.
    var zab: Peer
    /// Empty, with room for what Zab wants done next.
    var spareZabEffects: [Effect] = []
    var ahead = TransactionsAhead()
    var resumedCxids: ResumedCxids
    /// How much clients have asked for that is not done.
    var intake: Intake
    /// The disk has not answered for so long that operators were told.
    var isDiskSilent = false
    /// What this node does for the ensemble; nil while there is no leader.
    var duty: Duty?
    /// What it will do once the leader has said where requests of this node stand that it may have been given
    /// before.
    var nextDuty: Duty?
    /// Monotonic milliseconds.
    package internal(set) var dutySinceMs: Int64 = 0
    /// The end of its log, collected while it starts.
    var recovered: History
    /// What has come of the leader's tree.
    var incoming: SnapshotReader?
    let seed: UInt64
    /// Who waits for a position to be applied, in the order of the positions.
    var barriers: Deque<Barrier> = []
    /// Clients for which the leader was asked to synchronise, in the order in which it will answer; nil where
    /// the node asked for itself.
    var pendingSyncs: Deque<ConnectionID?> = []
    /// Clients whose sessions the leader has been asked about.
    var returning: [SessionID: [ConnectionID]] = [:]
    /// Since when there is no leader, in monotonic milliseconds.
    var leaderlessSinceMs: Int64 = 0
    /// Since when it looks for a leader, in monotonic milliseconds; nil while it does not.
    var lookingSinceMs: Int64?
    /// Reads are answered though there is no leader.
    package internal(set) var isReadOnly = false
    /// Those of read-only mode, which the ensemble knows nothing of.
    package internal(set) var localSessions: SessionTable
    package internal(set) var statistics = Statistics()
    var isServing = false
    var eventSerial: UInt64 = 0
    var sweep: Sweep
    var endings = Endings()
    /// `continued` will come.
    var willContinue = false
    /// Connections in the order in which they were opened: those that have said something since are passed
    /// over.
    var strangers: Deque<ConnectionID> = []
    /// Reused by every commit.
    var applied: [Applied] = []
    /// The time of the step that is under way.
    private(set) var now = Instant(monotonicMs: 0, wallMs: 0)
    /// What must be done, while a step is under way: the owner's otherwise.
    var effects = Effects()

    /// - Parameters:
    ///   - seed: Of everything that must not be guessed from outside.
    ///   - wallMs: The wall clock at start, for session numbers.
    package init(settings: ReplicaSettings, seed: UInt64, wallMs: Int64) {
        self.settings = settings
        self.seed = seed
        self.intake = Intake(bytesMax: settings.requestBytesMax, largeBytes: settings.largeRequestBytes)
        self.committed = CommittedState(settings, seed: seed, wallMs: wallMs)
        self.localSessions = SessionTable(tickMs: settings.tickMs, server: settings.peer, wallMs: wallMs)
        self.resumedCxids = ResumedCxids(server: settings.peer, seed: seed, rule: settings.cxidRule)
        self.recovered = History(
            after: .zero, [], committed: .zero,
            keepingBytes: settings.membership == nil ? 0 : settings.historyBytesMax,
            entryBytesMax: settings.recordBytesMax)
        self.zab = Peer(
            settings.peer, in: settings.membership ?? Membership(of: settings.peer),
            patience: settings.patience,
            standing: Standing(acceptedEpoch: .zero, currentEpoch: .zero, lastLogged: .zero),
            history: History(after: .zero, [], committed: .zero))
        self.sweep = Sweep(intervalMs: settings.sweepIntervalMs, perMinuteMax: settings.sweepPerMinuteMax)
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
        if endings.isWaiting, endings.through <= committed.lastZxid { continueEndings() }
        if intake.hasWaiting {
            giveRoom()
            if zab.hasEffects { carryOutZab() }
        }
    }

    private mutating func handle(_ input: consuming Input) {
        switch consume input {
        case .opened(let id, let address, let isSecure): open(id, from: address, isSecure: isSecure)
        case .received(let id, let frames):
            if let connection = connections[id] { receive(frames, on: connection) }
        case .expecting(let id, let bytes):
            if let connection = connections[id] { expect(bytes, on: connection) }
        case .closed(let id): forget(id)
        case .wordCame(let id): connections[id]?.phase = .ending
        case .gotRoom(let id):
            if let connection = connections[id] { proceed(connection) }
        case .stored(let ticket): zab.step(.stored(through: ticket), at: now.monotonicMs)
        case .replayed(let transaction, let bytes, let isCommitted):
            replay(transaction, bytes, isCommitted: isCommitted)
        case .started(let acceptedEpoch, let currentEpoch, let mustSynchronize):
            start(acceptedEpoch, currentEpoch, mustSynchronize)
        case .ticked: tick()
        case .continued: goOn()
        case .pulsed: zab.step(.ticked, at: now.monotonicMs)
        case .peer(let input): take(input)
        case .snapshot(.due): beginSnapshot()
        case .snapshot(.sliceDue): continueSnapshot()
        case .snapshot(.failed): abandonSnapshot()
        case .statisticsReset(let ofConnections): resetStatistics(ofConnections: ofConnections)
        }
    }

    /// The others had their turn.
    private mutating func goOn() {
        willContinue = false
        endSessions()
        lookForOutlived()
    }

    private mutating func resetStatistics(ofConnections: Bool) {
        guard ofConnections else { return statistics = Statistics() }
        for connection in connections.all { connection.statistics.reset() }
    }
}

/// What waits for a position to be applied.
struct Barrier {
    enum Waiting {
        /// A client of this node asked to synchronise.
        case client(ConnectionID)
        /// A learner did, for one of its clients.
        case learner(LinkID)
    }

    let zxid: Zxid
    let waiting: Waiting
}
