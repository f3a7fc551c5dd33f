/// How the file descriptors that a process may open are shared out before clients come.
///
/// Clients get what is left when the node has its own: for the log and its checkpoints, snapshots, the
/// other servers. Those above it are let in as long as it takes to say a four-letter word, and no longer:
/// whoever asks why nobody gets in gets an answer.
package struct DescriptorBudget: Equatable, Sendable {
    /// A snapshot's file, its journal and runs, a new log file in the place of the old, and what is read of
    /// /proc: eight at once were seen.
    static let own = 12
    /// To each other server: an election link, a quorum link, and the next of each before the last is gone.
    static let perPeer = 4

    /// Connections that are served.
    package let clientsMax: Int
    /// Connections above it that have not said anything, at most.
    package let overflowMax: Int
    /// Connections that are accepted in a row, before those that are there are looked at.
    package let acceptedAtOnce: Int

    /// - Parameters:
    ///   - limit: What the process may open.
    ///   - open: What it has open before the first client comes.
    ///   - peers: Other servers of its ensemble.
    ///   - unidentifiedMax: Connections that the ports between servers let in unknown.
    package init(limit: Int, open: Int, peers: Int = 0, unidentifiedMax: Int = 0) {
        let kept = DescriptorBudget.own + peers * DescriptorBudget.perPeer + unidentifiedMax
        let left = max(8, limit - open - kept)
        overflowMax = min(64, max(2, left / 8))
        acceptedAtOnce = overflowMax
        // Before those that stand too long are sent away, as many may have been accepted beyond them.
        clientsMax = max(1, left - 2 * overflowMax)
    }
}
