import Vocabulary
import Zab

/// One server of a simulated ensemble: the peer while it runs, its disk, what it has applied.
final class Node {
    var peer: Peer?
    var disk = SimulatedDisk()
    /// Everything applied, from the first entry on: what a snapshot holds.
    var delivered: [Entry] = []
    /// What came with the leader's snapshot.
    var received: [Entry] = []
    /// Counts starts; what was under way to an earlier life is lost.
    var life = 0
    var link: (id: LinkID, leader: PeerID)?
    /// Counts links to leaders, whether they came up or not.
    var attempt = 0
    var channels: Set<LinkID> = []
    var announced: [LinkID: LeaderMessage] = [:]
    var lastArrivalMs: [Way: Int64] = [:]
    var diskBusyUntilMs: Int64 = 0
}

/// The servers of an ensemble, by their number from 1 on.
struct Servers {
    private let nodes: [Node]

    init(count: Int, flaw: Flaw?) {
        nodes = (0..<count).map { _ in Node() }
        for node in nodes { node.disk.flaw = flaw }
    }

    subscript(id: PeerID) -> Node { nodes[Int(id.rawValue) - 1] }
}

extension Node {
    /// Lets the peer act, of one that is known to run.
    ///
    /// - Returns: What the peer wants done then.
    func run(_ act: (inout Peer) -> Void) -> [Effect] {
        guard var running = peer.take() else { preconditionFailure("a server that is down was stepped") }
        act(&running)
        let effects = running.takeEffects()
        peer = consume running
        return effects
    }
}

/// A disk that does one write after the other, and forgets in a crash what it had not done.
struct SimulatedDisk {
    private var log: [Entry] = []
    /// What the snapshot in front of the log holds, and where it ends.
    private var snapshot: [Entry] = []
    private var base = Zxid.zero
    private var accepted = Epoch.zero
    private var current = Epoch.zero
    private var waiting: [(write: DiskWrite, ticket: UInt64, snapshot: [Entry])] = []
    var flaw: Flaw?

    mutating func queue(_ write: DiskWrite, _ ticket: UInt64, snapshot: [Entry]) {
        if case .enterEpoch(let epoch) = write, flaw == .entersEpochBeforeHistory { current = epoch }
        waiting.append((write, ticket, snapshot))
    }

    mutating func carryOut(through ticket: UInt64) {
        while let first = waiting.first, first.ticket <= ticket {
            carryOut(first.write, first.snapshot)
            waiting.removeFirst()
        }
    }

    private mutating func carryOut(_ write: DiskWrite, _ received: [Entry]) {
        switch write {
        case .append(let entry): log.append(entry)
        case .truncate(let zxid): if flaw != .ignoresTruncation { log.removeAll { $0.zxid > zxid } }
        case .install(let zxid, let entries):
            snapshot = received
            base = zxid
            log = entries
        case .acceptEpoch(let epoch): if flaw != .forgetsAcceptedEpoch { accepted = epoch }
        case .enterEpoch(let epoch): if flaw != .forgetsCurrentEpoch { current = epoch }
        }
    }

    /// Keeps some of what it was given, from the front: a crash may come after any of it.
    mutating func crash(keeping random: UInt64) {
        let kept = Int(random % UInt64(waiting.count + 1))
        for (write, _, received) in waiting.prefix(kept) { carryOut(write, received) }
        waiting = []
        if flaw == .losesSyncedWrites, random % 3 == 0, !log.isEmpty { log.removeLast() }
    }

    func entries(after zxid: Zxid?) -> [Entry] { log.filter { $0.zxid > zxid ?? .zero } }

    /// A log is a history without gaps, whatever crash came before, and of no epoch that was not promised.
    func requireOrder() throws(Violation) {
        var last = base
        for entry in log {
            guard last.isFollowed(by: entry.zxid) else {
                throw Violation("a log has \(entry.zxid) behind \(last)")
            }
            last = entry.zxid
        }
        guard accepted >= current, accepted >= last.epoch else {
            throw Violation("a log ends at \(last), and only epoch \(accepted.rawValue) was accepted")
        }
    }

    /// - Parameter applied: What the node had applied when it last lived; nil to take no snapshot of it.
    mutating func recover(compacting applied: [Entry]?) -> (PersistentState, History, [Entry]) {
        if let end = applied?.last?.zxid, end > base {
            snapshot += log.filter { $0.zxid <= end }
            log.removeAll { $0.zxid <= end }
            base = snapshot.last?.zxid ?? base
        }
        let last = log.last?.zxid ?? base
        let persistent = PersistentState(acceptedEpoch: accepted, currentEpoch: current, lastLogged: last)
        if flaw == .appliesUnconfirmedTail {
            return (persistent, History(after: base, log, committed: last), snapshot + log)
        }
        return (persistent, History(after: base, log, committed: base), snapshot)
    }
}

struct Event {
    enum What {
        case tick
        /// To the leader, unless the node has thought better of it since.
        case dial(PeerID, attempt: Int)
        case leaderLinkDown(attempt: Int)
        case input(Peer.Input, LinkID?)
        case snapshot([Entry], LeaderMessage, LinkID)
        case crash
        case stored(UInt64)
        /// The disk has done this, and has said so before.
        case written(UInt64)
    }

    let atMs: Int64
    let serial: UInt64
    let node: PeerID
    let life: Int
    let what: What
}

struct Way: Hashable {
    let sender: PeerID
    let receiver: PeerID
}

struct Pair: Hashable {
    let low: PeerID
    let high: PeerID

    init(_ left: PeerID, _ right: PeerID) {
        low = min(left, right)
        high = max(left, right)
    }
}

/// Everything that peers wanted done, as one number: equal runs give equal numbers.
struct Transcript: Equatable {
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    private(set) var count = 0

    mutating func note(_ nowMs: Int64, _ id: PeerID, _ effect: Effect) {
        count += 1
        for byte in "\(nowMs) \(id.rawValue) \(effect)".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
    }
}
