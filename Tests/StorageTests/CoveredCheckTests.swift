import Synchronization
import Testing
import Vocabulary

@testable import Storage

@Suite struct `Segments that a snapshot stands for` {
    let folder = Folder()
    private let found = Found()

    private final class Found: Sendable {
        private let errors = Mutex<[StorageError]>([])

        func note(_ error: StorageError) { errors.withLock { $0.append(error) } }
        var all: [StorageError] { errors.withLock { $0 } }
    }

    /// Rows in segments of some thousand, with a snapshot of row `covered`.
    private func rows(_ count: Int = 6000, covered: Int = 4800) throws -> [LogRow] {
        let rows = Sample.rows(after: .zero, count: count)
        var store = try folder.open(segmentPages: 80)
        for start in stride(from: 0, to: count, by: 200) {
            try store.append(Array(rows[start..<min(count, start + 200)]))
        }
        try SampleTree(extra: 1).write(to: folder, rows[covered - 1].zxid)
        try store.close()
        #expect(folder.segments.count > 3)
        return rows
    }

    private func change(_ row: LogRow) {
        RawLog.change(folder, "UPDATE log SET cxid = cxid + 1 WHERE zxid = \(row.zxid.rawValue)")
    }

    /// A start that replays what is behind `row`.
    private func start(after row: LogRow) throws -> LogStore {
        var store = try folder.open(segmentPages: 80)
        var count = 0
        try store.replay(after: row.zxid) { _ in count += 1 }
        #expect(count > 0)
        return store
    }

    private func check(_ store: borrowing LogStore) {
        store.checkCovered { [found] in found.note($0) }
    }

    @Test func `are read behind a start, and what is damaged there is named once`() throws {
        let rows = try rows()
        for number in [700, 701, 4000] { change(rows[number]) }
        var store = try start(after: rows[4799])
        check(store)
        store.tenure.check.wait()
        #expect(found.all.map(\.code) == [.corrupt, .corrupt])
        #expect(found.all.compactMap { $0.damage?.firstBad } == [rows[700].zxid, rows[4000].zxid])
        #expect(found.all.first?.finding.contains(store.segments.file(holding: rows[700].zxid)) == true)
        try store.append(Sample.rows(after: store.lastZxid, count: 10))
        try store.trim(through: rows[4799].zxid)
        #expect(store.startZxid > rows[700].zxid)
    }

    @Test func `are read to the end, and found sound`() throws {
        let rows = try rows()
        let store = try start(after: rows[4799])
        check(store)
        store.tenure.check.wait()
        #expect(found.all == [])
    }

    @Test func `are believed by no start that needs them`() throws {
        let rows = try rows()
        change(rows[700])
        #expect(throws: StorageError(.corrupt)) { _ = try start(after: rows[100]) }
        change(rows[5000])
        #expect(throws: StorageError(.corrupt)) { _ = try start(after: rows[4799]) }
    }

    @Test func `may be removed by a trim while they are read`() throws {
        let rows = try rows()
        var store = try start(after: rows[4799])
        let segment = try #require(store.segments.complete.first)
        let file = store.directory.segment(segment.start.zxid)
        var pieces = 0
        let damage = CoveredCheck.damage(in: segment, of: store.directory, store.disk) { _ in
            pieces += 1
            if pieces == 1 { try store.trim(through: rows[4799].zxid) }
        }
        #expect(pieces > 0 && damage == nil)
        #expect(!folder.segments.contains(file))
        #expect(CoveredCheck.damage(in: segment, of: store.directory, store.disk) { _ in } == nil)
    }

    @Test func `may be cut while they are read`() throws {
        let rows = try rows()
        var store = try start(after: rows[4799])
        check(store)
        try store.truncate(after: rows[900].zxid)
        try store.append(Sample.rows(after: store.lastZxid, count: 2000))
        store.tenure.check.wait()
        #expect(found.all == [])
        #expect(try store.everything().count == 2901)
    }

    @Test func `are read no longer than the log is open`() throws {
        let rows = try rows()
        for _ in 0..<3 {
            let store = try start(after: rows[4799])
            check(store)
            try store.close()
        }
        for _ in 0..<3 { check(try start(after: rows[4799])) }
        #expect(found.all == [])
        let reopened = try folder.open()
        #expect(reopened.lastZxid == rows.last?.zxid)
    }
}
