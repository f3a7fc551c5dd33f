package import Vocabulary

/// Whom a node wants to lead, and why: how far that one's history reaches.
package struct Vote: Hashable, Sendable {
    package let leader: PeerID
    /// The end of the leader's log.
    package let zxid: Zxid
    /// The leader's current epoch (Apache: `peerEpoch`).
    package let epoch: Epoch

    package init(leader: PeerID, zxid: Zxid, epoch: Epoch) {
        self.leader = leader
        self.zxid = zxid
        self.epoch = epoch
    }

    /// The total order that makes an election converge: epoch, then history, then the server's number
    /// (quorum protocol 2.6).
    package func isBetter(than other: Vote) -> Bool {
        if epoch != other.epoch { return epoch > other.epoch }
        if zxid != other.zxid { return zxid > other.zxid }
        return leader > other.leader
    }

    /// Whether its history reaches further.
    func isAhead(of other: Vote) -> Bool {
        epoch != other.epoch ? epoch > other.epoch : zxid > other.zxid
    }
}

/// A node's word on itself, to one that looks for a leader, or on its own when it looks itself.
package struct Notification: Equatable, Sendable {
    package enum State: Int32, Sendable { case looking, following, leading, observing }

    package let state: State
    package let vote: Vote
    /// The round of the sender's election; one that follows a leader reports the round in which it chose.
    package let round: Int64
    /// From a release before 3.4.6, whose rounds and epochs cannot be relied on.
    package let isOldFormat: Bool
    /// The sender's configuration as text; nil from a release that does not send it.
    package let configuration: ByteString?

    package init(
        state: State, vote: Vote, round: Int64, isOldFormat: Bool = false, configuration: ByteString? = nil
    ) {
        self.state = state
        self.vote = vote
        self.round = round
        self.isOldFormat = isOldFormat
        self.configuration = configuration
    }
}
