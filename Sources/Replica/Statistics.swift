/// Counts that the node keeps of itself, since it started or since `srst`.
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

    mutating func noteProposal(bytes: Int) {
        lastProposalBytes = bytes
        minProposalBytes = minProposalBytes < 0 ? bytes : min(minProposalBytes, bytes)
        maxProposalBytes = max(maxProposalBytes, bytes)
    }
}
