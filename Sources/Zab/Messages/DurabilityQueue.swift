internal import DequeModule
internal import Vocabulary

/// A message that must not leave before a disk write is durable (quorum protocol 1.3): the write that was
/// issued with it.
enum PendingAcknowledgement: Equatable, Sendable {
    /// LEADERINFO: the leader's own accepted epoch.
    case announceEpoch
    /// The leader's own vote for its epoch: its current epoch, behind all of its log.
    case countMyselfForEpoch
    /// ACKEPOCH: the learner's accepted epoch.
    case acknowledgeEpoch(Epoch)
    /// ACK of NEWLEADER: the whole history, then the learner's current epoch.
    case acknowledgeNewLeader(Epoch)
    /// ACK of a proposal, or the leader's own: that entry and all before it.
    case acknowledge(Zxid)
}

/// Disk writes that are not durable yet, and the acknowledgements that wait for them.
///
/// The disk does one write after the other, so one ticket says how far it is. Leaving a role
/// withdraws the acknowledgements and not the writes: what is written is written.
struct DurabilityQueue: Equatable, Sendable {
    private(set) var issued: UInt64 = 0
    private(set) var stored: UInt64 = 0
    private var pending: Deque<(ticket: UInt64, acknowledgement: PendingAcknowledgement)> = []
    /// Bytes of all writes, and how many of them the disk is known to have written.
    private var issuedBytes = 0
    private var storedBytes = 0
    /// Bytes of all writes up to some of them, one every `milestoneBytes`, of those that are not durable: an
    /// observer's disk may never be quiet, and nothing waits there for a single write.
    private var milestones: Deque<(ticket: UInt64, bytes: Int)> = []
    private static let milestoneBytes = 64 << 10
    /// The write whose answer was missed at some look, and when that was.
    private var awaited: (ticket: UInt64, sinceMs: Int64)?

    /// Whether the disk has answered everything.
    var isQuiet: Bool { stored == issued }

    /// Bytes of writes that the disk has not answered for, up to `milestoneBytes` too many.
    var pendingBytes: Int { issuedBytes - storedBytes }

    mutating func issue(_ acknowledgement: PendingAcknowledgement?, bytes: Int = 0) -> UInt64 {
        issued += 1
        issuedBytes += bytes
        if let acknowledgement { pending.append((issued, acknowledgement)) }
        if issuedBytes - (milestones.last?.bytes ?? storedBytes) >= DurabilityQueue.milestoneBytes {
            milestones.append((issued, issuedBytes))
        }
        return issued
    }

    /// Notes that the disk has done everything up to `ticket`; `next` then says what may be said.
    mutating func answer(through ticket: UInt64) {
        stored = max(stored, min(ticket, issued))
        while let first = milestones.first, first.ticket <= stored {
            storedBytes = first.bytes
            milestones.removeFirst()
        }
        if isQuiet { storedBytes = issuedBytes }
    }

    /// How long the oldest write has gone unanswered, in milliseconds, as far as it was looked at: to be
    /// asked from time to time.
    mutating func silence(at nowMs: Int64) -> Int64 {
        if isQuiet {
            awaited = nil
            return 0
        }
        guard let awaited, awaited.ticket > stored else {
            awaited = (stored + 1, nowMs)
            return 0
        }
        return nowMs - awaited.sinceMs
    }

    /// The oldest acknowledgement that may leave and has not, taken out.
    mutating func next() -> PendingAcknowledgement? {
        guard let first = pending.first, first.ticket <= stored else { return nil }
        pending.removeFirst()
        return first.acknowledgement
    }

    mutating func withdrawAcknowledgements() { pending.removeAll() }

    static func == (left: DurabilityQueue, right: DurabilityQueue) -> Bool {
        left.issued == right.issued && left.stored == right.stored
            && left.pending.elementsEqual(right.pending) {
                $0.ticket == $1.ticket && $0.acknowledgement == $1.acknowledgement
            }
    }
}
