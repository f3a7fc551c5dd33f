import FolderReading
import Glibc
import NIOCore
import SeededRandom
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Inspection

@Suite struct `A comparison of three folders` {
    let place = TemporaryFolder("inspection")

    private func compare(_ folders: [String], voters: Bool = false) throws -> Comparison {
        try Comparison.run(over: folders.map { try NodeFolder($0) }, areAllVoters: voters)
    }

    private func three(_ story: Story) throws -> [String] {
        try (1...3).map { try story.write(to: place.path + "/node\($0)") }
    }

    @Test func `proves agreement`() throws {
        let story = Story.atRandom(seed: 1)
        let comparison = try compare(try three(story))
        #expect(comparison.isAgreement)
        #expect(comparison.agreed == story.rows.count)
        #expect(comparison.heldByAll == story.rows.count)
        #expect(comparison.lastHeldByAll == story.last)
        #expect(!comparison.isByContent)
        #expect(comparison.notes.isEmpty)
    }

    /// `AVIARY_DAMAGES` of each kind.
    @Test(arguments: Damage.allCases)
    func `names node and transaction of a damage, and calls it no divergence`(damage: Damage) throws {
        for seed in 1...UInt64(Environment.number("AVIARY_DAMAGES") ?? 8) {
            let story = Story.atRandom(seed: seed)
            let place = TemporaryFolder("inspection")
            let folders = try (1...3).map { try story.write(to: place.path + "/node\($0)") }
            var random = SeededGenerator(seed: seed &* 991)
            let victim = Int.random(in: 0..<3, using: &random)
            let expected = try damage.strike(folders[victim], story, &random)
            let comparison = try compare(folders)
            let context = "\(damage), seed \(seed), node \(victim)"
            #expect(!comparison.isAgreement, "\(context)")
            #expect(comparison.divergence == nil, "\(context): \(String(describing: comparison.divergence))")
            #expect(
                comparison.nodes.map(\.firstBad) == (0..<3).map { $0 == victim ? expected : nil },
                "\(context)")
        }
    }

    @Test func `names the first transaction of a lost beginning, which the folder alone cannot`() throws {
        let story = Story.atRandom(seed: 8)
        let folders = try three(story)
        TemporaryFolder.change(
            TemporaryFolder.log(in: folders[0]), "DELETE FROM log WHERE zxid < 0x200000000")
        let comparison = try compare(folders)
        #expect(comparison.nodes.map(\.firstBad) == [story.rows[0].zxid, nil, nil])
        #expect(comparison.divergence == nil)
    }

    /// A log that is whole in itself, but says another thing from one row on.
    @Test(arguments: [3, 30, 61])
    func `names the row where a whole log says something else`(index: Int) throws {
        let story = Story.atRandom(seed: 5)
        let folders = try three(story)
        let zxid = story.rows[index].zxid
        let forged = place.path + "/forged"
        var writer = try FolderWriter(folder: forged, start: .empty)
        for row in story.rows {
            var row = row
            if row.zxid == zxid { row.timeMs += 1 }
            try writer.append(row)
        }
        try writer.finish(
            acceptedEpoch: story.last.epoch, currentEpoch: story.last.epoch, committed: story.last)
        let comparison = try compare([folders[0], forged, folders[2]])
        let divergence = try #require(comparison.divergence)
        #expect(divergence.zxid == zxid)
        #expect(divergence.kind == .content)
        #expect(comparison.agreed == index)
        guard case .row(let own) = divergence.holdings[1], case .row(let others) = divergence.holdings[0]
        else {
            Issue.record("\(divergence.holdings)")
            return
        }
        #expect(own.row.timeMs == others.row.timeMs + 1)
    }

    /// Two reigns that both committed what the other has not: what no quorum can do.
    /// A later reign says so as well as the mark: its leader had all that came before.
    @Test(arguments: [false, true])
    func `names the first transaction that one vouches for and another went on without`(
        isMarked: Bool
    ) throws {
        let one = Story.atRandom(seed: 2, count: 20)
        let shorter = Story.atRandom(seed: 2, count: 20)
        let end = try #require(one.rows.last { $0.zxid.epoch.rawValue == 1 }).zxid
        let committed = isMarked ? one.last : one.rows[2].zxid
        let gone = place.path + "/gone-on"
        var writer = try FolderWriter(folder: gone, start: .empty)
        for row in shorter.rows where row.zxid.epoch.rawValue > 1 || row.zxid < end {
            try writer.append(row)
        }
        try writer.finish(
            acceptedEpoch: one.last.epoch, currentEpoch: one.last.epoch, committed: committed)
        let whole = try one.write(to: place.path + "/whole", committed: committed)
        let comparison = try compare([whole, gone])
        let divergence = try #require(comparison.divergence)
        #expect(divergence.zxid == end)
        #expect(divergence.kind == .history)
        guard case .without = divergence.holdings[1] else {
            Issue.record("\(divergence.holdings)")
            return
        }
    }

    // MARK: Healthy

    /// What crashes, elections, trimming and snapshots leave, by seed: `AVIARY_HISTORIES` many.
    @Test func `raises no alarm for what crashes leave`() throws {
        for seed in 1...(Environment.number("AVIARY_HISTORIES") ?? 150) {
            try requireCalm(seed: UInt64(seed))
        }
    }

    private func requireCalm(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed &* 31)
        let place = TemporaryFolder("inspection")
        let story = Story.atRandom(seed: seed, count: Int.random(in: 10...50, using: &random))
        let rows = story.rows
        let committed = rows[Int.random(in: rows.count / 2..<rows.count, using: &random)].zxid
        var folders: [String] = []
        for number in 1...3 {
            let path = place.path + "/node\(number)"
            // Two of three have all that is committed.
            let least = number < 3 ? committed : rows[0].zxid
            let ends = rows.map(\.zxid).filter { $0 >= least }
            let end = ends.randomElement(using: &random) ?? committed
            let known = rows.map(\.zxid).filter { $0 <= min(end, committed) }.randomElement(using: &random)
            var start = RowChain.empty
            let starts = rows.map(\.zxid).filter { $0 <= known ?? .zero }
            if Bool.random(using: &random), let zxid = starts.randomElement(using: &random) {
                start =
                    Bool.random(using: &random) ? story.chain(at: zxid) : RowChain(afterSnapshot: zxid)
            }
            if number == 3, Bool.random(using: &random) {
                try Self.writeTail(to: path, story, committed: committed, random: &random)
            } else {
                try story.write(to: path, through: end, start: start, committed: known ?? .zero)
            }
            folders.append(path)
        }
        let comparison = try compare(folders, voters: true)
        #expect(
            comparison.isAgreement,
            "seed \(seed): \(comparison.nodes.map(\.findings)), \(comparison.notes)"
        )
    }

    /// A leader that died with proposals that nobody else has; the others went on in another epoch.
    private static func writeTail(
        to path: String, _ story: Story, committed: Zxid, random: inout SeededGenerator
    ) throws {
        let last = try #require(story.rows.last { $0.zxid.epoch.rawValue == 1 }).zxid
        var writer = try FolderWriter(folder: path, start: .empty)
        for row in story.rows where row.zxid.epoch.rawValue == 1 { try writer.append(row) }
        var tail = last
        for number in 0..<Int64.random(in: 1...4, using: &random) {
            tail = tail.next
            try writer.append(
                LogRow(
                    zxid: tail, timeMs: story.timeMs + number, session: Story.ann, cxid: 7, type: -1,
                    path: nil,
                    body: ByteBuffer(bytes: [1, 2, 3])))
        }
        try writer.finish(
            acceptedEpoch: last.epoch, currentEpoch: last.epoch, committed: min(last, committed))
    }

    @Test func `tells a tail that nobody committed from a loss`() throws {
        let story = Story.atRandom(seed: 9)
        var random = SeededGenerator(seed: 4)
        let folders = try three(story)
        let ahead = place.path + "/ahead"
        try Self.writeTail(to: ahead, story, committed: story.last, random: &random)
        let comparison = try compare([folders[0], folders[1], ahead])
        let first = try #require(story.rows.last { $0.zxid.epoch.rawValue == 1 }).zxid.next
        #expect(comparison.isAgreement)
        #expect(comparison.nodes[2].tail == first)
        #expect(comparison.nodes[2].tailRows > 0)
    }

    @Test func `compares what rows say where logs begin behind other snapshots`() throws {
        let story = Story.atRandom(seed: 3)
        let zxid = story.rows[20].zxid
        let other = try story.write(
            to: place.path + "/other", start: RowChain(afterSnapshot: zxid), committed: story.last)
        let whole = try story.write(to: place.path + "/whole")
        let comparison = try compare([whole, other])
        #expect(comparison.isAgreement)
        #expect(comparison.isByContent)
        #expect(comparison.agreed == story.rows.count - 21)
        #expect(comparison.nodes[1].trimmed == 21)
    }

    @Test func `sees that too few hold what is committed, when these are all the voters`() throws {
        let story = Story.atRandom(seed: 6)
        let early = story.rows[30].zxid
        let folders = [
            try story.write(to: place.path + "/new"),
            try story.write(to: place.path + "/old1", through: early, accepted: story.last.epoch.rawValue),
            try story.write(to: place.path + "/old2", through: early, accepted: story.last.epoch.rawValue),
        ]
        #expect(try compare(folders).isAgreement)
        #expect(try compare(folders).notes.count == 1)
        #expect(try !compare(folders, voters: true).isAgreement)
    }

    @Test func `compares snapshots with the digests in the logs`() throws {
        let story = Story.ofServices()
        story.create("/more", by: Story.bob)
        let beside = place.path + "/beside"
        try story.writeSnapshot(to: beside)
        story.create("/later", by: Story.bob)
        let folders = try three(story)
        let name = TemporaryFolder.names(in: beside)[0]
        for folder in folders {
            TemporaryFolder.write(TemporaryFolder.read(beside + "/" + name) ?? [], to: folder + "/" + name)
        }
        let comparison = try compare(folders)
        #expect(comparison.isAgreement)
        #expect(comparison.snapshotsCompared == 3)
        TemporaryFolder.change(folders[1] + "/" + name, "UPDATE meta SET digest = digest + 1")
        let changed = try compare(folders)
        #expect(!changed.isAgreement)
        #expect(changed.snapshotFindings.count == 1)
        #expect(changed.snapshotFindings[0].text.contains(folders[1]))
    }
}

enum Environment {
    static func number(_ name: String) -> Int? {
        getenv(name).flatMap { Int(String(cString: $0)) }
    }
}
