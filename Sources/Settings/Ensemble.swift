package import Ensembles

/// The servers that replicate one tree, and the rules between them.
package struct Ensemble: Equatable, Sendable {
    /// The server list, as it was when this node read it.
    package var configuration: Configuration
    /// `multiAddress.enabled`: whether a server may have several addresses.
    package var areSeveralAddressesAllowed = false
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

    package var members: [EnsembleMember] { configuration.members }
}
