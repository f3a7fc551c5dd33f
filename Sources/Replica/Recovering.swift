package import NIOCore
package import Vocabulary
internal import Wire
internal import Zab
package import Znodes

/// A node that does not serve yet: what its disk has is read into it, the snapshot first, then the log, one
/// transaction after the other. Starting makes a replica of it.
package struct Recovering: ~Copyable {
    private let settings: ReplicaSettings
    private let seed: UInt64
    package private(set) var committed: CommittedState
    /// The end of the log.
    private var history: History
    /// Transactions of the log that wait for a leader's word.
    private var pendingTransactions = PendingTransactions()

    /// - Parameters:
    ///   - seed: Of everything that must not be guessed from outside.
    ///   - wallMs: The wall clock at start, for session numbers.
    package init(settings: ReplicaSettings, seed: UInt64, wallMs: Int64) {
        self.settings = settings
        self.seed = seed
        self.committed = CommittedState(settings, seed: seed, wallMs: wallMs)
        self.history = Recovering.history(after: .zero, settings)
    }

    private static func history(after floor: Zxid, _ settings: ReplicaSettings) -> History {
        History(
            after: floor, [], committed: floor,
            keepingBytes: settings.membership == nil ? 0 : settings.historyBytesMax,
            entryBytesMax: settings.recordBytesMax)
    }

    // MARK: The snapshot

    /// An empty tree that is to become the one of a snapshot.
    package var restoration: Restoration { Restoration(seed: seed) }

    /// Takes a tree that was found on the disk.
    ///
    /// - Parameters:
    ///   - isExact: Whether the tree is known to be that of one moment.
    ///   - floor: Behind which position the replay begins: the tree's own, or an earlier one, so that
    ///     learners that are a little behind can be sent what they lack.
    package mutating func restore(
        _ tree: consuming Tree, sessions: [SnapshotHead.StoredSession], isExact: Bool,
        replayingAfter floor: Zxid, at now: Instant
    ) {
        committed.restore(tree, sessions: sessions, isExact: isExact, at: now)
        precondition(floor <= committed.lastZxid, "a replay leaves no gap behind the snapshot")
        history = Recovering.history(after: floor, settings)
    }

    /// Likewise, of a state that is in memory.
    ///
    /// - Returns: False when that is no tree, or one with another digest.
    package mutating func restore(
        _ state: StoredState, isExact: Bool, replayingAfter floor: Zxid, at now: Instant
    ) -> Bool {
        var restoration = restoration
        for list in state.head.acls { restoration.add(list: list.number, list.acl) }
        for page in state.znodes {
            guard restoration.add(page) else { return false }
        }
        guard let tree = restoration.finish(at: state.head.zxid, digest: state.head.digest) else {
            return false
        }
        restore(tree, sessions: state.head.sessions, isExact: isExact, replayingAfter: floor, at: now)
        return true
    }

    // MARK: The log

    /// Takes the next transaction of the log: one that is known to be committed is applied, one that is not
    /// waits for a leader's word.
    package mutating func replay(
        _ transaction: Transaction, bytes: ByteBuffer, isCommitted: Bool, at now: Instant
    ) {
        let entry = Entry(transaction.zxid, bytes)
        // What the snapshot has is committed, and remembered only for learners that are behind.
        if transaction.zxid <= committed.lastZxid { return history.replay(entry, isCommitted: true) }
        history.replay(entry, isCommitted: isCommitted)
        guard isCommitted else { return pendingTransactions.add(transaction) }
        committed.apply(transaction, at: now)
    }

    // MARK: The start

    /// Makes the replica, which looks for the others at its first pulse, or serves from its first step on
    /// when there are none.
    ///
    /// - Parameter mustSynchronize: The disk may lack what this node acknowledged.
    package consuming func start(
        acceptedEpoch: Epoch, currentEpoch: Epoch, mustSynchronize: Bool = false, at now: Instant
    ) -> Replica {
        let zab: Peer
        if let membership = settings.membership {
            zab = Peer(
                settings.peer, in: membership, timeouts: settings.timeouts,
                persistent: PersistentState(
                    acceptedEpoch: acceptedEpoch, currentEpoch: currentEpoch, lastLogged: history.last,
                    mustSynchronize: mustSynchronize),
                history: history)
        } else {
            zab = Peer(
                alone: settings.peer, timeouts: settings.timeouts, epoch: history.last.epoch, history: history
            )
        }
        return Replica(
            settings, seed: seed, committed: committed, pendingTransactions: pendingTransactions, zab: zab,
            at: now)
    }
}
