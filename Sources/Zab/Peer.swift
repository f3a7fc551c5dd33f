package import DequeModule
package import NIOCore
package import Vocabulary

/// Zab as one server runs it: looks for a leader, follows one, or leads; pure, stepped by one owner.
///
/// Everything that happens comes in through `step`, everything to be done comes out of `takeEffects`, in
/// order. It knows no clock, socket or disk. What stands at a place in the history is bytes; nothing here
/// looks into them.
///
/// Rules that protect the data, and where they are: an acknowledgement waits for the disk in
/// `DurabilityQueue`; a learner ahead of its leader is turned away in `Leading.prove`; what is committed is
/// never cut in `History.truncate`; an epoch opens when a quorum holds the history before it, in
/// `Leading.open`.
package struct Peer: ~Copyable {
    var server: ServerState
    private(set) var role: PeerRole

    /// Inputs of a peer.
    package enum Input {
        /// Time passed, or the process starts.
        case ticked
        case notified(Notification, by: PeerID)
        /// Whether an election link to a voter is up.
        case reachable(PeerID, Bool)
        case leaderLinkUp
        /// With a reason when it was what the leader said.
        case leaderLinkDown(String? = nil)
        case fromLeader(LeaderMessage)
        case learnerLinkUp(LinkID)
        case learnerLinkDown(LinkID)
        case fromLearner(LearnerMessage, LinkID)
        /// The disk has done everything up to this ticket.
        case stored(through: UInt64)
        /// A leader was given what is to take the next place in the order: see `propose`.
        case proposed(Entry)
    }

    /// - Parameters:
    ///   - persistent: As recovered from the disk.
    ///   - history: The end of the log as recovered; its last entry is `persistent.lastLogged`.
    package init(
        _ me: PeerID, in membership: Membership, timeouts: Timeouts, persistent: PersistentState,
        history: History
    ) {
        precondition(history.last == persistent.lastLogged, "the history ends where the log ends")
        server = ServerState(me, in: membership, timeouts: timeouts, persistent: persistent, history: history)
        role = .resting(Resting())
    }

    /// A server that is all there is: it leads from the start, in the epoch that it finds, and what is on its
    /// disk is committed.
    package init(alone me: PeerID, timeouts: Timeouts, epoch: Epoch, history: History) {
        let persistent = PersistentState(acceptedEpoch: epoch, currentEpoch: epoch, lastLogged: history.last)
        server = ServerState(
            me, in: Membership(of: me), timeouts: timeouts, persistent: persistent, history: history)
        role = .leading(Leading(alone: epoch, inherited: history.last))
        server.deliver(through: history.last)
        server.emit(.serve(.lead(epoch)))
    }

    /// Takes in one thing that happened; what follows from it is in `takeEffects`.
    ///
    /// - Parameter nowMs: Monotonic milliseconds.
    package mutating func step(_ input: Input, at nowMs: Int64) {
        server.record(input)
        role.step(input, &server, at: nowMs)
    }

    package var hasEffects: Bool { server.hasEffects }

    package mutating func takeEffects() -> [Effect] {
        var queue = UniqueDeque<Effect>()
        takeEffects(into: &queue)
        var taken: [Effect] = []
        while let effect = queue.popFirst() { taken.append(effect) }
        return taken
    }

    /// The same, in exchange for a queue whose storage is used again.
    package mutating func takeEffects(into taken: inout UniqueDeque<Effect>) {
        server.takeEffects(into: &taken)
    }

    // MARK: Proposals

    /// Puts `body` at the next place in the order.
    ///
    /// - Parameter zxid: The place, which `body` may hold too: the one behind `lastProposed`.
    /// - Returns: False when this server does not lead, or gives up leading because its epoch has no place
    ///   left.
    package mutating func propose(_ body: ByteBuffer, as zxid: Zxid, at nowMs: Int64) -> Bool {
        guard canPropose else { return false }
        step(.proposed(Entry(zxid, body)), at: nowMs)
        return server.lastProposed == zxid
    }

    /// Ends this reign before its counter does (ZOOKEEPER-1277): the next epoch's begins at 1. To be asked
    /// before a turn in which no more than `countersSpared` places are taken.
    package mutating func stepDownIfFull(at nowMs: Int64) {
        guard server.lastProposed.counter > UInt32.max - Peer.countersSpared, canPropose else { return }
        step(.ticked, at: nowMs)
    }

    package static var countersSpared: UInt32 { 1 << 20 }

    /// How long the disk has left a write unanswered, in milliseconds, as far as it was looked at. To be
    /// asked from time to time.
    package mutating func diskSilence(at nowMs: Int64) -> Int64 { server.disk.silence(at: nowMs) }
}
