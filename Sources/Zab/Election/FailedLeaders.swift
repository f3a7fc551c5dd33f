internal import Vocabulary

/// Servers that were chosen to lead and could not, as this server has seen it: for a while it looks for
/// another first.
///
/// A server that is heard and hears nobody wins each election by the order of votes, and can lead none. So
/// does one that hears some and is heard by others.
struct FailedLeaders {
    /// The latest last.
    private var failures: [(peer: PeerID, untilMs: Int64)] = []

    /// As many are remembered as leave a quorum of others: who failed longest ago is tried again.
    mutating func record(_ peer: PeerID, untilMs: Int64, quorum: Quorum) {
        forgive(peer)
        failures.append((peer, untilMs))
        while !failures.isEmpty, !quorum.isReached(by: { voter in !failures.contains { $0.peer == voter } }) {
            failures.removeFirst()
        }
    }

    mutating func forgive(_ peer: PeerID) { failures.removeAll { $0.peer == peer } }

    func remembers(_ peer: PeerID, at nowMs: Int64) -> Bool {
        failures.contains { $0.peer == peer && $0.untilMs > nowMs }
    }

    /// Failed leaders that are remembered still.
    mutating func remembered(at nowMs: Int64) -> Set<PeerID> {
        failures.removeAll { $0.untilMs <= nowMs }
        return Set(failures.map(\.peer))
    }
}
