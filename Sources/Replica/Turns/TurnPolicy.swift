package import Vocabulary

/// When the owner of a replica passes its effects on: writes to the disk, packets to the other servers,
/// events to clients.
///
/// Effects are collected over a turn of the owner's loop. What waits for the end of the turn leaves then, in
/// one batch; a leader may keep its proposals, and its writes with them, for longer (`ProposalBatching`). A
/// value: it decides and does nothing, and the loop of a node and the simulator's servers ask it at the same
/// places.
package struct TurnPolicy: Sendable {
    /// Writes that the idle disk of a node on its own is given before the turn is over, so that both work at
    /// once. In an ensemble a commit waits for other disks, whose servers hear of it at the end of the turn:
    /// there it would be one more write to the disk, for nothing.
    package static let earlyWritesCount = 16
    /// Connections that are sent their events at once, before others get theirs.
    package static let eventSliceCount = 128

    private let isAlone: Bool
    private let earlyWritesCount: Int
    /// How many connections a slice of events is for.
    package let eventSliceCount: Int
    /// Proposals that a leader has passed on.
    private var batching = ProposalBatching()
    /// The end of the turn will come.
    private var isTurnOpen = false
    /// Connections wait for the next slice of events.
    private var isSliceWaiting = false
    /// The last writes that the disk was given and has answered, by their tickets.
    private var handedOff: UInt64 = 0
    private var stored: UInt64 = 0

    /// - Parameter isAlone: Whether the node is all there is.
    package init(
        isAlone: Bool, earlyWritesCount: Int = TurnPolicy.earlyWritesCount,
        eventSliceCount: Int = TurnPolicy.eventSliceCount
    ) {
        self.isAlone = isAlone
        self.earlyWritesCount = earlyWritesCount
        self.eventSliceCount = eventSliceCount
    }

    // MARK: The disk

    /// Writes that the disk was given and has not answered.
    package var writesAtDisk: UInt64 { handedOff - stored }

    /// Whether so many writes are handed to the disk before the turn is over.
    package func handsOffEarly(_ writeCount: Int) -> Bool {
        isAlone && writeCount >= earlyWritesCount && writesAtDisk == 0
    }

    /// The disk was given the writes up to this one.
    package mutating func handOff(through ticket: UInt64) { handedOff = ticket }

    /// The disk has done all up to this one.
    package mutating func recordStored(through ticket: UInt64) { stored = ticket }

    package func isStored(_ ticket: UInt64) -> Bool { stored >= ticket }

    // MARK: The turn

    /// Whether the turn is to be ended, as soon as everybody else had theirs: something waits for that, and
    /// it is not going to be yet.
    package mutating func opensTurn(isAnythingWaiting: Bool) -> Bool {
        guard isAnythingWaiting, !isTurnOpen else { return false }
        isTurnOpen = true
        return true
    }

    /// The turn is over.
    ///
    /// - Parameters:
    ///   - proposed: The last place that was given in the order of writes.
    ///   - committed: The end of what is committed.
    ///   - nowNs: Monotonic.
    /// - Returns: By when writes and proposals are to be passed on, in nanoseconds like `nowNs`; nil when
    ///   that is now.
    package mutating func endTurn(
        isLeading: Bool, proposed: Zxid, committed: Zxid, nowNs: Int64
    ) -> Int64? {
        isTurnOpen = false
        guard !isAlone, isLeading else { return nil }
        return batching.deadline(proposed: proposed, committed: committed, nowNs: nowNs)
    }

    /// Everything up to `proposed` is on its way.
    package mutating func passOn(proposed: Zxid, nowNs: Int64) {
        batching.passOn(proposed: proposed, nowNs: nowNs)
    }

    // MARK: Events

    /// Whether connections are sent their events now; those that wait for a pause to be over wait on.
    package var sendsEvents: Bool { !isSliceWaiting }

    /// A slice was sent. Where there is `more`, the next follows after a pause.
    package mutating func endSlice(more: Bool) { isSliceWaiting = more }
}
