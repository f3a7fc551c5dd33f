import FaultyFiles
import Testing
import Vocabulary

@testable import Storage

/// SQLite writes a commit by many small writes; the disk gets few.
@Suite struct `Gathered writes` {
    @Test func `make one write of a commit of many pages`() throws {
        let disk = FaultyDisk(seed: 1)
        disk.segmentPages = 4096
        var store = try disk.open()
        try store.append(Sample.rows(after: .zero, count: 1))
        let before = disk.operations
        // Forty pages, in two pieces of 64 KiB and the rest, and a sync.
        try store.append(Sample.rows(after: store.head.zxid, count: 140, bodyBytes: 1000))
        #expect(disk.operations - before <= 5)
    }

    @Test(arguments: 0..<4)
    func `fail the commit that they belong to`(operation: Int) throws {
        let disk = FaultyDisk(seed: 1)
        disk.segmentPages = 4096
        var store = try disk.open()
        try store.append(Sample.rows(after: .zero, count: 1))
        disk.fail(after: operation, FAULTY_IO_ERROR)
        let rows = Sample.rows(after: store.head.zxid, count: 140, bodyBytes: 1000)
        #expect(throws: StorageError.self) { try store.append(rows) }
        #expect(throws: StorageError.self) { try store.append(rows) }
    }
}
