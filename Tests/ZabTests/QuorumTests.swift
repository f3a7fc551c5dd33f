import Testing
import Vocabulary
import Zab

@Suite struct `A quorum` {
    static func of(_ voters: Int64...) -> Quorum { Quorum(majorityOf: voters.map(PeerID.init(rawValue:))) }

    @Test(arguments: [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 4), (7, 4)])
    func `is more than half of the voters`(voters: Int64, size: Int) {
        let quorum = Quorum(majorityOf: (1...voters).map(PeerID.init(rawValue:)))
        #expect(quorum.size == size)
        #expect(2 * quorum.size > Int(voters))
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
}
