package import Vocabulary
internal import Wire
internal import Zab
package import Znodes

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
    package internal(set) var tree: Tree
    package internal(set) var sessions: SessionTable
    package internal(set) var watches = WatchTable()
    var connections = ConnectionTable()
    var overlay = Overlay()
    var broadcast: Broadcast<Proposal>
    /// Clients that wait for a position to be applied, in the order of the positions.
    var barriers: [(zxid: Zxid, connection: ConnectionID)] = []
    package internal(set) var statistics = Statistics()
    package internal(set) var digestHistory = DigestHistory()
    var isServing = false
    var eventSerial: UInt64 = 0
    var sweep: Sweep
    /// Reused by every commit.
    var applied: [Applied] = []

    /// - Parameters:
    ///   - seed: Of everything that must not be guessed from outside.
    ///   - wallMs: The wall clock at start, for session numbers.
    package init(settings: ReplicaSettings, seed: UInt64, wallMs: Int64) {
        self.settings = settings
        self.tree = Tree(seed: seed)
        self.sessions = SessionTable(tickMs: settings.tickMs, server: settings.peer, wallMs: wallMs)
        self.broadcast = Broadcast(quorum: Quorum(majorityOf: [settings.peer]), after: .zero)
        self.sweep = Sweep(intervalMs: settings.sweepIntervalMs, perMinuteMax: settings.sweepPerMinuteMax)
    }

    /// Takes in one thing that happened.
    ///
    /// - Parameter effects: Receives what must be done, behind what is in it already.
    package mutating func step(_ input: consuming Input, at now: Instant, into effects: inout Effects) {
        switch consume input {
        case .opened(let connection, let address, let isSecure):
            open(connection, from: address, isSecure: isSecure, at: now)
        case .received(let connection, let frames):
            receive(frames, on: connection, at: now, into: &effects)
        case .closed(let connection):
            forget(connection)
        case .gotRoom(let connection):
            proceed(connection, at: now, into: &effects)
        case .durable(let zxid):
            acknowledge(through: zxid, at: now, into: &effects)
        case .replayed(let transaction):
            replay(transaction, at: now)
        case .started:
            start(at: now)
        case .ticked:
            tick(at: now, into: &effects)
        case .statisticsReset(let ofConnections):
            resetStatistics(ofConnections: ofConnections)
        }
    }

    private mutating func resetStatistics(ofConnections: Bool) {
        guard ofConnections else { return statistics.reset() }
        for connection in connections.all { connections.update(connection.id) { $0.statistics.reset() } }
    }
}

/// A write on its way: what it will do, and whom to tell.
package struct Proposal {
    let transaction: Transaction
    /// The connection that asked; nil for the node's own writes.
    let origin: ConnectionID?
    /// The client's opcode, which decides the form of the answer.
    let type: Int32
    let arrivalMs: Int64
}
