package import Ensembles
internal import Vocabulary

extension Membership {
    /// - Precondition: Somebody can decide in `configuration`.
    package init(_ configuration: Configuration, admitsJoiners: Bool) {
        guard let quorum = Quorum(of: configuration) else {
            preconditionFailure("somebody must be able to decide")
        }
        self.init(
            quorum: quorum, observers: configuration.observers.map(\.id), version: configuration.version,
            text: ByteString(configuration.text), admitsJoiners: admitsJoiners)
    }
}

extension Quorum {
    /// The rule by which the voters of `configuration` decide; nil where nobody can: there are none, or none
    /// with weight.
    package init?(of configuration: Configuration) {
        guard !configuration.voters.isEmpty else { return nil }
        guard !configuration.groups.isEmpty else {
            self.init(majorityOf: configuration.voters.map(\.id))
            return
        }
        let groups = configuration.groups.sorted { $0.key < $1.key }.map { _, members in
            Group(members: members, weights: members.map { configuration.weights[$0] ?? 1 })
        }
        guard groups.contains(where: { $0.total > 0 }) else { return nil }
        self.init(majorityOf: groups)
    }
}
