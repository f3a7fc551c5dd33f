package import Vocabulary
package import Zab
package import Znodes

/// Views of a replica from outside, for those who report on it.
extension Replica {
    package struct ConnectionView: Sendable {
        package let id: ConnectionID
        package let address: ByteString
        package let session: SessionID
        package let negotiatedTimeoutMs: Int32
        package let outstandingRequests: Int
        package let isPaused: Bool
        package let statistics: ConnectionStatistics
    }

    /// The tree as it is committed.
    package var tree: Tree { _read { yield committed.tree } }

    package var watches: WatchTable { _read { yield committed.watches } }

    package var sessions: SessionTable { committed.sessions }

    /// Reads are answered though there is no leader.
    package var isReadOnly: Bool { readOnly.isOn }

    /// Sessions of read-only mode, which the ensemble knows nothing of.
    package var localSessions: SessionTable { readOnly.sessions }

    package var digestHistory: DigestHistory { committed.digestHistory }

    /// Transactions whose digest was not the tree's: never anything but 0 in a sound node.
    package var digestMismatches: Int64 { committed.digestMismatches }

    /// A snapshot of the tree is being taken for the disk.
    package var isTakingSnapshot: Bool { committed.isBeingCaptured }

    /// Views of the connections in some of the slots, so that nobody has to look at all of them at once.
    package func connectionViews(inSlots slots: Range<Int>) -> [ConnectionView] {
        clients.connections.inSlots(slots).map { connection in
            ConnectionView(
                id: connection.id, address: connection.address, session: connection.session,
                negotiatedTimeoutMs: connection.negotiatedTimeoutMs,
                outstandingRequests: connection.waiting.count,
                isPaused: connection.isPaused, statistics: connection.statistics)
        }
    }

    /// Sessions and ephemerals that ends of sessions have looked at so far.
    package var endingVisits: Int { committed.sessions.visited + overlay.visited }

    /// Requests that were taken in and not answered yet.
    package var outstandingRequestCount: Int { isReadOnly ? 0 : zab.outstandingCount }

    /// Bytes of what clients have begun to ask for and was not answered, of all of them together.
    package var requestBytes: Int { clients.intake.bytes }

    /// Bytes of what has come and may not be looked at yet, of all clients together.
    package var heldRequestBytes: Int { clients.intake.heldBytes }

    /// The session a connection speaks for.
    package func session(of connection: ConnectionID) -> SessionID {
        clients[connection]?.session ?? .none
    }

    package struct LearnerCounts: Sendable {
        package var learners = 0
        package var syncedFollowers = 0
        package var syncedObservers = 0
    }

    /// The role of this node in its ensemble; nil while there is no leader, and for one without an ensemble.
    package var servingRoleInEnsemble: ServingRole? { settings.membership == nil ? nil : service.servingRole }

    /// Since when it does that, in monotonic milliseconds.
    package var servingSinceMs: Int64 { service.sinceMs }

    /// Milliseconds that it served nobody, each time; and the same of those times after which it led.
    package var unavailableTimes: (all: Summary, asLeader: Summary) {
        (service.unavailableTimes, service.leaderUnavailableTimes)
    }

    /// How often it began to look for a leader, and the milliseconds until each election's end.
    package var elections: (begun: Int64, times: Summary) { (service.lookingCount, service.electionTimes) }

    /// The voters without whose word this one, which may have forgotten what it acknowledged, does not vote.
    package var awaitedVoters: [PeerID] { zab.awaited }
    package var voterCount: Int { zab.membership.quorum.voters.count }

    /// Synchronizations that wait for what is under way.
    package var pendingSyncCount: Int { syncs.count }

    /// The learners of this leader, one by one.
    package var learners: [Peer.LearnerView] { zab.learners }

    /// The learners of this leader, counted.
    package var learnerCounts: LearnerCounts {
        zab.learners.reduce(into: LearnerCounts()) { counts, learner in
            counts.learners += 1
            guard learner.isSynced else { return }
            if learner.isObserver { counts.syncedObservers += 1 } else { counts.syncedFollowers += 1 }
        }
    }

    /// The server that leads the epoch that this member serves in.
    package var leader: PeerID? { zab.leader }

    /// Learners of this leader that do not vote and have its history.
    package var observers: [PeerID] { zab.learners.filter { $0.isObserver && $0.isSynced }.map(\.peer) }

    package var isServingClients: Bool { service.servingRole != nil || isReadOnly }

    /// The last place that was given, by this node or by who led before.
    package var lastProposed: Zxid { zab.lastProposed }
}
