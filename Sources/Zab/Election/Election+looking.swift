internal import Vocabulary

/// A server's steps while it looks for a leader.
extension Election {
    /// Opens a round behind the last one, and tells every voter.
    static func begin(_ server: inout ServerState, at nowMs: Int64) -> Election {
        // A round is what anybody said it was; rounds are compared, not counted.
        server.round = server.round == .max ? 1 : server.round + 1
        let failed = server.failedLeaders.remembered(at: nowMs)
        let election = Election(
            of: server.me, in: server.membership, persistent: server.persistent, round: server.round,
            reachable: server.reachable, passingOver: failed, forMs: server.timeouts.passingOverMs,
            at: nowMs)
        server.announce(election.announcement, dialing: true)
        return election
    }

    mutating func handle(_ input: Peer.Input, _ server: inout ServerState, at nowMs: Int64) {
        switch input {
        case .ticked: tick(&server, at: nowMs)
        case .notified(let notification, let peer): answer(notification, from: peer, &server, at: nowMs)
        case .reachable(let peer, let isUp): setReachable(peer, isUp, &server, at: nowMs)
        case .learnerLinkUp(let link): server.refuse(link)
        case .stored, .proposed, .leaderLinkUp, .leaderLinkDown, .fromLeader, .learnerLinkDown, .fromLearner:
            return
        }
    }

    private mutating func tick(_ server: inout ServerState, at nowMs: Int64) {
        let hasChanged = reconsider(at: nowMs)
        let mustRepeat = mustRepeat(at: nowMs)
        if hasChanged || mustRepeat { server.announce(announcement, dialing: mustRepeat) }
    }

    /// Any notification, as a server that looks takes it (quorum protocol 2.5).
    private mutating func answer(
        _ notification: Notification, from peer: PeerID, _ server: inout ServerState, at nowMs: Int64
    ) {
        let isLooking = notification.state == .looking
        guard server.membership.isVoter(peer) else {
            if isLooking { server.emit(.notify(peer, announcement)) }
            return
        }
        let isBehind = isLooking && notification.round < round
        // It may not have heard this server's vote, sent while it followed a leader that is gone.
        let isNew = isLooking && !hasHeard(peer)
        let wasAbstaining = isAbstaining
        let hasChanged = receive(notification, from: peer, at: nowMs)
        server.round = round
        // One that abstains says once that it is there: two who answer one another never end.
        if isNew || isBehind && !wasAbstaining, server.membership.isVoter(server.me) {
            server.emit(.notify(peer, announcement))
        }
        if hasChanged { server.announce(announcement, dialing: false) }
    }

    private mutating func setReachable(
        _ peer: PeerID, _ isReachable: Bool, _ server: inout ServerState, at nowMs: Int64
    ) {
        if isReachable { linkUp(to: peer) } else { linkDown(to: peer) }
        if reconsider(at: nowMs) {
            server.announce(announcement, dialing: false)
        } else if isReachable {
            server.emit(.notify(peer, announcement))
        }
    }
}
