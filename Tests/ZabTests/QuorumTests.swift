import Testing
import Vocabulary
import Zab

@Suite struct `A quorum` {
    static func of(_ voters: Int64...) -> Quorum { Quorum(majorityOf: voters.map(PeerID.init(rawValue:))) }

    @Test(arguments: [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (7, 4)])
    func `is more than half of the voters`(voters: Int64, size: Int64) {
        let quorum = Quorum(majorityOf: (1...voters).map(PeerID.init(rawValue:)))
        #expect(quorum.isReached { $0.rawValue <= size })
        #expect(!quorum.isReached { $0.rawValue < size })
    }

    @Test func `lists its voters in order`() {
        #expect(`A quorum`.of(3, 1, 2).voters.map(\.rawValue) == [1, 2, 3])
        #expect(`A quorum`.of(2, 1) == `A quorum`.of(1, 2))
    }

    @Test(
        arguments: [
            ([7], 7), ([5, 9], 5), ([1, 2, 3], 2), ([9, 0, 0], 0), ([4, 4, 1], 4), ([1, 2, 3, 4], 2),
            ([5, 1, 4, 2, 3], 3),
        ] as [([Int64], Int64)])
    func `has reached what so many voters have`(positions: [Int64], reached: Int64) {
        let voters = positions.indices.map { PeerID(rawValue: Int64($0) + 1) }
        let quorum = Quorum(majorityOf: voters)
        let position = quorum.reached { Zxid(rawValue: positions[Int($0.rawValue) - 1]) }
        #expect(position == Zxid(rawValue: reached))
    }

    private static func group(_ members: [Int64], _ weights: [Int64]) -> Quorum.Group {
        Quorum.Group(members: members.map(PeerID.init(rawValue:)), weights: weights)
    }

    /// Three groups of three, as in Apache's manual.
    private static let grouped = Quorum(
        majorityOf: [
            group([1, 2, 3], [1, 1, 1]), group([4, 5, 6], [1, 1, 1]), group([7, 8, 9], [1, 1, 1]),
        ])

    @Test(
        arguments: [
            ([1, 2, 4, 5], true), ([1, 2, 3, 4, 7], false), ([1, 4, 7], false), ([2, 3, 8, 9], true),
        ] as [([Int64], Bool)])
    func `of groups is more than half in more than half of them`(members: [Int64], isEnough: Bool) {
        #expect(Self.grouped.isReached { members.contains($0.rawValue) } == isEnough)
    }

    @Test func `of groups has reached what enough of enough groups have`() {
        let positions: [Int64] = [9, 8, 0, 7, 6, 0, 0, 0, 0]
        let reached = Self.grouped.reached { Zxid(rawValue: positions[Int($0.rawValue) - 1]) }
        #expect(reached == Zxid(rawValue: 6))
    }

    @Test func `leaves a group without weight out, and elects none of it`() {
        let quorum = Quorum(majorityOf: [Self.group([1, 2], [1, 2]), Self.group([3], [0])])
        #expect(quorum.isReached { $0.rawValue == 2 })
        #expect(!quorum.isReached { $0.rawValue != 2 })
        #expect(quorum.mayLead(PeerID(rawValue: 1)))
        #expect(!quorum.mayLead(PeerID(rawValue: 3)))
        #expect(!quorum.mayLead(PeerID(rawValue: 4)))
    }
}
