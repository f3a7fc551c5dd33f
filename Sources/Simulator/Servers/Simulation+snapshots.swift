internal import Replica
internal import Vocabulary
internal import Znodes

/// The snapshots that servers take of themselves, in slices between everything else that happens.
extension Simulation {
    /// The disk has done a batch.
    func noteGrowth(of server: Server) throws(Violation) {
        let growth = server.disk.growth
        server.schedule.recordGrowth(transactions: growth.transactions, bytes: growth.bytes)
        let treeBytes = server.replica?.tree.znodes.storedBytes ?? 0
        guard server.ownSnapshot == nil, server.schedule.isDue(treeBytes: treeBytes) else { return }
        server.schedule.restart(roll: dice.next())
        try step(server, .snapshot(.due))
    }

    func continueSnapshot(_ server: Server) throws(Violation) {
        guard server.ownSnapshot != nil, server.turns.isStored(server.snapshotGate) else { return }
        try step(server, .snapshot(.sliceDue))
    }

    func act(_ action: SnapshotAction, of server: Server) throws(Violation) {
        switch action {
        case .begin(let head, let gate):
            server.ownSnapshot = StoredState(head: head, znodes: [])
            server.snapshotGate = gate
        case .add(let slice):
            guard let begun = server.ownSnapshot else {
                throw Violation("server \(server.id.rawValue) goes on with a snapshot it has not begun")
            }
            let state = StoredState(head: begun.head, znodes: begun.znodes + [slice.znodes])
            server.ownSnapshot = slice.isLast ? nil : state
            guard slice.isLast else { return }
            try record.compare(digest: state.head.digest, at: state.head.zxid, of: server.id)
            transcript.note(
                nowMs, Int64(server.host), 5, state.head.zxid.rawValue,
                line: "\(nowMs) server \(server.id.rawValue) has a snapshot of \(state.head.zxid)")
            server.disk.keep(scenario.flaw == .snapshotsChangingTree ? late(state, of: server) : state.sorted)
        case .abandon: server.ownSnapshot = nil
        }
    }

    /// The tree as it is at the end of the snapshot, under the position of its beginning.
    private func late(_ state: StoredState, of server: Server) -> StoredState {
        guard let now = server.replica?.storedState else { return state.sorted }
        let head = SnapshotHead(
            zxid: state.head.zxid, digest: now.head.digest, sessions: state.head.sessions,
            acls: now.head.acls)
        return StoredState(head: head, znodes: now.znodes)
    }
}

extension StoredState {
    /// As a snapshot file gives them back: in the order of paths, so that parents come before their children.
    fileprivate var sorted: StoredState {
        StoredState(head: head, znodes: [PackedZnodes(inOrderOfPaths: znodes)])
    }
}
