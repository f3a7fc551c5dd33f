import NIOCore
import TestSupport
import Testing
import Vocabulary

@testable import FolderReading
@testable import Inspection
@testable import Storage

/// A node that trims its log while somebody reads it.
@Suite struct `A log that is trimmed meanwhile` {
    let place = TemporaryFolder("inspection")
    private var folder: String { place.path + "/node" }

    /// As a node does it, in one commit.
    private func trim(through zxid: Zxid) throws {
        let database = try Database(path: TemporaryFolder.log(in: folder))
        let statements = try LogStatements(database)
        var numbers = try NodeNumbers(of: database)
        numbers.start = try #require(try LogReader(database).chain(atOrBefore: zxid))
        try statements.begin.run()
        try database.execute("DELETE FROM log WHERE zxid <= \(zxid.rawValue)")
        try numbers.write(with: statements.setNumber)
        try statements.commit.run()
    }

    private func rows(_ count: Int) -> [LogRow] {
        (1...count).map { number in
            LogRow(
                zxid: Zxid(epoch: Epoch(rawValue: 1), counter: UInt32(number)), timeMs: Int64(number),
                session: Story.ann, cxid: Int32(number), type: -1, path: nil,
                body: ByteBuffer(bytes: [UInt8(truncatingIfNeeded: number)]))
        }
    }

    @Test func `has no gap for who is overtaken`() throws {
        var store = try LogStore.open(directory: folder)
        try store.append(rows(20_000))
        var walk = try NodeFolder(folder).walk()
        for _ in 0..<100 { _ = try walk.next() }
        try trim(through: Zxid(rawValue: 0x1_0000_3000))
        var seen = 100
        while let row = try walk.next() {
            #expect(row.fault == nil, "\(row.row.zxid)")
            seen += 1
        }
        #expect(walk.trimmedThrough == Zxid(rawValue: 0x1_0000_3000))
        #expect(seen == 20_000 - 0x3000 + LogPages.rowsMax, "one piece was read before")
    }

    @Test func `is no divergence for who compares it`() throws {
        let whole = place.path + "/whole"
        var store = try LogStore.open(directory: folder)
        try store.append(rows(20_000))
        var other = try FolderWriter(folder: whole, start: .empty)
        for row in rows(20_000) { try other.append(row) }
        try other.finish(acceptedEpoch: .zero, currentEpoch: .zero, committed: .zero)
        let cursors = try [folder, whole].enumerated().map { index, path in
            try Cursor(NodeFolder(path), index: index, start: .zero, mark: .missing)
        }
        for _ in 0..<100 { for cursor in cursors { try cursor.advance() } }
        try trim(through: Zxid(rawValue: 0x1_0000_3000))
        for _ in 0..<LogPages.rowsMax { for cursor in cursors { try cursor.advance() } }
        let zxid = try #require(cursors[1].current).row.zxid
        #expect(cursors[0].holding(at: zxid) == .trimmed(start: Zxid(rawValue: 0x1_0000_3000)))
    }
}
