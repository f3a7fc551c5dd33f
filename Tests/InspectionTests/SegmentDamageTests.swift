import Glibc
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import FolderReading
@testable import Inspection

/// What can become of the files of a log, and what a check has to say of it.
enum FileDamage: String, CaseIterable {
    case middleLost, twoLost, newestLost, ofAnotherHistory, ofAnotherLog, renamed, newestRenamed, copied
    case copiedOver, unreadable, oldestUnreadable, newestUnreadable, emptied, wrongEnd, wrongCount
    case completionDamaged, numbersLost, numbersDamaged, newestOfAnotherHistory

    static let name = (0..<4).map { DataDirectory.segmentName(Zxid(rawValue: FileDamage.starts[$0])) }
    static let starts: [Int64] = [0, 0x1_0000_0005, 0x1_0000_000a, 0x1_0000_000f]

    /// Does it to a log in segments of five rows.
    func strike(_ folder: String, _ story: Story) throws {
        func file(_ index: Int) -> String { folder + "/" + FileDamage.name[index] }
        let directory = DataDirectory(visiting: folder)
        switch self {
        case .middleLost: unlink(file(1))
        case .twoLost:
            unlink(file(1))
            unlink(file(2))
        case .newestLost: unlink(file(3))
        case .ofAnotherHistory:
            unlink(file(1))
            let start = RowChain(zxid: Zxid(rawValue: FileDamage.starts[1]), checksum: 77)
            try Story.writeSegment(Array(story.rows[5..<10]), after: start, to: folder, isComplete: true)
        case .ofAnotherLog:
            unlink(file(1))
            let start = RowChain(zxid: Zxid(rawValue: FileDamage.starts[1]), checksum: 77)
            try Story.writeSegment(Array(story.rows[5..<8]), after: start, to: folder, isComplete: true)
        case .newestOfAnotherHistory:
            unlink(file(3))
            let start = RowChain(zxid: Zxid(rawValue: FileDamage.starts[3]), checksum: 77)
            try Story.writeSegment(Array(story.rows[15...]), after: start, to: folder, isComplete: false)
        case .numbersDamaged: TemporaryFolder.change(file(1), "UPDATE node SET value = 9")
        case .renamed: rename(file(1), directory.segment(Zxid(rawValue: 0x1_0000_0007)))
        case .newestRenamed: rename(file(3), directory.segment(Zxid(rawValue: 0x1_0000_0020)))
        case .copied:
            let copy = directory.segment(Zxid(rawValue: 0x1_0000_0007))
            TemporaryFolder.write(TemporaryFolder.read(file(1)) ?? [], to: copy)
        case .copiedOver: TemporaryFolder.write(TemporaryFolder.read(file(1)) ?? [], to: file(2))
        case .unreadable: TemporaryFolder.write([1, 2, 3], to: file(1))
        case .oldestUnreadable: TemporaryFolder.write([1, 2, 3], to: file(0))
        case .newestUnreadable: TemporaryFolder.write([1, 2, 3], to: file(3))
        case .emptied: TemporaryFolder.write([], to: file(1))
        case .wrongEnd, .wrongCount:
            TemporaryFolder.change(file(1), "DELETE FROM completion")
            var end = story.chain(at: Zxid(rawValue: FileDamage.starts[2]))
            if self == .wrongEnd { end = story.chain(at: Zxid(rawValue: 0x1_0000_0009)) }
            let database = try Database(path: file(1))
            try Completion(end: end, rows: self == .wrongCount ? 6 : 5).write(
                to: database, after: story.chain(at: Zxid(rawValue: FileDamage.starts[1])))
            try database.close()
        case .completionDamaged: TemporaryFolder.change(file(1), "UPDATE completion SET rows = 4")
        case .numbersLost: TemporaryFolder.change(file(1), "DELETE FROM node")
        }
    }

