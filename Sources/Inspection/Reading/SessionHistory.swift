package import FolderReading
internal import Storage
package import Vocabulary
internal import Znodes

/// The sessions that were open at a moment, and those that ended before it, with what each did.
package struct SessionHistory: Sendable {
    package struct Session: Sendable {
        package let id: SessionID
        package fileprivate(set) var timeoutMs: Int32?
        package fileprivate(set) var opened: (zxid: Zxid, timeMs: Int64)?
        package fileprivate(set) var ended: (zxid: Zxid, timeMs: Int64)?
        package fileprivate(set) var last: (zxid: Zxid, timeMs: Int64)?
        package fileprivate(set) var transactions = 0
        package fileprivate(set) var refused = 0
        /// Znodes that are its, at the moment.
        package fileprivate(set) var ephemerals: [ZnodePath] = []

        /// The server that made the session, by the number in its id.
        package var server: Int { Int(UInt64(bitPattern: id.rawValue) >> 56) }
    }

    /// The moment: after this transaction.
    package let zxid: Zxid
    package let timeMs: Int64?
    /// Sessions that were open, by their ids.
    package let open: [Session]
    /// Sessions whose end is in the log, latest first.
    package let ended: [Session]

    /// Rebuilds the tree of `moment`, and reads the log up to there.
    package static func read(
        of folder: NodeFolder, at moment: Moment? = nil, progress: Progress = Progress()
    ) throws -> SessionHistory {
        let rebuilt = try folder.tree(at: moment, progress: progress)
        var sessions: [SessionID: Session] = [:]
        for (id, timeoutMs) in rebuilt.sessions {
            sessions[id] = Session(id: id, timeoutMs: timeoutMs)
            sessions[id]?.ephemerals = rebuilt.tree.ephemerals(of: id).sorted()
        }
        let openNow = Set(sessions.keys)
        var filter = EntryFilter()
        filter.to = .zxid(rebuilt.zxid)
        try folder.entries(matching: filter, progress: progress) { entry in
            take(entry, &sessions)
            return true
        }
        sessions[.none] = nil
        return SessionHistory(
            zxid: rebuilt.zxid, timeMs: rebuilt.timeMs,
            open: sessions.values.filter { openNow.contains($0.id) }.sorted { $0.id < $1.id },
            ended: sessions.values.filter { !openNow.contains($0.id) && $0.ended != nil }
                .sorted { ($1.ended?.zxid ?? .zero) < ($0.ended?.zxid ?? .zero) })
    }

    private static func take(_ entry: LogEntry, _ sessions: inout [SessionID: Session]) {
        let row = entry.row
        let moment = (row.zxid, row.timeMs)
        var session = sessions[row.session] ?? Session(id: row.session)
        switch OpCode(rawValue: row.type) {
        case .createSession:
            session.opened = moment
            if case .createSession(let timeoutMs)? = entry.transaction?.change {
                session.timeoutMs = timeoutMs
            }
        case .closeSession: session.ended = moment
        default:
            session.transactions += 1
            session.last = moment
            if entry.transaction?.isRefused == true { session.refused += 1 }
        }
        sessions[row.session] = session
    }
}
