internal import Vocabulary

/// Who has what of a reign's proposals on its disk.
struct Acknowledgements {
    /// One of each voter that was heard; few, and looked through at every acknowledgement.
    private var positions: [(peer: PeerID, zxid: Zxid)] = []

    mutating func note(_ zxid: Zxid, from peer: PeerID) {
        guard let index = positions.firstIndex(where: { $0.peer == peer }) else {
            return positions.append((peer, zxid))
        }
        positions[index].zxid = max(positions[index].zxid, zxid)
    }

    /// What it acknowledged no longer counts: it is about to be sent a history that may lack some of it, and
    /// acknowledges the rest again.
    mutating func forget(_ peer: PeerID) { positions.removeAll { $0.peer == peer } }

    func decided(by quorum: Quorum) -> Zxid {
        quorum.reached { voter in positions.first { $0.peer == voter }?.zxid ?? .zero }
    }
}
