import TestSupport
import Testing
import Vocabulary

@testable import Storage

@Suite struct `A log trimmed behind a snapshot` {
    let folder = Folder()

    /// A log of `count` rows in several segments, with a snapshot of row `number`.
    private func log(_ count: Int, snapshotOf number: Int, rows: inout [LogRow]) throws -> LogStore {
        rows = Sample.rows(after: .zero, count: count)
        var store = try folder.open(segmentPages: 20)
        for start in stride(from: 0, to: count, by: 50) {
            try store.append(Array(rows[start..<min(count, start + 50)]))
        }
        try SampleTree(extra: 1).write(to: folder, rows[number - 1].zxid)
        return store
    }

    @Test func `loses whole segments that the snapshot has, and no others`() throws {
        var rows: [LogRow] = []
        var store = try log(2000, snapshotOf: 1500, rows: &rows)
        let before = folder.segments
        let sizes = store.sizes
        #expect(before.count > 5)
        try store.trim(through: rows[1499].zxid)
        let after = folder.segments
        #expect(after.count > 1 && after.count < before.count / 2 && before.suffix(after.count) == after[...])
        #expect(store.sizes.databaseBytes < sizes.databaseBytes / 2, "the folder shrinks")
        #expect(store.startZxid > .zero && store.startZxid <= rows[1499].zxid)
        #expect(try store.all() == rows.filter { $0.zxid > store.startZxid })
        #expect(throws: StorageError(.misuse)) { try store.replay(after: rows[0].zxid) { _ in } }
        try store.trim(through: rows[1499].zxid)
        #expect(folder.segments == after)
    }

    @Test func `is whole after a kill, and after a close`() throws {
        var rows: [LogRow] = []
        var store = try log(1500, snapshotOf: 1000, rows: &rows)
        try store.trim(through: rows[999].zxid)
        let killed = try folder.copy()
        var reopened = try killed.open()
        #expect(reopened.startZxid == store.startZxid && reopened.lastZxid == store.lastZxid)
        #expect(try reopened.snapshots() == [rows[999].zxid])
        #expect(try reopened.all() == rows.filter { $0.zxid > store.startZxid })
        try store.close()
        store = try folder.open()
        #expect(try store.all() == rows.filter { $0.zxid > store.startZxid })
        try store.truncate(after: rows[1200].zxid)
        #expect(try store.all() == rows[...1200].filter { $0.zxid > store.startZxid })
    }

    @Test func `keeps the newest segment, which may be all it has`() throws {
        var rows: [LogRow] = []
        var store = try log(600, snapshotOf: 600, rows: &rows)
        try store.trim(through: rows[599].zxid)
        #expect(folder.segments.count == 1)
        let next = Sample.rows(after: rows[599].zxid, count: 20)
        try store.append(next)
        _ = consume store
        store = try folder.open()
        #expect(try store.all().suffix(20) == next[...])
    }

    @Test func `is bounded while it is trimmed as fast as it grows`() throws {
        var store = try folder.open(segmentPages: 40)
        var counts: [Int] = []
        for _ in 0..<30 {
            for _ in 0..<8 { try store.append(Sample.rows(after: store.lastZxid, count: 50)) }
            try SampleTree().write(to: folder, store.lastZxid)
            try store.trim(through: store.lastZxid)
            counts.append(folder.segments.count)
        }
        #expect(counts.allSatisfy { $0 == 1 }, "\(counts)")
    }

    @Test func `goes on in another segment however often it is opened in between`() throws {
        for _ in 0..<12 {
            var store = try folder.open(segmentPages: 4096)
            store.limits.bytes = 200_000
            try store.append(Sample.rows(after: store.lastZxid, count: 300))
            try store.close()
        }
        #expect((3...7).contains(folder.segments.count), "\(folder.segments.count) segments")
        var store = try folder.open()
        #expect(try store.everything().count == 3600)
    }

    @Test func `is refused where the snapshot is missing`() throws {
        var rows: [LogRow] = []
        var store = try log(600, snapshotOf: 1, rows: &rows)
        #expect(throws: StorageError(.misuse)) { try store.trim(through: rows[500].zxid) }
        try SampleTree().write(to: folder, rows[599].zxid.next)
        #expect(throws: StorageError(.misuse)) { try store.trim(through: rows[500].zxid) }
        try SampleTree().write(to: folder, rows[550].zxid)
        try store.trim(through: rows[500].zxid)
        #expect(store.startZxid > .zero)
    }

    @Test func `cannot be opened when every snapshot behind its beginning is gone`() throws {
        var rows: [LogRow] = []
        var store = try log(600, snapshotOf: 500, rows: &rows)
        try store.trim(through: rows[499].zxid)
        let start = store.startZxid
        _ = consume store
        Folder.remove(file: folder.snapshot(rows[499].zxid))
        try SampleTree().write(to: folder, Zxid(rawValue: start.rawValue - 1))
        #expect(throws: StorageError(.corrupt)) { _ = try folder.open() }
        try SampleTree().write(to: folder, rows[550].zxid)
        let reopened = try folder.open()
        #expect(try reopened.snapshots() == [rows[550].zxid])
    }
}
