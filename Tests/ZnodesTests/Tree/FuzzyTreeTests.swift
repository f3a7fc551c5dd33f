import SeededRandom
import Testing
import Vocabulary

@testable import Znodes

/// What Apache's leaders send as a snapshot: each znode is of another moment, the later it stands the later.
@Suite struct `A tree serialized while it changes` {
    @Test(arguments: Array(1...60) + [1423, 1843, 1889] as [UInt64])
    func `is that of one moment once what came meanwhile is applied`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var wishes = RandomWishes(seed: seed)
        var proposer = Proposer()
        for step in 0..<300 { _ = proposer.propose(wishes.next(), timeMs: Int64(step)) }
        proposer.commit(300)
        let label = proposer.tree.lastZxid
        var moments = [Moment(of: proposer.tree)]
        var missed: [Transaction] = []
        for step in 300..<(300 + Int.random(in: 1...120, using: &generator)) {
            missed.append(proposer.propose(wishes.next(), timeMs: Int64(step)))
            proposer.commit(1)
            moments.append(Moment(of: proposer.tree))
        }
        var copy = Tree(seed: seed &+ 1)
        for znode in Moment.walk(through: moments, &generator) where !copy.restore(znode) {
            Issue.record("\(znode.path) was not taken")
        }
        copy.countUsage()
        copy.advance(to: label)
        var applied: [Applied] = []
        for transaction in missed { copy.apply(transaction, into: &applied) }
        #expect(copy.digest == proposer.tree.digest, "seed \(seed)")
        #expect(Moment(of: copy) == Moment(of: proposer.tree), "seed \(seed)")
        #expect(copy.ephemeralPaths == proposer.tree.ephemeralPaths, "seed \(seed)")
        #expect(
            Set(copy.sweepable.paths) == Set(proposer.tree.sweepable.paths), "seed \(seed)")
    }
}

private struct Moment: Equatable {
    private var znodes: [ZnodePath: StoredZnode] = [:]
    private var children: [ZnodePath: Set<ZnodePath>] = [:]

    init(of tree: borrowing Tree) {
        for (_, znode) in Restoring.znodes(of: tree) {
            znodes[znode.path] = znode
            if let parent = znode.path.parent {
                children[parent.isRoot ? "" : parent, default: []].insert(znode.path)
            }
        }
    }

    /// Depth first; time passes before each znode, and one whose name was read may be gone.
    static func walk(through moments: [Moment], _ generator: inout SeededGenerator) -> [StoredZnode] {
        var now = 0
        var walked: [StoredZnode] = []
        var open: [ZnodePath] = [""]
        while let path = open.popLast() {
            if generator.isOneIn(3) {
                now = min(now + Int.random(in: 0...20, using: &generator), moments.count - 1)
            }
            guard let znode = moments[now].znodes[path] else { continue }
            walked.append(znode)
            open += moments[now].children[path, default: []].sorted()
        }
        return walked
    }
}
