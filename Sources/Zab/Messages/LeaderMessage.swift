package import Vocabulary

/// Messages of a leader to its learners (quorum protocol 3.1), as far as they are Zab's.
package enum LeaderMessage: Equatable, Sendable {
    /// The epoch that the leader means to open.
    case leaderInfo(Epoch)
    /// The learner's history is a beginning of the leader's; what is missing follows.
    case diff(through: Zxid)
    /// The learner's history is longer than what is known here: everything behind `after` must go.
    case truncate(after: Zxid)
    /// A whole tree follows, exact at this position.
    case snapshot(Zxid)
    case proposal(Entry)
    case commit(Zxid)
    /// A committed entry, for an observer.
    case inform(Entry)
    /// The history is complete; follow in this epoch once it is on the disk.
    case newLeader(Epoch, configuration: ByteString)
    /// A quorum follows: everything sent so far is committed, serve.
    case upToDate
    case ping(Zxid)
}

/// Messages of a learner to its leader, as far as they are Zab's.
package enum LearnerMessage: Equatable, Sendable {
    /// The first thing on a connection.
    case info(PeerID, acceptedEpoch: Epoch, isObserver: Bool, configurationVersion: Int64)
    /// The promise to follow none before this leader. `currentEpoch` is nil from one that had promised this
    /// epoch already, and then it does not count.
    case acknowledgeEpoch(lastLogged: Zxid, currentEpoch: Epoch?)
    /// Everything up to here is on the learner's disk; with counter 0, the new leader's whole history.
    case acknowledge(Zxid)
    /// Alive: an answer to a ping, or a request of one of its clients.
    case alive
}
