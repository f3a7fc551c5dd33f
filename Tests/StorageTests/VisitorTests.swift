import CSQLite
import Testing
import Vocabulary

@testable import Storage

/// An engineer with the sqlite3 shell, on a node that runs.
@Suite struct `A reader beside a running log` {
    @Test func `sees it, hinders no append, and once gone leaves the WAL bounded`() throws {
        let folder = Folder()
        var store = try folder.open()
        try store.append(Sample.rows(after: .zero, count: 10))
        let visitor = Visitor(folder)
        #expect(visitor.count() == 10)
        for _ in 0..<50 {
            try store.append(Sample.rows(after: store.lastZxid, count: 20, bodyBytes: 3000))
            try store.checkpointIfDue()
        }
        #expect(visitor.count() == 10, "its own transaction goes on")
        visitor.leave()
        let grown = store.sizes.walBytes
        for _ in 0..<200 {
            try store.append(Sample.rows(after: store.lastZxid, count: 20, bodyBytes: 3000))
            try store.checkpointIfDue()
        }
        #expect(store.sizes.walBytes <= grown + Int64(LogStore.walPagesMax) * 4120)
        #expect(try store.everything().count == 5010)
    }
}

private final class Visitor {
    private var database: OpaquePointer?

    init(_ folder: Folder) {
        sqlite3_open_v2(folder.log, &database, SQLITE_OPEN_READONLY, nil)
        sqlite3_exec(database, "BEGIN", nil, nil, nil)
    }

    deinit { sqlite3_close_v2(database) }

    func count() -> Int64 {
        var statement: OpaquePointer?
        sqlite3_prepare_v2(database, "SELECT count(*) FROM txns", -1, &statement, nil)
        defer { sqlite3_finalize(statement) }
        guard sqlite3_step(statement) == SQLITE_ROW else { return -1 }
        return sqlite3_column_int64(statement, 0)
    }

    func leave() { sqlite3_exec(database, "COMMIT", nil, nil, nil) }
}
