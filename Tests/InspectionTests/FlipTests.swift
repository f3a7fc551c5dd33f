import FolderReading
import NIOCore
import SeededRandom
import Storage
import TestSupport
import Testing
import Vocabulary
import Znodes

@testable import Inspection

/// Bytes of a log's files that change by themselves: no row may be believed that is not what was written.
@Suite struct `A log of which anything may be damaged` {
    let place = TemporaryFolder("inspection")
    let story: Story
    let folder: String

    init() {
        story = Story.atRandom(seed: 77, count: 900)
        folder = place.path + "/node"
    }

    /// `AVIARY_FLIPS` times; a flipped bit, or a page overwritten by another one or by zeros.
    @Test(arguments: [1000, 200])
    func `is believed only where it is what was written`(rowsOfSegment: Int) throws {
        try story.write(to: folder, inSegmentsOf: rowsOfSegment)
        let files = try TemporaryFolder.logs(in: folder).map { ($0, try #require(TemporaryFolder.read($0))) }
        let rounds = Environment.number("AVIARY_FLIPS") ?? 150
        var random = SeededGenerator(seed: UInt64(Environment.number("AVIARY_SEED") ?? 1))
        let written = Dictionary(uniqueKeysWithValues: story.rows.map { ($0.zxid, $0) })
        var noticed = 0
        for round in 0..<rounds {
            let (file, pristine) = files[Int.random(in: 0..<files.count, using: &random)]
            TemporaryFolder.write(damaged(pristine, &random), to: file)
            defer { TemporaryFolder.write(pristine, to: file) }
            let node = try NodeFolder(folder)
            let verification = try Verification.run(on: node)
            var believed = 0
            if node.logFault == nil {
                var walk = try node.walk()
                while let walked = try walk.next() {
                    guard walked.fault?.sparesContent ?? true else { continue }
                    believed += 1
                    #expect(walked.row == written[walked.row.zxid], "round \(round)")
                }
            }
            #expect(believed == story.rows.count || !verification.isSound, "round \(round): \(believed) rows")
            if verification.isSound {
                #expect(try node.tree().tree.digest == story.digest, "round \(round)")
            } else {
                noticed += 1
                let loss = try node.firstLoss(of: story)
                let firstBad = verification.firstBad ?? .zero
                // Where the beginning is lost, nobody knows the epochs it had.
                let isBeginning = loss == story.rows[0].zxid && firstBad.counter == 1
                #expect(
                    loss >= firstBad || isBeginning,
                    "round \(round): \(loss), \(verification.findings.prefix(3).map(\.text))")
            }
        }
        #expect(noticed > rounds / 3, "\(noticed) of \(rounds) noticed")
    }

    private func damaged(_ pristine: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = pristine
        let pages = bytes.count / 4096
        let page = Int.random(in: 0..<pages, using: &random) * 4096
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.replaceSubrange(page..<page + 4096, with: [UInt8](repeating: 0, count: 4096))
        case 1:
            let other = Int.random(in: 0..<pages, using: &random) * 4096
            bytes.replaceSubrange(page..<page + 4096, with: pristine[other..<other + 4096])
        default:
            bytes[Int.random(in: 0..<bytes.count, using: &random)] ^=
                1
                << UInt8.random(
                    in: 0..<8, using: &random)
        }
        return bytes
    }
}

extension NodeFolder {
    /// The first transaction of the story that is not in the log as it was written.
    fileprivate func firstLoss(of story: Story) throws -> Zxid {
        let end = Zxid(rawValue: .max)
        guard logFault == nil else { return story.rows[0].zxid }
        var walk = try self.walk()
        for row in story.rows {
            guard let walked = try walk.next() else { return row.zxid }
            if walked.row != row || !(walked.fault?.sparesContent ?? true) { return row.zxid }
        }
        return end
    }
}
