package import Vocabulary

/// Members of the ensemble, as its configuration says.
package struct Membership: Equatable, Sendable {
    package let quorum: Quorum
    /// Members that follow and do not decide; sorted.
    package let observers: [PeerID]
    /// The version of the configuration; 0 where it never changed by an operation.
    package let version: Int64
    /// The configuration's text as peers exchange it (quorum protocol 5.4), carried and not looked into.
    package let text: ByteString
    /// Whether servers that the configuration does not list may learn from a leader (`reconfigEnabled`):
    /// those that are to be taken in later.
    package let admitsJoiners: Bool

    package init(
        quorum: Quorum, observers: some Sequence<PeerID>, version: Int64, text: ByteString,
        admitsJoiners: Bool = false
    ) {
        self.quorum = quorum
        self.observers = observers.sorted()
        self.version = version
        self.text = text
        self.admitsJoiners = admitsJoiners
    }

    /// Of a server that is all there is.
    package init(of only: PeerID) {
        self.init(quorum: Quorum(majorityOf: [only]), observers: [], version: 0, text: "")
    }

    package func isVoter(_ peer: PeerID) -> Bool { quorum.voters.contains(peer) }
    package func isListed(_ peer: PeerID) -> Bool { isVoter(peer) || observers.contains(peer) }
}

/// A node's knowledge of its own past, all of it on its disk.
package struct PersistentState: Equatable, Sendable {
    /// The newest epoch whose leader was promised that none before it will be followed.
    package var acceptedEpoch: Epoch
    /// The newest epoch whose initial history is here.
    package var currentEpoch: Epoch
    /// The end of the log, what nobody has confirmed included.
    package var lastLogged: Zxid
    /// Whether the disk may have lost what this server acknowledged. Until it has a leader's history it gives
    /// no vote and proves no history to a leader: a quorum with it could lack what was committed.
    package var mustSynchronize: Bool

    package init(
        acceptedEpoch: Epoch, currentEpoch: Epoch, lastLogged: Zxid, mustSynchronize: Bool = false
    ) {
        self.mustSynchronize = mustSynchronize
        self.acceptedEpoch = acceptedEpoch
        self.currentEpoch = currentEpoch
        self.lastLogged = lastLogged
    }
}

/// How long peers wait for one another, in milliseconds of the monotonic clock.
package struct Timeouts: Equatable, Sendable {
    package let tickMs: Int64
    /// For a leader to be found ready and for its history to come: `initLimit` ticks.
    package let initMs: Int64
    /// For a sign of life once that is done: `syncLimit` ticks.
    package let syncMs: Int64
    /// For servers that have chosen the same leader to come together: each dials it as soon as its own
    /// election is over.
    package let assemblyMs: Int64
    /// For discovery, up to the history: small messages, and a sync of one disk each.
    package let discoveryMs: Int64
    /// For which a server that failed as a leader is remembered: long enough to try all the others.
    package let failureMs: Int64
    /// For which it is passed over in a round: those that it failed do not find out in the same moment.
    package let passingOverMs: Int64

    /// - Parameter failureLimit: Ticks for which a failed leader is remembered.
    package init(tickMs: Int64, initLimit: Int64, syncLimit: Int64, failureLimit: Int64? = nil) {
        self.tickMs = tickMs
        self.initMs = tickMs * initLimit
        self.syncMs = tickMs * syncLimit
        self.assemblyMs = min(initMs, max(1_000, 3 * tickMs))
        self.discoveryMs = min(initMs, assemblyMs + syncMs)
        self.failureMs = tickMs * (failureLimit ?? 4 * initLimit)
        self.passingOverMs = max(1_000, tickMs)
    }
}
