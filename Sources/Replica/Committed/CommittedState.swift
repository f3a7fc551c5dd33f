package import Vocabulary
internal import Wire
internal import Zab
package import Znodes

/// The state that the committed transactions have made: the tree and the sessions, how far they are known to
/// be what the leader has, and which clients watch them change.
package struct CommittedState: ~Copyable {
    package private(set) var tree: Tree
    /// With those whose creation is under way, which its own fields tell from the others.
    package internal(set) var sessions: SessionTable
    package internal(set) var watches: WatchTable
    /// The outcomes of the last transaction; the next one uses the storage again.
    private(set) var applied: [Applied] = []
    package private(set) var digestHistory = DigestHistory()
    /// Transactions whose digest was not the tree's: never anything but 0 in a sound node.
    package private(set) var digestMismatches: Int64 = 0
    /// False behind a snapshot until its tree is known to be that of one moment: a leader that applied
    /// transactions while it serialized its tree may have sent the effects of some that follow (quorum
    /// protocol 3.4). So it is again when they are replayed from the log.
    var isTreeExact = true
    /// The snapshot of the tree that is being taken for the disk.
    private var ownCapture: CaptureID?
    /// By which rules the tree is read.
    let access: Access
    /// The ensemble that the configuration's znode shows; nil for a node that is all there is.
    private let membership: Membership?

    /// Bytes that a capture packs at a time, whatever the number of records: with 2048, about 0.4 ms.
    private static let sliceBytes = 512 << 10

    /// - Parameters:
    ///   - seed: The tree's, a number that clients cannot guess.
    ///   - wallMs: The wall clock at start, for session numbers.
    init(_ settings: ReplicaSettings, seed: UInt64, wallMs: Int64) {
        self.tree = Tree(seed: seed)
        self.watches = WatchTable(largeAudience: settings.largeAudience)
        self.sessions = SessionTable(tickMs: settings.tickMs, server: settings.peer, wallMs: wallMs)
        self.access = settings.rules.access
        self.membership = settings.membership
        showConfiguration()
    }

    package var lastZxid: Zxid { tree.lastZxid }

    // MARK: Transactions

    /// Applies the next transaction; what it did is in `applied`.
    ///
    /// - Parameter prepared: What is known of its change already.
    /// - Returns: Whether the tree is another one than the leader's, for the first time.
    @discardableResult
    mutating func apply(
        _ transaction: Transaction, as prepared: PreparedChange? = nil, at now: Instant
    ) -> Bool {
        applied.removeAll(keepingCapacity: true)
        switch transaction.change {
        case .createSession(let timeoutMs):
            sessions.create(transaction.session, timeoutMs: timeoutMs, at: now)
        case .closeSession: sessions.remove(transaction.session)
        default: break
        }
        tree.apply(transaction, as: prepared, into: &applied)
        return compareDigest(of: transaction)
    }

    /// Compares the tree with what the leader had, once it is the tree of one moment.
    private mutating func compareDigest(of transaction: Transaction) -> Bool {
        let isSame = transaction.digest.map { $0 == tree.digest }
        if isSame == true { isTreeExact = true }
        guard isTreeExact else { return false }
        digestHistory.record(transaction.zxid, digest: tree.digest)
        guard isSame == false else { return false }
        digestMismatches += 1
        return digestMismatches == 1
    }

    /// The events of the last transaction, for those who are to be told.
    mutating func fireWatches() -> [WatchEvent] {
        watches.isEmpty ? [] : watches.fire(applied)
    }

    /// A connection is gone: it speaks for no session and watches nothing any more.
    mutating func forget(_ connection: Connection) {
        // If its session comes to be all the same, its transaction says so.
        if connection.phase == .connecting, !connection.isReturning { sessions.remove(connection.session) }
        watches.removeAll(of: connection.id)
        sessions.forget(connection)
    }

    // MARK: Whole trees

    /// The tree and its sessions as they are now, for the disk.
    package var stored: StoredState {
        let (acls, znodes) = tree.packed(pageBytes: StoredState.pageBytes)
        return StoredState(head: head(acls), znodes: znodes)
    }

    /// The sessions that a snapshot holds.
    var storedSessions: [SnapshotHead.StoredSession] {
        sessions.ids.compactMap { id in
            guard let session = sessions[id], session.isCommitted else { return nil }
            return SnapshotHead.StoredSession(id: id, timeoutMs: session.timeoutMs)
        }
    }

    private func head(_ acls: [NumberedACL]) -> SnapshotHead {
        SnapshotHead(zxid: tree.lastZxid, digest: tree.digest, sessions: storedSessions, acls: acls)
    }

    /// Takes a tree that was found on the disk.
    mutating func restore(
        _ tree: consuming Tree, sessions stored: [SnapshotHead.StoredSession], isExact: Bool, at now: Instant
    ) {
        for session in stored {
            sessions.add(session.id, timeoutMs: session.timeoutMs, isCommitted: true, at: now)
        }
        self.tree = tree
        isTreeExact = isExact
        showConfiguration()
    }

    /// Takes a leader's tree in the place of all that was here.
    mutating func adopt(_ snapshot: consuming SnapshotStreamDecoder, at zxid: Zxid, now: Instant) {
        sessions.removeAll()
        for (session, timeoutMs) in snapshot.sessions {
            sessions.add(session, timeoutMs: timeoutMs, isCommitted: true, at: now)
        }
        tree = snapshot.finish(at: zxid)
        isTreeExact = false
        showConfiguration()
    }

    private mutating func showConfiguration() {
        guard let membership else { return }
        let version = membership.admitsJoiners ? membership.version : nil
        tree.showConfiguration(membership.text, version: version)
    }

    // MARK: Captures

    /// Begins to take the state as it is now, for whoever is to be sent it.
    mutating func beginCapture() -> (id: CaptureID, head: SnapshotHead) {
        let (id, acls) = tree.beginCapture()
        return (id, head(acls))
    }

    /// Takes the next slice of what was begun.
    mutating func captureSlice(of id: CaptureID, records: Int) -> CapturedSlice? {
        tree.captureSlice(of: id, records: records, bytes: CommittedState.sliceBytes)
    }

    /// Gives up what was begun.
    mutating func endCapture(_ id: CaptureID) { tree.endCapture(id) }

    // MARK: The node's own snapshot

    /// A snapshot of the tree is being taken for the disk.
    package var isBeingCaptured: Bool { ownCapture != nil }

    /// Begins a snapshot of the tree as it is, unless one is under way.
    ///
    /// Only of a tree of one moment: one that came of a leader's changing tree is that with what follows.
    mutating func beginOwnCapture() -> SnapshotHead? {
        guard ownCapture == nil, isTreeExact, tree.lastZxid > .zero else { return nil }
        let (id, head) = beginCapture()
        ownCapture = id
        return head
    }

    /// Takes the next slice of the snapshot that is under way.
    mutating func ownSlice(records: Int) -> CapturedSlice? {
        guard let ownCapture, let slice = captureSlice(of: ownCapture, records: records) else { return nil }
        if slice.isLast { self.ownCapture = nil }
        return slice
    }

    /// Gives up the snapshot that is under way.
    ///
    /// - Returns: Whether there was one.
    mutating func endOwnCapture() -> Bool {
        guard let id = ownCapture.take() else { return false }
        endCapture(id)
        return true
    }
}
