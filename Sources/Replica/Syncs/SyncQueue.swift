internal import DequeModule
internal import Vocabulary
internal import Zab

/// Synchronizations that are not answered yet: those that wait for a position to be applied here, and those
/// that the leader was asked for.
struct SyncQueue {
    /// Whom a question to the leader was for.
    enum Question {
        case client(ConnectionID)
        /// The node itself, before it gives the leader anything again.
        case node
    }

    /// In the order of the positions.
    private var pendingSyncs: Deque<PendingSync> = []
    /// In the order in which the leader will answer (quorum protocol 4.7).
    private var questions: Deque<Question> = []

    /// How many wait for a position.
    var count: Int { pendingSyncs.count }

    /// Adds one that is answered once `zxid` is applied, the last position there is.
    mutating func wait(_ waiting: PendingSync.Waiting, for zxid: Zxid) {
        pendingSyncs.append(PendingSync(zxid: zxid, waiting: waiting))
    }

    /// Takes out the next one whose position is applied.
    mutating func takeReached(_ applied: Zxid) -> PendingSync.Waiting? {
        guard let first = pendingSyncs.first, first.zxid <= applied else { return nil }
        return pendingSyncs.removeFirst().waiting
    }

    /// The leader is asked.
    mutating func recordQuestion(_ question: Question) { questions.append(question) }

    /// The leader answered the oldest of its questions.
    mutating func takeQuestion() -> Question? { questions.popFirst() }
}

/// A sync that waits for a position to be applied.
struct PendingSync {
    enum Waiting {
        /// A client of this node asked to synchronize.
        case client(ConnectionID)
        /// A learner did, for one of its clients.
        case learner(LinkID)
    }

    let zxid: Zxid
    let waiting: Waiting
}
