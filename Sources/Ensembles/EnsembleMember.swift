package import Vocabulary

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
