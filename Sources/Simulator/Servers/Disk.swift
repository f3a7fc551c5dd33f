internal import NIOCore
internal import Replica
internal import Vocabulary

/// A server's disk: does one batch of writes after the other, and forgets in a crash what it had not done.
///
/// `rows`, `base` and the epochs are what survives; `log` is what will be there once all is done.
struct Disk {
    struct Row: Equatable {
        let zxid: Zxid
        let body: ByteBuffer
    }

    private(set) var rows: [Row] = []
    /// The position that the rows begin behind: a snapshot has it, this one or the one before.
    private(set) var start = Zxid.zero
    /// The newest snapshot; the rows go on from it.
    private(set) var base: StoredState?
    /// Whether the server took it of its own tree.
    private(set) var isBaseOwn = false
    private(set) var acceptedEpoch = Epoch.zero
    private(set) var currentEpoch = Epoch.zero
    private(set) var committed = Zxid.zero
    /// Set where the server may lack what it acknowledged: it does not vote until it has a leader's history.
    var isMarked: Bool { lost != nil }
    /// The rows that went with its files, and the snapshot before them.
    private var lost: (rows: [Row], base: Zxid)?
    private(set) var log: [Row] = []
    private(set) var logStart = Zxid.zero
    private var waiting: [(write: Effects.LogWrite, committed: Zxid)] = []
    /// Writes of the batch under way; 0 when there is none.
    private(set) var batchCount = 0
    /// Transactions that the last batch added to the log, and their bytes.
    private(set) var growth = (transactions: 0, bytes: 0)
    let flaw: Flaw?

    init(flaw: Flaw?) { self.flaw = flaw }

    var isBusy: Bool { batchCount > 0 }
    var hasWork: Bool { !waiting.isEmpty }
    /// Where what survives ends.
    var lastZxid: Zxid { rows.last?.zxid ?? base?.head.zxid ?? .zero }

    /// Begins with a history.
    mutating func begin(with rows: [Row]) {
        self.rows = rows
        log = rows
        committed = lastZxid
        acceptedEpoch = lastZxid.epoch
        currentEpoch = lastZxid.epoch
    }

    // MARK: Writes

    /// Writes that will be given to the disk.
    mutating func foresee(_ writes: some Sequence<Effects.LogWrite>) {
        for write in writes { foresee(write.what) }
    }

    mutating func store(_ writes: [Effects.LogWrite], committed: Zxid) {
        for write in writes {
            waiting.append((write, committed))
            if flaw == .entersEpochBeforeHistory, case .enterEpoch(let epoch) = write.what {
                currentEpoch = epoch
            }
        }
    }

    private mutating func foresee(_ write: Effects.LogWrite.What) {
        switch write {
        case .append(let append): log.append(Row(append))
        case .truncate(let zxid): log.removeAll { $0.zxid > zxid }
        case .install(let state, let appends):
            log = appends.map { Row($0) }
            logStart = state.head.zxid
        case .acceptEpoch, .enterEpoch: break
        }
    }

    /// Begins with all that came meanwhile.
    ///
    /// - Returns: The last ticket of the batch.
    mutating func beginBatch() -> UInt64? {
        batchCount = waiting.count
        return waiting.last?.write.ticket
    }

    /// The batch is done.
    ///
    /// - Parameter spare: Judges what is cut behind a position.
    /// - Returns: Its last ticket.
    mutating func endBatch(_ spare: ([Row], Zxid) throws(Violation) -> Void) throws(Violation) -> UInt64? {
        let done = waiting.prefix(batchCount)
        growth = (0, 0)
        for (write, committed) in done { try carryOut(write.what, committed, spare) }
        waiting.removeFirst(batchCount)
        batchCount = 0
        return done.last?.write.ticket
    }

    private mutating func carryOut(
        _ write: Effects.LogWrite.What, _ known: Zxid, _ spare: ([Row], Zxid) throws(Violation) -> Void
    ) throws(Violation) {
        switch write {
        case .append(let append):
            rows.append(Row(append))
            growth.transactions += 1
            growth.bytes += append.body.readableBytes
            committed = known
        case .truncate(let zxid):
            try spare(rows, zxid)
            if flaw != .ignoresTruncation { rows.removeAll { $0.zxid > zxid } }
        case .install(let state, let appends):
            try spare(rows, appends.last?.zxid ?? state.head.zxid)
            if flaw == .keepsLogBesideSnapshot {
                rows += appends.map { Row($0) }
            } else {
                base = flaw == .forgetsSessions ? state.withoutLastSession : state
                isBaseOwn = false
                start = state.head.zxid
                rows = appends.map { Row($0) }
            }
            committed = state.head.zxid
        case .acceptEpoch(let epoch):
            if flaw != .forgetsAcceptedEpoch { acceptedEpoch = max(acceptedEpoch, epoch) }
        case .enterEpoch(let epoch):
            if flaw != .forgetsCurrentEpoch { currentEpoch = max(currentEpoch, epoch) }
            lost = nil
        }
    }

