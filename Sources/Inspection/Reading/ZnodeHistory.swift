package import FolderReading
internal import Storage
package import Vocabulary
package import Znodes

/// Everything that a log says of one znode: who did what to it, and when.
package struct ZnodeHistory: Sendable {
    package enum Kind: Equatable, Sendable {
        case created
        case dataChanged
        case aclChanged
        case deleted
        /// The session that owned the znode ended.
        case deletedWithSession
        /// A container or TTL znode that had run out.
        case swept
        /// A multi made sure of its version.
        case checked
        case childCreated(ZnodePath)
        case childDeleted(ZnodePath)
    }

    package struct Event: Sendable {
        package let kind: Kind
        package let zxid: Zxid
        package let timeMs: Int64
        package let session: SessionID
        package let cxid: Int32
        /// The transaction's, which may be a multi.
        package let type: Int32
        /// The change that the transaction says; nil for what follows from it.
        package let change: Change?
    }

    /// A session's first and last transaction in the log.
    package struct SessionSpan: Equatable, Sendable {
        package var openedZxid: Zxid?
        package var openedMs: Int64?
        package var closedZxid: Zxid?
        package var closedMs: Int64?
    }

    package let path: ZnodePath
    package private(set) var events: [Event] = []
    package private(set) var sessions: [SessionID: SessionSpan] = [:]
    /// The zxid that the log begins after.
    package let start: Zxid
    /// The oldest snapshot that the log goes on behind: its zxid, and what it says of the znode.
    package let earliest: (zxid: Zxid, stat: StoredStat?)?
    /// The log's end.
    package private(set) var last: Zxid
    /// The first row on the way that could not be believed.
    package private(set) var damage: Zxid?
    private var owner: SessionID?
    /// Of its ephemeral children: the end of a session need not list them all.
    private var childOwners: [ZnodePath: SessionID] = [:]
    private let withChildren: Bool

    /// Reads the history of `path` in the whole log of `folder`.
    ///
    /// - Parameter withChildren: lists what its children came and went by as well.
    package static func read(
        of path: ZnodePath, in folder: NodeFolder, withChildren: Bool = false,
        progress: Progress = Progress()
    ) throws -> ZnodeHistory {
        var history = try ZnodeHistory(of: path, before: folder, withChildren: withChildren)
        var walk = try folder.walk()
        var pace = Pace(over: folder, progress, "reading the log")
        while let walked = try walk.next() {
            pace.reached(walked.row.zxid)
            history.take(walked)
        }
        progress.finish()
        return history
    }

    /// Takes what the oldest snapshot says, which is before the log.
    private init(of path: ZnodePath, before folder: NodeFolder, withChildren: Bool) throws {
        self.path = path
        self.withChildren = withChildren
        start = try folder.start().zxid
        last = start
        if start > .zero, let oldest = try folder.horizon() {
            let stat = try folder.storedStat(of: path, inSnapshot: oldest)
            earliest = (oldest, stat)
            owner = stat.flatMap { Ownership(rawValue: $0.ephemeralOwner).session }
        } else {
            earliest = nil
        }
    }

    private mutating func take(_ walked: WalkedRow) {
        last = walked.row.zxid
        if let fault = walked.fault, !fault.sparesContent, fault != .unanchored {
            damage = damage ?? fault.firstBad(at: walked.row.zxid)
        }
        if mayConcern(walked.row) { take(LogEntry(walked)) }
    }

    private func mayConcern(_ row: LogRow) -> Bool {
        guard let own = row.path else { return true }
        if own == path { return true }
        return withChildren && own.parent == path
    }

    private mutating func take(_ entry: LogEntry) {
        guard let transaction = entry.transaction else { return }
        note(transaction)
        guard !transaction.isRefused else { return }
        for step in transaction.steps { take(step, of: transaction) }
    }

    private mutating func note(_ transaction: Transaction) {
        switch transaction.change {
        case .createSession:
            sessions[transaction.session] = SessionSpan(
                openedZxid: transaction.zxid, openedMs: transaction.timeMs)
        case .closeSession:
            sessions[transaction.session, default: SessionSpan()].closedZxid = transaction.zxid
            sessions[transaction.session]?.closedMs = transaction.timeMs
        default: break
        }
    }

    private mutating func take(_ step: Change, of transaction: Transaction) {
        if case .closeSession(let paths) = step {
            let isMine = paths.contains(path) || owner == transaction.session
            if isMine { add(.deletedWithSession, nil, transaction) }
            if isMine { owner = nil }
            guard withChildren else { return }
            let owned = childOwners.filter { $0.value == transaction.session }.keys
            for child in Set(paths.filter { $0.parent == path }).union(owned).sorted() {
                childOwners[child] = nil
                add(.childDeleted(child), nil, transaction)
            }
            return
        }
        guard let own = step.path else { return }
        if own == path {
            takeOwn(step, of: transaction)
        } else if withChildren, own.parent == path {
            if case .create(let creation) = step {
                childOwners[own] = creation.isEphemeral ? transaction.session : nil
                add(.childCreated(own), step, transaction)
            }
            if case .delete = step {
                childOwners[own] = nil
                add(.childDeleted(own), step, transaction)
            }
        }
    }

    private mutating func takeOwn(_ step: Change, of transaction: Transaction) {
        switch step {
        case .create(let creation):
            owner = creation.isEphemeral ? transaction.session : nil
            add(.created, step, transaction)
        case .delete(_, let isSweep):
            owner = nil
            add(isSweep ? .swept : .deleted, step, transaction)
        case .setData, .reconfig: add(.dataChanged, step, transaction)
        case .setACL: add(.aclChanged, step, transaction)
        case .check: add(.checked, step, transaction)
        case .multi, .createSession, .closeSession, .error: break
        }
    }

    private mutating func add(_ kind: Kind, _ change: Change?, _ transaction: Transaction) {
        events.append(
            Event(
                kind: kind, zxid: transaction.zxid, timeMs: transaction.timeMs, session: transaction.session,
                cxid: transaction.cxid, type: transaction.typeNumber, change: change))
    }

    // MARK: Conclusions

    /// Whether the znode is there at the log's end; nil where nothing says so.
    package var exists: Bool? {
        for event in events.reversed() {
            switch event.kind {
            case .created, .dataChanged, .aclChanged, .checked, .childCreated: return true
            case .deleted, .deletedWithSession, .swept: return false
            case .childDeleted: continue
            }
        }
        if let earliest { return earliest.stat != nil }
        return start == .zero ? false : nil
    }

    /// The session that owns the znode at the log's end.
    package var ownerAtEnd: SessionID? { exists == true ? owner : nil }

    /// Where it was created, when that is before what the log holds.
    package var creationBeforeLog: (zxid: Zxid, timeMs: Int64)? {
        guard events.first(where: { !$0.kind.isOfChild })?.kind != .created, let stat = earliest?.stat,
            stat.czxid <= start
        else { return nil }
        return (stat.czxid, stat.ctime)
    }
}

extension ZnodeHistory.Kind {
    package var isOfChild: Bool {
        switch self {
        case .childCreated, .childDeleted: true
        default: false
        }
    }
}
