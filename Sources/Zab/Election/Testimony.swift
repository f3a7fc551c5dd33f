internal import Vocabulary

/// The words of the other voters on their histories, as a server keeps them that may have forgotten what it
/// acknowledged (D44).
///
/// All that it forgot was committed, if at all, before it started, and lay with others of the quorum. So once
/// every other voter has said, looking, how far its history reaches, a leader that is behind none of these
/// words lacks nothing that this server knew, and it may help to elect that one. A word stays right as long
/// as the election lasts: what is committed after it took a quorum that this server remembers, or was no part
/// of.
struct Testimony {
    private let others: [PeerID]
    private var words: [PeerID: Vote] = [:]

    init(of others: [PeerID]) { self.others = others }

    /// Takes in what `peer` says in `notification`.
    ///
    /// - Parameters:
    ///   - round: The round of this server's election.
    ///   - proposed: The vote that this server supports.
    mutating func hear(_ notification: Notification, from peer: PeerID, in round: Int64, for proposed: Vote) {
        switch notification.state {
        case .looking: words[peer] = notification.vote
        case .observing: return
        case .following, .leading:
            // An election that is over is the one that this server takes part in, or the word was an old one.
            guard notification.round != round || notification.vote != proposed else { return }
            words[peer] = nil
        }
    }

    /// Whether `peer` has looked since this server does, whatever it said.
    func hasHeard(_ peer: PeerID) -> Bool { words[peer] != nil }

    /// The voters that have not said how far their histories reach.
    var missing: [PeerID] { others.filter { !(words[$0]?.saysHistory ?? false) } }

    /// Whether the history that `vote` names is behind none that was heard of.
    func isMet(by vote: Vote) -> Bool {
        missing.isEmpty && words.values.allSatisfy { !$0.isAhead(of: vote) }
    }
}

extension Vote {
    /// Apache's servers know one that has lost its files by the zxid, and so do these. The epoch, which
    /// Apache's do not look at then, tells an empty folder from one that has something.
    static func abstention(of voter: PeerID, isEmpty: Bool) -> Vote {
        Vote(leader: voter, zxid: Zxid(rawValue: -1), epoch: isEmpty ? .zero : Epoch(rawValue: -1))
    }

    /// Whether it is for a history, which is then not behind the voter's own, or says that there is none.
    fileprivate var saysHistory: Bool { zxid >= .zero || zxid == Zxid(rawValue: -1) && epoch == .zero }
}
