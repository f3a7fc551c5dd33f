package import Logging
internal import NIOCore
internal import Replica
internal import Vocabulary
internal import Zab
internal import Znodes

/// The node's activity, for whoever asks because it does not do what he expects.
extension ReplicaLoop {
    /// The part it plays and what waits where. Called on the loop.
    package var activity: Logger.Metadata {
        loop.assertInEventLoop()
        return inspect { replica in
            [
                "role": "\(role(of: replica))",
                "applied": "\(replica.tree.lastZxid)", "proposed": "\(replica.lastProposed)",
                "outstandingWrites": "\(replica.outstandingRequestCount)",
                "writesAtDisk": "\(writesAtDisk)",
                "connections": "\(connectionCount)", "sessions": "\(replica.sessions.count)",
                "syncsWaiting": "\(replica.pendingSyncCount)",
                "snapshot": "\(replica.isTakingSnapshot ? "under way" : "none")",
            ]
        }
    }

    private func role(of replica: borrowing Replica) -> String {
        guard replica.voterCount > 1 || replica.servingRoleInEnsemble != nil else { return "alone" }
        switch replica.servingRoleInEnsemble {
        case nil:
            let looks = replica.isReadOnly ? "looks for a leader, serves reads" : "looks for a leader"
            let awaited = replica.awaitedVoters
            guard !awaited.isEmpty else { return looks }
            return looks + ", does not vote before it has heard from \(AwaitedVoters.text(awaited))"
        case .lead(let epoch):
            let counts = replica.learnerCounts
            return "leads epoch \(epoch.rawValue), \(counts.syncedFollowers) followers and "
                + "\(counts.syncedObservers) observers in step, of \(counts.learners) learners"
        case .follow(let leader, let epoch):
            return "follows server \(leader.rawValue) in epoch \(epoch.rawValue)"
        case .observe(let leader, let epoch):
            return "observes server \(leader.rawValue) in epoch \(epoch.rawValue)"
        }
    }
}
