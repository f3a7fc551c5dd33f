import FolderReading
import SeededRandom
import Storage
import TestSupport
import Testing
import Vocabulary
import Znodes

@testable import Inspection

@Suite struct `A tree at a moment` {
    /// Snapshots here and there, and a log that begins at the start or behind one of its rows.
    private func folder(of story: Story, in place: TemporaryFolder, _ snapshots: [String], start: RowChain)
        throws
        -> String
    {
        let folder = try story.write(to: place.path + "/node", start: start)
        for name in snapshots {
            TemporaryFolder.write(
                TemporaryFolder.read(place.path + "/beside/" + name) ?? [], to: folder + "/" + name)
        }
        return folder
    }

    /// `AVIARY_ZXIDS` moments in all.
    @Test func `has the digest that its leader wrote down`() throws {
        var left = Environment.number("AVIARY_ZXIDS") ?? 600
        var seed: UInt64 = 0
        while left > 0 {
            seed += 1
            let place = TemporaryFolder("inspection")
            var random = SeededGenerator(seed: seed)
            var names: Set<String> = []
            let story = try Story.atRandom(seed: seed, count: 120) { story, number in
                guard number % 40 == 30 else { return }
                try story.writeSnapshot(to: place.path + "/beside")
                names.formUnion(TemporaryFolder.names(in: place.path + "/beside"))
            }
            let isTrimmed = Bool.random(using: &random)
            let start = isTrimmed ? story.chain(at: story.rows[20].zxid) : .empty
            let node = try NodeFolder(
                try folder(of: story, in: place, names.sorted(), start: start))
            try #require(try Verification.run(on: node).isSound, "seed \(seed)")
            let horizon = try #require(try node.horizon())
            for row in story.rows.shuffled(using: &random).prefix(60) {
                guard row.zxid >= horizon else {
                    #expect(throws: InspectionError.self) { _ = try node.tree(at: .zxid(row.zxid)) }
                    continue
                }
                let rebuilt = try node.tree(at: .zxid(row.zxid))
                #expect(rebuilt.tree.digest == story.digests[row.zxid], "seed \(seed), \(row.zxid)")
                #expect(rebuilt.firstMismatch == nil)
                #expect(rebuilt.zxid == row.zxid)
                left -= 1
            }
        }
    }

    @Test func `is found by time as well, between transactions too`() throws {
        let place = TemporaryFolder("inspection")
        let story = Story.atRandom(seed: 4)
        let node = try NodeFolder(try story.write(to: place.path + "/node"))
        for row in story.rows {
            #expect(try node.zxid(of: .time(row.timeMs)) == row.zxid)
            #expect(try node.zxid(of: .time(row.timeMs + 999)) == row.zxid)
        }
        #expect(try node.zxid(of: .time(0)) == .zero)
        #expect(try node.zxid(of: .time(story.timeMs + 1_000_000)) == story.last)
    }

    @Test func `differs from another one by what was written in between`() throws {
        let place = TemporaryFolder("inspection")
        let story = Story.ofServices()
        let node = try NodeFolder(try story.write(to: place.path + "/node"))
        let old = try node.tree(at: Moment("1:5"))
        let new = try node.tree(at: Moment("1:13"))
        let difference = TreeDifference(from: old.tree, to: new.tree)
        let named = difference.differences.filter { !$0.isOfChildrenOnly }
        #expect(
            named.map { "\($0.path)" } == [
                "/secret", "/services/a", "/services/payment/config", "/services/payment/leader",
                "/services/payment/worker", "/services/queue-0000000001",
            ])
        #expect(named.map(\.kind) == [.created, .created, .changed, .created, .created, .created])
        #expect(TreeDifference(from: old.tree, to: old.tree).differences.isEmpty)
        let below = TreeDifference(from: old.tree, to: new.tree, below: "/services/payment")
        #expect(below.count(.created) == 2)
    }

    @Test func `agrees with what is told of each znode`() throws {
        for seed in UInt64(30)...40 {
            let place = TemporaryFolder("inspection")
            let story = Story.atRandom(seed: seed, count: 150)
            let node = try NodeFolder(try story.write(to: place.path + "/node"))
            let rebuilt = try node.tree()
            for number in 0..<9 {
                let path = ZnodePath("/z\(number)")
                let history = try ZnodeHistory.read(of: path, in: node)
                let znode = rebuilt.tree.view(of: path)
                #expect(history.exists == (znode != nil), "seed \(seed), \(path)")
                #expect(history.ownerAtEnd == znode?.ownership.session)
                guard let znode else { continue }
                // A multi may delete and create it.
                let sinceBirth = history.events.drop {
                    $0.kind != .created || $0.zxid != znode.stat.czxid
                }
                #expect(!sinceBirth.isEmpty, "seed \(seed), \(path)")
                #expect(sinceBirth.count { $0.kind == .dataChanged } == Int(znode.stat.version))
            }
        }
    }
}
