/// Mistakes that servers of this kind have made, put back into what surrounds a replica: a simulation must
/// find each.
///
/// Numbers are Apache ZooKeeper's issues (quorum protocol 13); a mistake without one is a disk's, a
/// network's or this project's own.
package enum Flaw: String, CaseIterable, Sendable {
    case acknowledgesBeforeSync
    case entersEpochBeforeHistory
    case forgetsAcceptedEpoch
    case forgetsCurrentEpoch
    case appliesUnconfirmedTail
    case ignoresTruncation
    case keepsLogBesideSnapshot
    case sendsOldTree
    case startsEmpty
    case forgetsSessions
    case snapshotsChangingTree
    case trimsAheadOfSnapshot
    case goesOnAfterDiskError
    case losesSyncedWrites
    case losesMessages
    case reordersMessages
    case repeatsRequests
    case answersByClientXid
    case changesTime
    case keepsLastNumber
    case endsSessionsAtOnce
    case answersBeforeEvents
    case repeatsEvents
    case forgetsFailedLeaders
    case proposesWhatNoneTakes
    case vouchesForTurn
    case votesWithoutFiles
    case forgetsUnread
    case keepsAllUnread
    case readsWithoutRoom
    case answersOutOfTouch

    /// The issues where it was found.
    package var issues: String {
        switch self {
        case .keepsLastNumber, .endsSessionsAtOnce: ""
        case .acknowledgesBeforeSync: "ZOOKEEPER-3911, 4646"
        case .entersEpochBeforeHistory: "ZOOKEEPER-4643, 4785"
        case .forgetsAcceptedEpoch: "ZOOKEEPER-1653, 2307"
        case .forgetsCurrentEpoch: "ZOOKEEPER-335, 2307"
        case .appliesUnconfirmedTail: "ZOOKEEPER-1154, 3023, 2845"
        case .ignoresTruncation: "ZOOKEEPER-4837"
        case .keepsLogBesideSnapshot: "ZOOKEEPER-2846"
        case .sendsOldTree: "ZOOKEEPER-1558, 3104"
        case .startsEmpty: "ZOOKEEPER-2325, 3056"
        case .forgetsSessions: "ZOOKEEPER-3144"
        case .goesOnAfterDiskError: "ZOOKEEPER-2247, 3701"
        case .losesMessages: "ZOOKEEPER-4925"
        case .repeatsRequests: "ZOOKEEPER-2684"
        case .proposesWhatNoneTakes: "ZOOKEEPER-3496"
        case .snapshotsChangingTree, .trimsAheadOfSnapshot, .losesSyncedWrites, .reordersMessages,
            .answersByClientXid, .changesTime, .answersBeforeEvents, .repeatsEvents, .forgetsFailedLeaders,
            .vouchesForTurn, .votesWithoutFiles, .forgetsUnread, .keepsAllUnread, .readsWithoutRoom,
            .answersOutOfTouch:
            ""
        }
    }

    package var description: String {
        switch self {
        case .acknowledgesBeforeSync: "what is acknowledged is still on its way to the disk"
        case .entersEpochBeforeHistory: "the new epoch is on the disk before the history it vouches for"
        case .forgetsAcceptedEpoch: "the promise to follow no earlier leader is lost with the process"
        case .forgetsCurrentEpoch: "a server comes back in an epoch before that of its history"
        case .appliesUnconfirmedTail: "the end of the log is applied at start, confirmed by nobody"
        case .ignoresTruncation: "what a leader had cut off is still in the log"
        case .keepsLogBesideSnapshot: "a received snapshot leaves the old log in its place"
        case .sendsOldTree: "the tree that is sent is older than it says"
        case .startsEmpty: "a server that lost its files starts as an empty one"
        case .forgetsSessions: "a snapshot lacks a session that its tree knows"
        case .snapshotsChangingTree: "a snapshot holds what came after the position that it names"
        case .trimsAheadOfSnapshot: "the log loses more than the snapshot before it holds"
        case .goesOnAfterDiskError: "a write fails, and the server goes on"
        case .losesSyncedWrites: "a disk that says it has synced and has not"
        case .losesMessages: "a link loses a message and goes on"
        case .reordersMessages: "a link overtakes itself"
        case .repeatsRequests: "a learner's request reaches the leader twice"
        case .answersByClientXid:
            "a commit answers the request that has its number, whichever connection sent it"
        case .keepsLastNumber: "a parent whose children's numbers end keeps the highest"
        case .endsSessionsAtOnce: "all sessions that run out together end in one step"
        case .changesTime: "a learner stamps proposals with its own clock"
        case .answersBeforeEvents: "an answer overtakes the event of the change that it shows"
        case .repeatsEvents: "a watch fires twice"
        case .forgetsFailedLeaders: "who could not lead is elected again and again"
        case .proposesWhatNoneTakes: "the end of a session is longer than any link takes"
        case .vouchesForTurn: "the disk's answer to a turn's early writes counts for all that it was given"
        case .votesWithoutFiles: "a server that lost its files votes before it has a leader's history"
        case .forgetsUnread: "what is kept for a client that does not read is lost"
        case .keepsAllUnread: "a client that does not read is never cut off"
        case .readsWithoutRoom: "clients are read though there is no room for what they ask"
        case .answersOutOfTouch: "a member that hears of no leader answers its clients as before"
        }
    }
}
