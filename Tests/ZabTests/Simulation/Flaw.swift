/// Mistakes that servers of this kind have made, put back into what surrounds a peer: the simulation must
/// find each.
///
/// Those with a number are Apache ZooKeeper's (quorum protocol 13); the others are this project's own, or a
/// disk's and a network's.
enum Flaw: String, CaseIterable, Sendable {
    /// ZOOKEEPER-3911, 4646: what is acknowledged is still on its way to the disk.
    case acknowledgesBeforeSync
    /// ZOOKEEPER-4643, 4785: the new epoch is on the disk before the history that it vouches for.
    case entersEpochBeforeHistory
    /// ZOOKEEPER-1653, 2307: the promise to follow no earlier leader is lost with the process.
    case forgetsAcceptedEpoch
    /// ZOOKEEPER-335, 2307: a server comes back in an epoch before the one whose history it acknowledged.
    case forgetsCurrentEpoch
    /// ZOOKEEPER-1154, 3023: the end of the log is applied at start, though no leader has confirmed it.
    case appliesUnconfirmedTail
    /// ZOOKEEPER-4837, 2845: what a leader had cut off is still in the log.
    case ignoresTruncation
    /// ZOOKEEPER-1642: the tree that is sent holds what is not committed.
    case sendsUncommittedTree
    /// ZOOKEEPER-1558: the tree that is sent is older than it says.
    case sendsOldTree
    /// A link that overtakes itself.
    case reordersMessages
    /// ZOOKEEPER-4925: a link that loses a message and goes on.
    case losesMessages
    /// ZOOKEEPER-2247: a disk that says it has synced and has not.
    case losesSyncedWrites
}
