import Glibc
import NIOCore
import Storage
import TestSupport
import Testing
import Vocabulary
import Wire
import Znodes

@testable import FolderReading
@testable import Inspection

/// A node that begins files and removes others while somebody reads its folder.
@Suite struct `A log that goes on while it is read` {
    let place = TemporaryFolder("inspection")
    private var folder: String { place.path + "/node" }

    private func rows(_ numbers: ClosedRange<Int>) -> [LogRow] {
        numbers.map { number in
            let transaction = Transaction(
                session: Story.ann, cxid: Int32(number), zxid: zxid(number), timeMs: Int64(number),
                change: .error(code: -101), digest: nil)
            var body = ByteBuffer()
            transaction.encode(into: &body)
            return LogRow(
                zxid: zxid(number), timeMs: Int64(number), session: Story.ann, cxid: Int32(number), type: -1,
                path: nil, body: body)
        }
    }

    private func zxid(_ number: Int) -> Zxid { Zxid(epoch: Epoch(rawValue: 1), counter: UInt32(number)) }

    private func append(_ numbers: ClosedRange<Int>, to store: inout LogStore) throws {
        for first in stride(from: numbers.lowerBound, through: numbers.upperBound, by: 50) {
            try store.append(rows(first...min(first + 49, numbers.upperBound)))
        }
    }

    /// Stands for the snapshot that lets a node trim its log.
    private func putSnapshot(at number: Int) {
        TemporaryFolder.write([1], to: DataDirectory(visiting: folder).snapshot(zxid(number)))
    }

    @Test func `has all that a running node has, in whichever file`() throws {
        var store = try LogStore.open(directory: folder)
        store.limits.walPages = 10
        try append(1...3000, to: &store)
        let node = try NodeFolder(folder)
        #expect(try node.segmentReadings().count > 5)
        #expect(try Verification.run(on: node, .log).log.rows == 3000)
        try append(3001...9000, to: &store)
        let check = try Verification.run(on: node, .log)
        #expect(check.log.rows == 9000 && check.isSound, "\(check.findings.map(\.text))")
        #expect(try node.log().row(atOrBefore: Zxid(rawValue: .max))?.zxid == zxid(9000))
        #expect(try node.log().row(at: zxid(17))?.cxid == 17)
        #expect(try node.log().reigns().map(\.rows) == [9000])
        try store.close()
    }

    @Test func `has no gap for who is overtaken, and no file is kept by who reads`() throws {
        var store = try LogStore.open(directory: folder)
        store.limits.walPages = 10
        try append(1...12_000, to: &store)
        var walk = try NodeFolder(folder).walk()
        for _ in 0..<100 { _ = try walk.next() }
        putSnapshot(at: 9000)
        try store.trim(through: zxid(9000))
        try append(12_001...20_000, to: &store)
        var seen = 100
        while let row = try walk.next() {
            #expect(row.fault == nil, "\(row.row.zxid)")
            seen += 1
        }
        #expect(walk.trimmedThrough != nil)
        #expect(seen < 20_000 - 3000)
        try store.close()
        let left = TemporaryFolder.names(in: folder).filter { $0.hasSuffix("-wal") }
        #expect(left == [], "no WAL is left by a reader")
        #expect(try Verification.run(on: NodeFolder(folder), .log).log.badRows == 0)
    }

    @Test func `is one for a query that began before, and for one that comes later`() throws {
        var store = try LogStore.open(directory: folder)
        store.limits.walPages = 10
        try append(1...6000, to: &store)
        let query = try FolderQuery.prepare(over: NodeFolder(folder), asking: "")
        var count = 0
        try query.run("SELECT zxid FROM txns", columns: { _ in }) { _ in
            count += 1
            guard count == 10 else { return }
            putSnapshot(at: 5000)
            try store.trim(through: zxid(5000))
            try append(6001...7000, to: &store)
        }
        #expect(count > 1000)
        var last: [SQLValue] = []
        try query.run("SELECT max(zxid) FROM log", columns: { _ in }, row: { last = $0 })
        #expect(last == [.integer(zxid(7000).rawValue)])
        try store.close()
    }
}
