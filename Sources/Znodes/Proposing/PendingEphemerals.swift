internal import DequeModule
internal import Vocabulary

/// Ephemerals that changes in flight create, by the session that will own them: the end of a session looks at
/// its own, however much is under way for others.
struct PendingEphemerals {
    private var paths: [SessionID: Deque<ZnodePath>] = [:]
    /// In the order of the proposals, across sessions.
    private var order: Deque<(zxid: Zxid, session: SessionID)> = []

    mutating func add(_ path: ZnodePath, of session: SessionID, by zxid: Zxid) {
        paths[session, default: []].append(path)
        order.append((zxid, session))
    }

    /// Created by changes in flight, oldest first; what came of them since is not said here.
    func created(by session: SessionID) -> Deque<ZnodePath> { paths[session] ?? [] }

    /// Takes back what `zxid`, the last proposal, creates.
    mutating func rollBack(_ zxid: Zxid) {
        while let last = order.last, last.zxid == zxid {
            order.removeLast()
            paths[last.session]?.removeLast()
            forgetIfEmpty(last.session)
        }
    }

    mutating func drop(through zxid: Zxid) {
        while let first = order.first, first.zxid <= zxid {
            order.removeFirst()
            paths[first.session]?.removeFirst()
            forgetIfEmpty(first.session)
        }
    }

    private mutating func forgetIfEmpty(_ session: SessionID) {
        if paths[session]?.isEmpty == true { paths[session] = nil }
    }
}
