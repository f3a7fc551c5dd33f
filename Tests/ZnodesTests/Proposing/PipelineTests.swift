import SeededRandom
import Testing
import Vocabulary
import Znodes

@Suite struct `Requests in flight` {
    /// Seeds of the random runs; a failure names its own.
    private static let seeds: [UInt64] = Array(1...20)

    @Test(arguments: Self.seeds)
    func `come to the same as one after the other, whenever they are committed`(seed: UInt64) {
        var wishes = RandomWishes(seed: seed)
        var pipelined = Proposer()
        var patient = Proposer()
        for step in 0..<1500 {
            let wish = wishes.next()
            let ahead = pipelined.propose(wish, timeMs: Int64(step))
            let expected = patient.propose(wish, timeMs: Int64(step))
            #expect(ahead == expected, "seed \(seed), step \(step): \(wish)")
            patient.commit(1)
            if wishes.generator.isOneIn(6) {
                pipelined.commit(Int.random(in: 0...pipelined.pending.count, using: &wishes.generator))
            }
        }
        pipelined.commit(pipelined.pending.count)
        #expect(pipelined.visible() == patient.visible(), "seed \(seed)")
        #expect(pipelined.tree.digest == patient.tree.digest)
        #expect(pipelined.tree.ephemeralOwners == patient.tree.ephemeralOwners)
    }

    @Test(arguments: Self.seeds)
    func `fail and succeed often enough to prove something`(seed: UInt64) {
        var wishes = RandomWishes(seed: seed)
        var proposer = Proposer()
        var failures = 0
        for step in 0..<300 {
            if proposer.propose(wishes.next(), timeMs: Int64(step)).change.hasFailed { failures += 1 }
        }
        #expect((60...280).contains(failures), "seed \(seed): \(failures) of 300 failed")
        proposer.commit(300)
    }

    @Test func `leave the tree alone until they are committed`() {
        var proposer = Proposer()
        let requester = Requester(session: .none, identities: [])
        let before = proposer.tree.digest
        let create = CreateOperation(opcode: .create, path: "/a", data: [1], acl: Self.open, flags: 0)
        #expect(!proposer.propose(.write(.create(create), by: requester), timeMs: 0).change.hasFailed)
        #expect(proposer.tree.digest == before)
        #expect(proposer.visible()["/a"] == nil)
        proposer.commit(1)
        #expect(proposer.visible()["/a"] != nil)
    }

    @Test func `are replayed to the same tree`() {
        var wishes = RandomWishes(seed: 99)
        var proposer = Proposer()
        for step in 0..<2000 { _ = proposer.propose(wishes.next(), timeMs: Int64(step)) }
        let log = proposer.pending
        proposer.commit(log.count)
        var replayed = Tree(seed: 12345)
        for transaction in log {
            var applied: [Applied] = []
            replayed.apply(transaction, into: &applied)
        }
        #expect(replayed.digest == proposer.tree.digest)
        #expect(replayed.znodes.count == proposer.tree.znodes.count)
        #expect(replayed.znodes.dataSize == proposer.tree.znodes.dataSize)
        #expect(replayed.ephemeralCount == proposer.tree.ephemeralCount)
    }

    private static let open = [RequestedACLEntry(permissions: .all, scheme: "world", id: "anyone")]
}
