internal import Vocabulary

/// Positions up to which the voters have a reign's proposals on their disks.
struct Acknowledgements {
    /// One of each voter that was heard; few, and looked through at every acknowledgement.
    private var positions: [(peer: PeerID, zxid: Zxid)] = []

    mutating func record(_ zxid: Zxid, from peer: PeerID) {
        guard let index = positions.firstIndex(where: { $0.peer == peer }) else {
            return positions.append((peer, zxid))
        }
        positions[index].zxid = max(positions[index].zxid, zxid)
    }

    /// Acknowledgements of `peer` no longer count: it is about to be sent a history that may lack some of
    /// what it acknowledged, and acknowledges the rest again.
    mutating func forget(_ peer: PeerID) { positions.removeAll { $0.peer == peer } }

    func decided(by quorum: Quorum) -> Zxid {
        quorum.reached { voter in positions.first { $0.peer == voter }?.zxid ?? .zero }
    }
}
