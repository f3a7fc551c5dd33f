package import Vocabulary

/// What the node counts about itself, since it started or since `srst`.
package struct Statistics: Sendable {
    package internal(set) var received: Int64 = 0
    package internal(set) var sent: Int64 = 0
    package internal(set) var latency = Latency()
    package internal(set) var readLatency = Latency()
    package internal(set) var updateLatency = Latency()
    package internal(set) var commits: Int64 = 0
    package internal(set) var staleSessionsExpired: Int64 = 0
    package internal(set) var authFailures: Int64 = 0
    package internal(set) var connectionRequests: Int64 = 0
    package internal(set) var lastProposalBytes = -1
    package internal(set) var minProposalBytes = -1
    package internal(set) var maxProposalBytes = -1
    /// Transactions whose digest was not the tree's: never anything but 0 in a sound node.
    package internal(set) var digestMismatches: Int64 = 0

    mutating func reset() {
        let mismatches = digestMismatches
        self = Statistics()
        digestMismatches = mismatches
    }

    mutating func noteProposal(bytes: Int) {
        lastProposalBytes = bytes
        minProposalBytes = minProposalBytes < 0 ? bytes : min(minProposalBytes, bytes)
        maxProposalBytes = max(maxProposalBytes, bytes)
    }
}

/// Digests of the tree at every 128th transaction, to be compared with another node's (`hash`).
package struct DigestHistory: Sendable {
    private static let interval: Int64 = 128
    private static let countMax = 1024

    package private(set) var entries: [(zxid: Zxid, digest: UInt64)] = []

    mutating func note(_ zxid: Zxid, digest: UInt64) {
        guard zxid.rawValue % DigestHistory.interval == 0 else { return }
        if entries.count == DigestHistory.countMax { entries.removeFirst() }
        entries.append((zxid, digest))
    }
}