    /// Keeps a snapshot that the server took of itself, and forgets the log before the former one.
    mutating func keep(_ state: StoredState) {
        let zxid = state.head.zxid
        guard zxid <= lastZxid, zxid > base?.head.zxid ?? .zero else { return }
        start = base?.head.zxid ?? .zero
        base = flaw == .forgetsSessions ? state.withoutLastSession : state
        isBaseOwn = true
        let horizon = flaw == .trimsAheadOfSnapshot ? rows.first { $0.zxid > start }?.zxid ?? start : start
        rows.removeAll { $0.zxid <= horizon }
        log.removeAll { $0.zxid <= start }
        logStart = start
    }

    // MARK: The end of a life

    /// Keeps some of what was under way, from the front: a crash may come after any of it.
    mutating func crash(
        keeping random: UInt64, _ spare: ([Row], Zxid) throws(Violation) -> Void
    ) throws(Violation) {
        batchCount = Int(random % UInt64(batchCount + 1))
        _ = try endBatch(spare)
        waiting = []
        if flaw == .losesSyncedWrites, random % 3 == 0, !rows.isEmpty { rows.removeLast() }
        if flaw == .startsEmpty, random % 3 == 0 {
            rows = []
            base = nil
            start = .zero
            committed = .zero
        }
        log = rows
        logStart = start
    }

    /// The files are gone with a crash, and whoever starts the server again says so.
    mutating func lose() {
        let lost = (rows: rows, base: base?.head.zxid ?? .zero)
        self = Disk(flaw: flaw)
        self.lost = lost
    }

    /// The last write that waits, done or not.
    var lastWaiting: UInt64? { waiting.last?.write.ticket }

    /// Writes that fail are gone, and nobody is told.
    mutating func forgetBatch() -> UInt64? {
        let last = waiting.prefix(batchCount).last?.write.ticket
        waiting.removeFirst(batchCount)
        batchCount = 0
        return last
    }

    // MARK: Questions

    /// Whether `row` would survive a crash now, or went with the files: what a quorum had stays committed
    /// when one of them loses it, since nobody is elected then without all the others.
    func holds(_ row: Row) -> Bool {
        if let lost, lost.base >= row.zxid || lost.rows.row(at: row.zxid) == row { return true }
        if let base, base.head.zxid >= row.zxid { return true }
        return rows.row(at: row.zxid) == row
    }

    /// A log is a history without gaps, whatever crash came before, and of no epoch that was not promised.
    func requireOrder(of server: PeerID) throws(Violation) {
        var last = start
        for row in rows {
            guard last.isFollowed(by: row.zxid) else {
                throw Violation("server \(server.rawValue): its log has \(row.zxid) behind \(last)")
            }
            last = row.zxid
        }
        guard acceptedEpoch >= currentEpoch, acceptedEpoch >= last.epoch else {
            throw Violation(
                "server \(server.rawValue): its log ends at \(last), and it accepted epoch "
                    + "\(acceptedEpoch.rawValue) at most")
        }
    }
}

extension Disk.Row {
    init(_ append: Effects.Append) { self.init(zxid: append.zxid, body: append.body) }
}

extension [Disk.Row] {
    /// The place of the first row behind `zxid`.
    func firstIndex(after zxid: Zxid) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].zxid <= zxid { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func row(at zxid: Zxid) -> Disk.Row? {
        let index = firstIndex(after: zxid)
        guard index > 0, self[index - 1].zxid == zxid else { return nil }
        return self[index - 1]
    }
}

extension StoredState {
    fileprivate var withoutLastSession: StoredState {
        StoredState(
            head: SnapshotHead(
                zxid: head.zxid, digest: head.digest, sessions: head.sessions.dropLast(), acls: head.acls),
            znodes: znodes)
    }
}
