import Glibc
import SeededRandom
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import FolderReading
@testable import Inspection

/// Logs that are many files, as every command sees them.
@Suite struct `A log in many segments` {
    let place = TemporaryFolder("inspection")
    let story = Story.ofServices()

    private static let questions: [[String]] = [
        ["log", "list", "NODE"], ["log", "list", "NODE", "--from", "1:5", "--to", "1:9"],
        ["log", "show", "NODE", "1:8", "0x100000009"], ["log", "stat", "NODE", "--columns", "17"],
        ["log", "verify", "NODE"], ["verify", "NODE"], ["tree", "NODE"],
        ["tree", "NODE", "/services", "--at", "0x10000000d"], ["why", "NODE", "/services/payment/config"],
        ["why", "NODE", "/services/payment", "--children"],
        ["diff", "NODE", "--from", "0x100000005", "--to", "0x10000000d"], ["sessions", "NODE", "--ended"],
        ["zxid", "0x100000004", "1:8", "1:99", "--dir", "NODE"],
        ["sql", "NODE", "SELECT id, path, txn_json(body) FROM txns ORDER BY id DESC LIMIT 9"],
        ["sql", "NODE", "SELECT * FROM epochs; SELECT * FROM sessions"],
        ["sql", "NODE", "SELECT path, czxid FROM znodes ORDER BY path"],
    ]

    private func answer(_ words: [String], over folder: String) throws -> String {
        try Admin(words.map { $0 == "NODE" ? folder : $0 }).text.replacing(folder, with: "NODE")
    }

    @Test(arguments: [1, 2, 5, 16, 17])
    func `answers like one file, and is equal to it`(rows: Int) throws {
        let one = try story.write(to: place.path + "/one")
        let many = try story.write(to: place.path + "/many", inSegmentsOf: rows)
        #expect(TemporaryFolder.logs(in: many).count == (17 + rows - 1) / rows)
        for question in Self.questions {
            #expect(try answer(question, over: many) == answer(question, over: one), "\(question)")
        }
        let comparison = try Comparison.run(over: [NodeFolder(one), NodeFolder(many)])
        #expect(comparison.heldByAll == 17 && comparison.divergence == nil)
        let made = try FolderBackup.make(of: NodeFolder(many), to: place.path + "/backup")
        #expect(made.rows == 17)
        #expect(try Started(on: place.path + "/backup").rows == 17)
        let restored = try FolderRestoration.make(
            of: NodeFolder(many), to: place.path + "/restored", at: .zxid(Zxid(rawValue: 0x1_0000_0009)),
            nowMs: 0)
        #expect(restored.rows == 9 && restored.dropped == 8)
        _ = try Admin(["truncate", many, "--after", "1:11", "--yes"])
        #expect(try Started(on: many).rows == 11)
    }

