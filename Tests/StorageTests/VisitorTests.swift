import CSQLite
import Testing
import Vocabulary

@testable import Storage

/// An engineer with the sqlite3 shell, on a node that runs.
@Suite struct `A reader beside a running log` {
    @Test func `sees it, hinders no append, and once gone leaves the WAL bounded`() throws {
        let folder = Folder()
        var store = try folder.open(segmentPages: 200)
        try store.append(Sample.rows(after: .zero, count: 10))
        let visitor = Visitor(folder)
        #expect(visitor.count() == 10)
        for _ in 0..<50 {
            try store.append(Sample.rows(after: store.lastZxid, count: 20, bodyBytes: 3000))
        }
        #expect(visitor.count() == 10, "its own transaction goes on")
        visitor.leave()
        let grown = store.sizes.walBytes
        for _ in 0..<200 {
            try store.append(Sample.rows(after: store.lastZxid, count: 20, bodyBytes: 3000))
        }
        #expect(store.sizes.walBytes <= grown + 2 * 200 * 4120)
        #expect(try store.everything().count == 5010)
        _ = consume store
        store = try folder.open(segmentPages: 200)
        #expect(store.sizes.walBytes < 600 * 4120, "a start brings what was left into its file")
        #expect(try store.everything().count == 5010)
    }

    @Test func `keeps the WAL of a large segment whole while that is finished`() throws {
        let folder = Folder()
        var store = try folder.open(segmentPages: 3000)
        store.limits.bytes = 1 << 30
        try store.append(Sample.rows(after: .zero, count: 10))
        let visitor = Visitor(folder)
        #expect(visitor.count() == 10)
        while folder.segments.count < 2 {
            try store.append(Sample.rows(after: store.lastZxid, count: 50, bodyBytes: 9000))
        }
        let wal = DataDirectory.wal(of: folder.segments[0])
        #expect(DataDirectory.size(of: wal) > 11 << 20, "it is in use")
        let last = store.lastZxid
        #expect(try store.everything().last?.zxid == last)
        visitor.close()
        try store.close()
        #expect(DataDirectory.size(of: wal) == 0, "a clean end leaves none")
        store = try folder.open(segmentPages: 3000)
        #expect(try store.everything().last?.zxid == last)
    }
}

private final class Visitor {
    private var database: OpaquePointer?

    init(_ folder: Folder) {
        sqlite3_open_v2(folder.segments[0], &database, SQLITE_OPEN_READONLY, nil)
        sqlite3_exec(database, "BEGIN", nil, nil, nil)
    }

    deinit { close() }

    func close() {
        sqlite3_close_v2(database)
        database = nil
    }

    func count() -> Int64 {
        var statement: OpaquePointer?
        sqlite3_prepare_v2(database, "SELECT count(*) FROM txns", -1, &statement, nil)
        defer { sqlite3_finalize(statement) }
        guard sqlite3_step(statement) == SQLITE_ROW else { return -1 }
        return sqlite3_column_int64(statement, 0)
    }

    func leave() { sqlite3_exec(database, "COMMIT", nil, nil, nil) }
}
