internal import Vocabulary

/// Admission of learners: not everybody who finds the port is one.
extension Leading {
    /// Why a server may not learn from this leader.
    static func objection(
        to peer: PeerID, accepted: Epoch, version: Int64, _ server: borrowing ServerState
    ) -> String? {
        let membership = server.membership
        if version > membership.version { return "its configuration is newer than the leader's" }
        if peer == server.me { return "it says to be this server" }
        guard membership.isListed(peer) || membership.admitsJoiners else {
            return "it says to be server \(peer.rawValue), which the configuration here does not list; list "
                + "it on all servers, or let unlisted ones join with reconfigEnabled=true"
        }
        guard accepted < .last else {
            return "it has accepted epoch \(accepted.rawValue), which none can follow"
        }
        return nil
    }
}
