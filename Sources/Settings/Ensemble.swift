package import Vocabulary

/// The servers that replicate one tree, and the rules between them.
package struct Ensemble: Equatable, Sendable {
    /// In ascending order of their ids.
    package var members: [EnsembleMember]
    /// `group.N`: the voters of each group of a hierarchical quorum; empty for plain majorities.
    package var groups: [Int64: [PeerID]] = [:]
    /// `weight.N`; a voter without one weighs 1.
    package var weights: [PeerID: Int64] = [:]
    /// `version`: the zxid of the reconfiguration that made this ensemble.
    package var version: Int64 = 0
    /// `standaloneEnabled`: whether one voter alone runs as a standalone node.
    package var isStandaloneEnabled = true
    /// `initLimit`: ticks for a learner to connect and synchronize.
    package var initTicks = 0
    /// `syncLimit`: ticks of silence after which a learner is dropped.
    package var syncTicks = 0
    /// `connectToLearnerMasterLimit`: ticks for a learner to reach its leader, by default `initTicks`.
    package var connectTicks = 0
    /// `peerType` of this node by its own file; the server list wins.
    package var ownKind = EnsembleMember.Kind.participant
    /// `leaderServes`: whether a leader accepts clients.
    package var doesLeaderServe = true
    /// `cnxTimeout`: for connections of the election.
    package var electionConnectTimeoutMs = 5000
    /// `quorumListenOnAllIPs`.
    package var listensOnAllAddresses = false
    /// `syncEnabled`: whether an observer keeps a log.
    package var doObserversLog = true

    package var voters: [EnsembleMember] { members.filter { $0.kind == .participant } }
    package var observers: [EnsembleMember] { members.filter { $0.kind == .observer } }
}

/// One `server.N` line.
package struct EnsembleMember: Equatable, Sendable {
    package enum Kind: String, Equatable, Sendable {
        case participant
        case observer
    }

    package struct Address: Equatable, Sendable {
        package var host: String
        package var quorumPort: Int
        package var electionPort: Int
    }

    package let id: PeerID
    /// At least one; more with `multiAddress.enabled`.
    package var addresses: [Address]
    package var kind: Kind
    /// Where it serves clients; nil when its line does not say.
    package var client: Endpoint?
    package var secureClient: Endpoint?
}

package struct Endpoint: Equatable, Sendable {
    package var host: String
    package var port: Int
}