    /// What the one finding has to say: words of it, and the first transaction that is missing.
    var expected: (words: [String], zxid: Int64?) {
        let missing = "5 rows are missing, 0x100000006 to 0x10000000a"
        switch self {
        case .middleLost: return ([missing, "log-0000000100000005.db is missing"], 0x1_0000_0006)
        case .twoLost:
            return (
                ["10 rows are missing, 0x100000006", "log-0000000100000005.db is missing"], 0x1_0000_0006
            )
        case .newestLost:
            return (["the log ends at 0x10000000f", "log-000000010000000f.db is missing"], 0x1_0000_0010)
        case .ofAnotherHistory, .ofAnotherLog:
            return (
                ["log-0000000100000005.db does not follow log-0000000000000000.db", "another history"],
                0x1_0000_0006
            )
        case .newestOfAnotherHistory:
            return (["log-000000010000000f.db does not follow log-000000010000000a.db"], 0x1_0000_0010)
        case .numbersDamaged:
            return (["log-0000000100000005.db: the number", "of table node is damaged"], nil)
        case .renamed:
            return (
                ["log-0000000100000007.db begins after 0x100000005, not after 0x100000007 as its name says"],
                0x1_0000_0006
            )
        case .newestRenamed:
            return (["log-0000000100000020.db begins after 0x10000000f"], 0x1_0000_0010)
        case .copied:
            return (
                ["log-0000000100000007.db begins after 0x100000005", "a copy of log-0000000100000005.db"], nil
            )
        case .copiedOver:
            return (
                ["log-000000010000000a.db begins after 0x100000005", "a copy of log-0000000100000005.db"],
                0x1_0000_000b
            )
        case .unreadable: return (["log-0000000100000005.db", "file is not a database"], 0x1_0000_0006)
        case .oldestUnreadable: return (["log-0000000000000000.db", "file is not a database"], 0x1_0000_0001)
        case .newestUnreadable: return (["log-000000010000000f.db", "file is not a database"], 0x1_0000_0010)
        case .emptied: return ([missing, "log-0000000100000005.db is missing"], 0x1_0000_0006)
        case .wrongEnd:
            return (["log-0000000100000005.db ends with 0x10000000a", "with 0x100000009"], nil)
        case .wrongCount:
            return (["log-0000000100000005.db, which ends with 0x10000000a, has 5 rows", "6"], nil)
        case .completionDamaged: return (["log-0000000100000005.db", "table completion"], nil)
        case .numbersLost: return (["log-0000000100000005.db: its numbers are missing"], nil)
        }
    }
}

@Suite struct `A check of a log's files` {
    let place = TemporaryFolder("inspection")
    let story = Story.ofServices()

    @Test(arguments: FileDamage.allCases)
    func `says once what is wrong, with file and transaction`(damage: FileDamage) throws {
        let folder = try story.write(to: place.path + "/node", inSegmentsOf: 5)
        try #require(Verification.run(on: NodeFolder(folder)).isSound)
        try damage.strike(folder, story)
        let findings = try Verification.run(on: NodeFolder(folder), .log).findings
        let expected = damage.expected
        #expect(findings.count == 1, "\(findings.map(\.text))")
        for words in expected.words {
            #expect(findings.first?.text.contains(words) == true, "\(findings.map(\.text))")
        }
        #expect(findings.first?.zxid?.rawValue == expected.zxid, "\(findings.map(\.text))")
        #expect(try Admin(["status", folder]).isBad || damage == .wrongCount)
        _ = try Admin(["log", "list", folder])
        let comparison = try Comparison.run(over: [
            NodeFolder(story.write(to: place.path + "/other")), NodeFolder(folder),
        ])
        #expect(comparison.nodes[1].isDamaged || damage == .wrongCount)
    }

    @Test(arguments: FileDamage.allCases)
    func `leads to a repair that a node starts on`(damage: FileDamage) throws {
        let folder = try story.write(to: place.path + "/node", inSegmentsOf: 5)
        try damage.strike(folder, story)
        let run = try Admin(["repair", folder, "--yes"])
        guard !run.text.hasPrefix("nothing is left") else { return }
        #expect(try Verification.run(on: NodeFolder(folder)).isSound, "\(run.text)")
        let started = try Started(on: folder)
        switch damage {
        case .copied, .wrongEnd, .wrongCount, .completionDamaged, .numbersLost, .numbersDamaged:
            #expect(started.rows == 17)
        case .newestLost, .newestOfAnotherHistory, .newestRenamed, .newestUnreadable:
            #expect(started.rows == 15)
        case .copiedOver: #expect(started.rows == 10)
        default: #expect(started.rows == 5, "\(run.text)")
        }
    }

    @Test func `names each damaged row of a file of which others are missing`() throws {
        let folder = try story.write(to: place.path + "/node", inSegmentsOf: 9)
        TemporaryFolder.changeLog(
            in: folder, "UPDATE log SET body = x'00' WHERE zxid IN (0x100000002, 0x100000008)")
        TemporaryFolder.changeLog(in: folder, "DELETE FROM log WHERE zxid IN (0x100000005, 0x10000000c)")
        let findings = try Verification.run(on: NodeFolder(folder)).findings
        #expect(
            findings.map(\.zxid?.rawValue) == [0x1_0000_0002, 0x1_0000_0005, 0x1_0000_0008, 0x1_0000_000c],
            "\(findings.map(\.text))")
    }

    @Test func `believes a file that does not say what it ends with`() throws {
        let folder = try story.write(to: place.path + "/node", inSegmentsOf: 5)
        TemporaryFolder.change(TemporaryFolder.logs(in: folder)[1], "DELETE FROM completion")
        let check = try Verification.run(on: NodeFolder(folder))
        #expect(check.isSound)
        #expect(check.findings.map(\.text).first?.contains("the next start writes it") == true)
    }
}
