package import Vocabulary

/// Which sets of voters may decide: any two of them share a member.
package struct Quorum: Equatable, Sendable {
    /// Sorted, so that whatever is derived from it is the same on every node.
    package let voters: [PeerID]
    private let rule: Rule

    private enum Rule: Equatable, Sendable {
        case majority
        case groups([Group])
    }

    /// Voters that count together, each with its weight.
    package struct Group: Equatable, Sendable {
        package let members: [PeerID]
        package let weights: [Int64]

        /// - Precondition: One weight, not negative, for each member.
        package init(members: [PeerID], weights: [Int64]) {
            precondition(members.count == weights.count && weights.allSatisfy { $0 >= 0 })
            self.members = members
            self.weights = weights
        }

        var total: Int64 { weights.reduce(0, +) }

        fileprivate func weight(where isIn: (PeerID) -> Bool) -> Int64 {
            zip(members, weights).reduce(0) { isIn($1.0) ? $0 + $1.1 : $0 }
        }
    }

    /// Every majority of `voters`.
    ///
    /// - Precondition: There is at least one voter, and none is named twice.
    package init(majorityOf voters: some Sequence<PeerID>) {
        self.voters = voters.sorted()
        self.rule = .majority
        precondition(!self.voters.isEmpty, "somebody must be able to decide")
        precondition(Set(self.voters).count == self.voters.count, "a voter votes once")
    }

    /// More than half of the groups, each by more than half of its weight (quorum protocol 5.2). A group
    /// without weight is left out.
    ///
    /// - Precondition: No voter is in two groups, and some group has weight.
    package init(majorityOf groups: [Group]) {
        let weighty = groups.filter { $0.total > 0 }
        self.voters = groups.flatMap(\.members).sorted()
        self.rule = .groups(weighty)
        precondition(!weighty.isEmpty, "somebody must be able to decide")
        precondition(Set(self.voters).count == self.voters.count, "a voter votes once")
    }

    /// Whether the voters for whom `isIn` holds may decide.
    package func isReached(by isIn: (PeerID) -> Bool) -> Bool {
        switch rule {
        case .majority:
            return voters.count(where: isIn) > voters.count / 2
        case .groups(let groups):
            let agreeing = groups.count { $0.weight(where: isIn) > $0.total / 2 }
            return agreeing > groups.count / 2
        }
    }

    /// Whether `peer` may lead: a voter without weight votes, but is not elected.
    package func mayLead(_ peer: PeerID) -> Bool {
        guard voters.contains(peer) else { return false }
        guard case .groups(let groups) = rule else { return true }
        return groups.contains { $0.weight { $0 == peer } > 0 }
    }

    /// The newest position that a quorum has reached, when each voter's own is given by `position`.
    package func reached(by position: (PeerID) -> Zxid) -> Zxid {
        if voters.count == 1 { return position(voters[0]) }
        if rule == .majority { return majorityReached(by: position) }
        let newestFirst = voters.map(position).sorted(by: >)
        return newestFirst.first { candidate in isReached { position($0) >= candidate } } ?? .zero
    }

    /// The same for a majority, asked at every acknowledgement: without allocating.
    private func majorityReached(by position: (PeerID) -> Zxid) -> Zxid {
        withUnsafeTemporaryAllocation(of: Zxid.self, capacity: voters.count) { newestFirst in
            for (count, voter) in voters.enumerated() {
                let zxid = position(voter)
                var place = count
                while place > 0, newestFirst[place - 1] < zxid {
                    newestFirst.initializeElement(at: place, to: newestFirst[place - 1])
                    place -= 1
                }
                newestFirst.initializeElement(at: place, to: zxid)
            }
            return newestFirst[voters.count / 2]
        }
    }
}