    @Test func `is shown with its files`() throws {
        let folder = try story.write(to: place.path + "/node", inSegmentsOf: 5)
        let text = try Admin(["status", folder]).text
        #expect(text.contains("4 segments, log-0000000000000000.db to log-000000010000000f.db"), "\(text)")
        let rows = try Admin(["sql", folder, "SELECT file, start_zxid, last_zxid, rows, state FROM segments"])
        #expect(
            rows.lines == [
                "file                     start_zxid   last_zxid    rows  state",
                "log-0000000000000000.db  0x0          0x100000005  5     complete",
                "log-0000000100000005.db  0x100000005  0x10000000a  5     complete",
                "log-000000010000000a.db  0x10000000a  0x10000000f  5     complete",
                "log-000000010000000f.db  0x10000000f  0x100000011  2     newest", "",
            ])
        let start = story.chain(at: Zxid(rawValue: 0x1_0000_0005))
        let trimmed = try story.write(to: place.path + "/trimmed", inSegmentsOf: 5, start: start)
        #expect(try NodeFolder(trimmed).numbers().start == start)
    }

    @Test func `has the epochs of whichever file has the highest`() throws {
        let folder = try story.write(to: place.path + "/node", inSegmentsOf: 5)
        let start = story.chain(at: Zxid(rawValue: 0x1_0000_000f))
        unlink(DataDirectory(visiting: folder).segment(start.zxid))
        try Story.writeSegment(
            Array(story.rows.suffix(2)), after: start, to: folder, isComplete: false,
            epoch: Epoch(rawValue: 7))
        let numbers = try NodeFolder(folder).numbers()
        #expect(numbers.acceptedEpoch == Epoch(rawValue: 7) && numbers.start == .empty)
    }

    @Test func `is read where a killed process was not done with the one before the newest`() throws {
        let source = try story.write(to: place.path + "/source", inSegmentsOf: 5)
        for file in TemporaryFolder.logs(in: source).suffix(2) { unlink(file) }
        let (third, fourth) = (
            story.chain(at: Zxid(rawValue: 0x1_0000_000a)), story.chain(at: Zxid(rawValue: 0x1_0000_000f))
        )
        try Story.writeSegment(
            Array(story.rows[10..<15]), after: third, to: source, isComplete: false, isClosed: false)
        try Story.writeSegment(
            Array(story.rows[15...]), after: fourth, to: source, isComplete: false, isClosed: false)
        let folder = place.path + "/node"
        TemporaryFolder.copy(source, to: folder)
        let before = TemporaryFolder.contents(of: folder)
        do {
            let node = try NodeFolder(folder)
            #expect(node.state == .killed)
            let check = try Verification.run(on: node)
            #expect(check.findings.map(\.text) == [])
            #expect(check.log.rows == 17)
            #expect(try Admin(["sql", folder, "SELECT count(*) FROM txns"]).lines[1] == "17")
            #expect(try Admin(["status", folder]).text.contains("0x100000011"))
        }
        #expect(TemporaryFolder.contents(of: folder) == before)
    }

    @Test func `ends with the file before one that was never used`() throws {
        let folder = try story.write(to: place.path + "/node", inSegmentsOf: 9)
        let next = try Database(path: DataDirectory(visiting: folder).segment(story.last))
        try LogStore.configure(next, synchronous: "OFF")
        try Migrator.log.migrate(next)
        try next.close()
        #expect(try Verification.run(on: NodeFolder(folder)).findings.map(\.text) == [])
        #expect(try Admin(["status", folder]).isBad == false)
        #expect(try Admin(["sql", folder, "SELECT count(*) FROM segments"]).lines[1] == "2")
    }

    @Test func `is the new one where an exchange was decided and not done`() throws {
        let folder = try story.write(to: place.path + "/node", inSegmentsOf: 9)
        try story.writeSnapshot(to: folder)
        let start = RowChain(afterSnapshot: story.last)
        let directory = DataDirectory(visiting: folder)
        story.create("/new", by: Story.bob)
        try Story.writeSegment([story.rows[17]], after: start, to: folder, isComplete: false)
        rename(directory.segment(start.zxid), directory.installedSegment)
        #expect(try NodeFolder(folder).numbers().start == .empty, "nothing is decided")
        guard case .copy(var mark, _) = try AcknowledgedMark.read(directory) else { return }
        (mark.chain, mark.successor) = (start, start.zxid)
        var file = try AcknowledgedMark(directory, after: AcknowledgedMark.read(directory))
        try file.replace(mark)
        let node = try NodeFolder(folder)
        #expect(try node.numbers().start == start)
        #expect(try node.log().reigns().map(\.rows) == [1])
        #expect(try Verification.run(on: node, .log).findings.map(\.text) == [])
    }

    // MARK: A former version's log

    @Test(arguments: [true, false])
    func `may be a former version's one file`(isClosed: Bool) throws {
        let one = try story.write(to: place.path + "/one")
        let former = try story.write(to: place.path + "/source")
        try story.writeFormerLog(to: former, isClosed: isClosed)
        let folder = place.path + "/node"
        TemporaryFolder.copy(former, to: folder)
        let before = TemporaryFolder.contents(of: folder)
        #expect(try NodeFolder(folder).state == (isClosed ? .closed : .killed))
        for question in Self.questions {
            #expect(try answer(question, over: folder) == answer(question, over: one), "\(question)")
        }
        #expect(try Admin(["status", folder]).text.contains("log.db, as a former version made it"))
        #expect(TemporaryFolder.contents(of: folder) == before)
        #expect(try FolderBackup.make(of: NodeFolder(folder), to: place.path + "/backup").rows == 17)
        #expect(TemporaryFolder.logs(in: place.path + "/backup").count == 1)
        TemporaryFolder.copy(place.path + "/backup", to: place.path + "/both")
        TemporaryFolder.write(before["log.db"] ?? [], to: place.path + "/both/log.db")
        let both = try NodeFolder(place.path + "/both")
        #expect(both.logFault?.code == .corrupt)
        #expect(try Admin(["verify", both.path]).text.contains("move the other away"))
    }
}
