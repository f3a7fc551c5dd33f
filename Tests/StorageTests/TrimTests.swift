import Testing
import Vocabulary

@testable import Storage

@Suite struct `A log trimmed behind a snapshot` {
    let folder = Folder()

    /// A log of `count` rows with a snapshot of the row before `kept`, trimmed to it.
    private func trimmed(
        _ count: Int, through number: Int, rows: inout [LogRow]
    ) throws -> LogStore {
        rows = Sample.rows(after: .zero, count: count)
        var store = try folder.open()
        for start in stride(from: 0, to: count, by: 50) {
            try store.append(Array(rows[start..<min(count, start + 50)]))
        }
        try SampleTree(extra: 1).write(to: folder, rows[number - 1].zxid)
        try store.trim(through: rows[number - 1].zxid)
        return store
    }

    @Test func `goes in bounded steps with what is appended, and no further than the snapshot`() throws {
        var rows: [LogRow] = []
        var store = try trimmed(2000, through: 1500, rows: &rows)
        #expect(store.startZxid == .zero, "nothing goes without an append")
        var starts: [Zxid] = [.zero]
        var more = Sample.rows(after: rows[1999].zxid, count: 2000)
        rows += more
        while !more.isEmpty {
            try store.append(Array(more.prefix(50)))
            more.removeFirst(50)
            if store.startZxid != starts.last { starts.append(store.startZxid) }
        }
        #expect(store.startZxid == rows[1499].zxid)
        let steps = zip(starts, starts.dropFirst()).map { $1.rawValue - $0.rawValue }
        #expect(steps.count >= 5 && steps.allSatisfy { $0 > 0 && $0 <= 400 }, "\(steps)")
        #expect(try store.all(after: rows[1499].zxid) == Array(rows[1500...]))
        #expect(throws: StorageError(.misuse)) { try store.replay(after: rows[1498].zxid) { _ in } }
    }

    @Test func `is whole after a kill at any step, and after a close`() throws {
        var rows: [LogRow] = []
        var store = try trimmed(700, through: 600, rows: &rows)
        let more = Sample.rows(after: rows[699].zxid, count: 600)
        rows += more
        for start in stride(from: 0, to: 600, by: 100) {
            try store.append(Array(more[start..<(start + 100)]))
            let killed = try folder.copy()
            var reopened = try killed.open()
            #expect(reopened.startZxid == store.startZxid && reopened.lastZxid == store.lastZxid)
            #expect(try reopened.snapshots() == [rows[599].zxid])
            #expect(try reopened.all(after: rows[599].zxid) == Array(rows[600..<(800 + start)]))
        }
        #expect(store.startZxid == rows[599].zxid)
        try store.close()
        store = try folder.open()
        #expect(try store.all(after: store.startZxid) == Array(rows[600...]))
        try store.truncate(after: rows[1000].zxid)
        #expect(try store.all(after: store.startZxid) == Array(rows[600...1000]))
    }

    @Test func `may lose every row, and goes on`() throws {
        var rows: [LogRow] = []
        var store = try trimmed(300, through: 300, rows: &rows)
        let next = Sample.rows(after: rows[299].zxid, count: 200)
        try store.append(next)
        #expect(store.startZxid == rows[299].zxid)
        try SampleTree(extra: 1).write(to: folder, next[199].zxid)
        try store.trim(through: next[199].zxid)
        let last = Sample.rows(after: next[199].zxid, count: 300)
        try store.append(last)
        #expect(store.startZxid == next[199].zxid)
        _ = consume store
        store = try folder.open()
        #expect(try store.all(after: next[199].zxid) == last)
    }

    @Test func `keeps the file at its size while it is trimmed as fast as it grows`() throws {
        var store = try folder.open()
        var last = Zxid.zero
        var sizes: [Int64] = []
        for round in 0..<20 {
            for _ in 0..<20 {
                let rows = Sample.rows(after: last, count: 100)
                try store.append(rows)
                last = rows[99].zxid
            }
            try SampleTree().write(to: folder, last)
            try store.trim(through: last)
            try store.checkpoint()
            if round >= 4 { sizes.append(store.sizes.databaseBytes) }
        }
        let first = try #require(sizes.first)
        #expect(sizes.allSatisfy { $0 <= first + first / 4 }, "\(sizes)")
    }

    @Test func `is refused where the snapshot or the row is missing`() throws {
        var store = try folder.open()
        let rows = Sample.rows(after: .zero, count: 10)
        try store.append(rows)
        #expect(throws: StorageError(.misuse)) { try store.trim(through: rows[5].zxid) }
        try SampleTree().write(to: folder, rows[9].zxid.next)
        #expect(throws: StorageError(.misuse)) { try store.trim(through: rows[9].zxid) }
        try store.append(Sample.rows(after: rows[9].zxid, count: 1))
        #expect(store.startZxid == .zero)
    }

    @Test func `goes on to where it was told, though the snapshot there has gone for a later one`() throws {
        var rows: [LogRow] = []
        var store = try trimmed(600, through: 500, rows: &rows)
        try SampleTree().write(to: folder, rows[550].zxid)
        Folder.remove(file: folder.snapshot(rows[499].zxid))
        try store.trim(through: rows[499].zxid)
        try store.append(Sample.rows(after: rows[599].zxid, count: 600))
        #expect(store.startZxid == rows[499].zxid)
        try store.trim(through: rows[520].zxid)
    }

    @Test func `cannot be opened when every snapshot behind its beginning is gone`() throws {
        var rows: [LogRow] = []
        var store = try trimmed(600, through: 500, rows: &rows)
        try store.append(Sample.rows(after: rows[599].zxid, count: 600))
        #expect(store.startZxid == rows[499].zxid)
        _ = consume store
        Folder.remove(file: folder.snapshot(rows[499].zxid))
        try SampleTree().write(to: folder, rows[400].zxid)
        #expect(throws: StorageError(.corrupt)) { _ = try folder.open() }
        try SampleTree().write(to: folder, rows[550].zxid)
        let reopened = try folder.open()
        #expect(try reopened.snapshots() == [rows[550].zxid])
    }
}

extension LogStore {
    /// What follows `zxid`, checked.
    fileprivate mutating func all(after zxid: Zxid) throws -> [LogRow] {
        var rows: [LogRow] = []
        try replay(after: zxid) { rows.append($0) }
        return rows
    }
}
