internal import DequeModule
internal import Wire
internal import Zab
internal import Znodes

/// Trees on their way to learners, each as it was when its SNAP packet left: in slices, one tree after the
/// other. What follows a tree on its link waits behind it.
struct OutgoingSnapshots {
    private struct Outgoing {
        let link: LinkID
        let capture: CaptureID
        var behind: [QuorumPacket] = []
    }

    private var trees: Deque<Outgoing> = []

    var isEmpty: Bool { trees.isEmpty }

    /// The tree whose slices are sent now.
    var first: (link: LinkID, capture: CaptureID)? { trees.first.map { ($0.link, $0.capture) } }

    mutating func add(_ capture: CaptureID, to link: LinkID) {
        trees.append(Outgoing(link: link, capture: capture))
    }

    /// - Returns: Whether the packet waits behind a tree that is not sent yet.
    mutating func enqueue(_ packet: QuorumPacket, for link: LinkID) -> Bool {
        guard let index = trees.firstIndex(where: { $0.link == link }) else { return false }
        trees[index].behind.append(packet)
        return true
    }

    /// The first tree is sent.
    ///
    /// - Returns: What follows it.
    mutating func removeFirst() -> [QuorumPacket] { trees.removeFirst().behind }

    mutating func removeAll() { trees = [] }
}
