internal import DequeModule
internal import Vocabulary
internal import Wire
internal import Zab
internal import Znodes

/// The change from one serving role to another, and what it means for this node's clients.
extension Replica {
    /// There is a leader. A learner tells it first whose clients it kept, and synchronizes: what it gave to a
    /// leader that it has lost in the same epoch may be under way there still, and is to be in the history
    /// before it is given to anybody again; so is the end of a session that was heard of too late.
    mutating func serve(as servingRole: ServingRole) {
        guard servingRole.isLearners else { return beginServing(as: servingRole) }
        let kept = reportKept()
        let writer = clients.connections.all.first {
            $0.phase != .fresh && $0.waiting.contains { $0.isWrite }
        }
        guard let asking = writer ?? kept else { return beginServing(as: servingRole) }
        service.schedule(servingRole)
        syncs.recordQuestion(.node)
        requestSync(.root, xid: 0, of: asking)
    }

    /// Requests go on. What an earlier leader was given and is not in the history is given to this one, in
    /// order; then comes what was not given to anybody.
    mutating func beginServing(as servingRole: ServingRole) {
        service.begin(servingRole, at: now)
        committed.isTreeExact = true
        if case .lead = servingRole {
            committed.sessions.touchAll(at: now)
            chores.endings.begin()
            chores.sweep.begin(at: now)
        }
        for connection in clients.connections.all { resubmitRequests(of: connection) }
    }

    private mutating func resubmitRequests(of connection: Connection) {
        // Its client has gone on to another connection, whose writes may be in the history by now.
        if connection.phase == .ending, connection.waiting.last?.isLast != true { return }
        if connection.phase == .connecting {
            if askAgain(for: connection) { welcome(connection) }
            return
        }
        for index in connection.waiting.indices {
            let waiting = connection.waiting[index]
            switch waiting.kind {
            case .write(let frame?):
                connection.waiting[index].timesGiven += 1
                guard !connection.isTurnedDown(connection.waiting[index], frame) else {
                    return effects.close(connection)
                }
                if !submitAgain(frame, waiting, of: connection) {
                    connection.waiting[index].kind = .failure(.marshallingError)
                }
            case .sync(let path, nil):
                let through = askForSync(path, waiting.xid, of: connection)
                connection.waiting[index].kind = .sync(path, through: through)
            case .write(nil), .sync, .read, .failure, .fixed, .token:
                break
            }
        }
        answerDue(connection)
    }
}

extension ServingRole {
    fileprivate var isLearners: Bool {
        switch self {
        case .lead: false
        case .follow, .observe: true
        }
    }
}
