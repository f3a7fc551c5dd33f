internal import DequeModule
internal import Vocabulary
internal import Wire
internal import Zab

/// Synchronizations whose time has come.
extension Replica {
    /// The leader has answered for a client: its request waits for what is applied here by now.
    mutating func finishSync(of connection: Connection) {
        let first = connection.waiting.firstIndex { waiting in
            guard case .sync(_, nil) = waiting.kind else { return false }
            return true
        }
        guard let first, case .sync(let path, _) = connection.waiting[first].kind else { return }
        connection.waiting[first].kind = .sync(path, through: committed.lastZxid)
        answerDue(connection)
    }

    /// Goes on with those who waited for what is applied now.
    mutating func answerPendingSyncs() {
        while let waiting = syncs.takeReached(committed.lastZxid) {
            switch waiting {
            case .client(let id): if let connection = clients[id] { answerDue(connection) }
            // The history that it waited for was sent to it before this.
            case .learner(let link): send(QuorumPacket(.sync, zxid: .zero), to: link)
            }
        }
    }
}
