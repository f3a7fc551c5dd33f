package import Vocabulary

/// Which sets of voters may decide: any two of them share a member.
package struct Quorum: Equatable, Sendable {
    /// Sorted, so that whatever is derived from it is the same on every node.
    package let voters: [PeerID]

    /// Every majority of `voters`.
    ///
    /// - Precondition: There is at least one voter, and none is named twice.
    package init(majorityOf voters: some Sequence<PeerID>) {
        self.voters = voters.sorted()
        precondition(!self.voters.isEmpty, "somebody must be able to decide")
        precondition(Set(self.voters).count == self.voters.count, "a voter votes once")
    }

    /// How many voters are enough.
    package var size: Int { voters.count / 2 + 1 }

    /// The newest position that a quorum has reached, when each voter's own is given by `position`.
    package func reached(by position: (PeerID) -> Zxid) -> Zxid {
        if voters.count == 1 { return position(voters[0]) }
        return voters.map(position).sorted(by: >)[size - 1]
    }
}
