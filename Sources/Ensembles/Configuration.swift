package import Vocabulary

/// The servers of an ensemble and who of them decides, in one version.
package struct Configuration: Equatable, Sendable {
    /// In ascending order of their ids.
    package var members: [EnsembleMember]
    /// `group.N`: the voters of each group of a hierarchical quorum; empty for plain majorities.
    package var groups: [Int64: [PeerID]] = [:]
    /// `weight.N`; a voter without one weighs 1.
    package var weights: [PeerID: Int64] = [:]
    /// `version`: the zxid of the reconfiguration that made it; 0 where there was none.
    package var version: Int64 = 0

    package init(members: [EnsembleMember]) {
        self.members = members.sorted { $0.id < $1.id }
    }

    package var voters: [EnsembleMember] { members.filter { $0.kind == .participant } }
    package var observers: [EnsembleMember] { members.filter { $0.kind == .observer } }
}

/// The rules that a configuration must keep wherever it comes from, by the settings of the server that reads
/// it.
package struct ConfigurationRules: Equatable, Sendable {
    /// `standaloneEnabled`: then an ensemble has at least two voters.
    package var isStandaloneEnabled: Bool
    /// `multiAddress.enabled`: whether a server may have several addresses.
    package var areSeveralAddressesAllowed: Bool

    package init(isStandaloneEnabled: Bool = true, areSeveralAddressesAllowed: Bool = false) {
        self.isStandaloneEnabled = isStandaloneEnabled
        self.areSeveralAddressesAllowed = areSeveralAddressesAllowed
    }
}
