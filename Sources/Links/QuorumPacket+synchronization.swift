internal import Wire

extension QuorumPacket {
    /// How a learner comes to its leader's history, for the log: the packets that say so come once a link.
    var synchronization: String? {
        switch kind {
        case .diff: "diff"
        case .truncate: "truncation"
        case .snapshot: "snapshot"
        default: nil
        }
    }
}
