internal import NIOCore
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// The one history of a run, as it is learned from whoever applies its next transaction first, and what must
/// hold of it for ever (quorum protocol 12.1).
struct Record {
    private(set) var rows: [Disk.Row] = []
    private(set) var transactions: [Transaction] = []
    private(set) var model = Model()
    private let quorum: Quorum
    private var digests: [Zxid: UInt64] = [:]
    private var leaders: [Epoch: PeerID] = [:]
    /// The clients' writes that took effect.
    private var effective: Set<Write> = []
    private var refused: Set<Write> = []
    /// Sessions that a leader ended because nothing was heard of them, and when that was known first.
    private var expired: [SessionID: Int64] = [:]
    /// The last transaction that a client was told of.
    private(set) var lastAnswered = Zxid.zero

    /// A client's write. Clients write each value once, whatever number a request of theirs has.
    struct Write: Hashable {
        let session: SessionID
        let value: [UInt8]
    }

    init(quorum: Quorum) { self.quorum = quorum }

    var lastZxid: Zxid { rows.last?.zxid ?? .zero }
    var epochCount: Int { leaders.count }

    func transaction(at zxid: Zxid) -> Transaction? {
        let index = rows.firstIndex(after: zxid)
        guard index > 0, rows[index - 1].zxid == zxid else { return nil }
        return transactions[index - 1]
    }

    // MARK: What servers apply

    /// Prefix consistency, agreement, total order: place `position` holds the same for everybody.
    ///
    /// - Parameter isHeld: Whether a voter would have this row after a crash.
    mutating func apply(
        _ row: Disk.Row, at position: Int, by server: PeerID, nowMs: Int64, isHeld: (PeerID) -> Bool
    ) throws(Violation) {
        if position < rows.count {
            guard rows[position] == row else {
                throw Violation(
                    "server \(server.rawValue) applied \(row.zxid) at place \(position), where others "
                        + "applied \(rows[position].zxid == row.zxid ? "another" : "\(rows[position].zxid)")")
            }
            return
        }
        guard lastZxid.isFollowed(by: row.zxid) else {
            throw Violation("server \(server.rawValue) applied \(row.zxid) behind \(lastZxid)")
        }
        guard quorum.isReached(by: isHeld) else {
            throw Violation(
                "server \(server.rawValue) applied \(row.zxid), which no quorum has on its disks")
        }
        guard let transaction = try? Transaction(decoding: row.body.readableBytesSpan) else {
            throw Violation("server \(server.rawValue) applied what is no transaction at \(row.zxid)")
        }
        try requireOnce(transaction)
        rows.append(row)
        transactions.append(transaction)
        model.apply(transaction)
        if case .closeSession = transaction.change, transaction.cxid == 0 {
            expired[transaction.session] = nowMs
        }
    }

    func expiredMs(_ session: SessionID) -> Int64? { expired[session] }

    private mutating func requireOnce(_ transaction: Transaction) throws(Violation) {
        guard let value = transaction.change.writtenValue else { return }
        let write = Write(session: transaction.session, value: value)
        guard effective.insert(write).inserted else {
            throw Violation("\(write) took effect a second time at \(transaction.zxid)")
        }
        guard !refused.contains(write) else {
            throw Violation("\(write) was refused, and took effect at \(transaction.zxid)")
        }
    }

    /// The place behind `zxid`, which a snapshot says it ends with. One of an empty tree has no last
    /// transaction: it names the place before the first.
    func position(after zxid: Zxid, of server: PeerID) throws(Violation) -> Int {
        let index = rows.firstIndex(after: zxid)
        guard zxid <= lastZxid || rows.isEmpty && zxid.counter == 0 else {
            throw Violation("server \(server.rawValue) took a snapshot of \(zxid), which nobody committed")
        }
        return index
    }

    /// The same tree at the same place, everywhere.
    mutating func compare(digest: UInt64, at zxid: Zxid, of server: PeerID) throws(Violation) {
        guard let known = digests[zxid] else {
            digests[zxid] = digest
            return
        }
        guard known == digest else {
            throw Violation("server \(server.rawValue) has another tree at \(zxid) than others had")
        }
    }

    /// One leader an epoch, and it has applied all that anybody has of earlier ones before it proposes
    /// anything. (A quorum may have let it open its epoch and gone on to a later one since: then it opens,
    /// can commit nothing, and gives up.)
    mutating func note(leader: PeerID, of epoch: Epoch, at zxid: Zxid) throws(Violation) {
        if let other = leaders[epoch], other != leader {
            throw Violation("servers \(other.rawValue) and \(leader.rawValue) led epoch \(epoch.rawValue)")
        }
        leaders[epoch] = leader
        let before = rows.prefix(rows.firstIndex(after: Zxid(epoch: epoch, counter: 0))).last?.zxid ?? .zero
        guard zxid >= before else {
            throw Violation(
                "server \(leader.rawValue) leads epoch \(epoch.rawValue) from \(zxid) on, and \(before) "
                    + "was committed")
        }
    }

    /// Checks that what is committed stays on the disks of a quorum, whatever one server cuts out of its log.
    ///
    /// - Parameter isHeld: Whether another voter would have this row after a crash.
    func requireSpared(
        _ rows: [Disk.Row], after zxid: Zxid, by server: PeerID, isHeld: (Disk.Row, PeerID) -> Bool
    ) throws(Violation) {
        for row in rows[rows.firstIndex(after: zxid)...] {
            guard row.zxid <= lastZxid, self.rows.row(at: row.zxid) == row else { return }
            guard quorum.isReached(by: { $0 != server && isHeld(row, $0) }) else {
                throw Violation(
                    "server \(server.rawValue) cut \(row.zxid) out of its log, which is committed, and no "
                        + "quorum has it")
            }
        }
    }

    // MARK: What clients are told

    mutating func noteAnswer(_ zxid: Zxid) { lastAnswered = max(lastAnswered, zxid) }

    mutating func noteRefusal(_ write: Write) throws(Violation) {
        guard !effective.contains(write) else { throw Violation("\(write) was refused, and took effect") }
        refused.insert(write)
    }
}

extension Record.Write: CustomStringConvertible {
    var description: String {
        "the write of \(String(decoding: value, as: UTF8.self)) by session \(session)"
    }

    /// nil where the operation writes nothing of its own.
    init?(session: SessionID, _ operation: Operation) {
        guard let value = operation.value else { return nil }
        self.init(session: session, value: Array(value.utf8))
    }
}

extension Change {
    /// The value that a client's write left in the tree; nil of a write that leaves none of its own.
    fileprivate var writtenValue: [UInt8]? {
        switch self {
        case .create(let creation): creation.data?.isEmpty == false ? creation.data : nil
        case .setData(_, let data, _): data
        case .multi(let changes): changes.haveFailed ? nil : changes.first?.writtenValue
        default: nil
        }
    }
}
