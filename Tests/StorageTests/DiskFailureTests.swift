import FaultyFiles
import Testing
import Vocabulary

@testable import Storage

@Suite struct `A log on a failing disk` {
    @Test(arguments: 0..<12)
    func `gives up at the first failure, and never tries again`(operation: Int) throws {
        let disk = FaultyDisk(seed: 1)
        let kept = Sample.rows(after: .zero, count: 20)
        var store = try disk.open()
        try store.append(kept)
        disk.fail(after: operation, FAULTY_IO_ERROR)
        var failed: [LogRow] = []
        while true {
            let before = store.lastZxid
            failed = Sample.rows(after: before, count: 5)
            do { try store.append(failed) } catch {
                #expect(error.code == .io)
                #expect(store.lastZxid == before)
                break
            }
        }
        // The disk works again, the log must not.
        #expect(throws: StorageError(.io)) { try store.append(failed) }
        #expect(throws: StorageError(.io)) { try store.setAcceptedEpoch(Epoch(rawValue: 1)) }
        #expect(throws: StorageError(.io)) { try store.truncate(after: .zero) }
        #expect(throws: StorageError(.io)) { try store.checkpointIfDue() }
        #expect(throws: StorageError(.io)) { _ = try store.everything() }
        let last = store.lastZxid
        _ = consume store
        disk.kill()

        var again = try disk.open()
        let rows = try again.everything()
        #expect(rows.last?.zxid == last || rows.suffix(5) == failed)
        #expect(Array(rows.prefix(20)) == kept)
    }

    @Test func `says that the disk is full`() throws {
        let disk = FaultyDisk(seed: 2)
        var store = try disk.open()
        try store.append(Sample.rows(after: .zero, count: 3))
        disk.fail(after: 0, FAULTY_FULL)
        #expect(throws: StorageError(.full)) {
            try store.append(Sample.rows(after: store.lastZxid, count: 3))
        }
        #expect(throws: StorageError(.full)) {
            try store.append(Sample.rows(after: store.lastZxid, count: 3))
        }
        #expect(store.lastZxid == Zxid(rawValue: 3))
        _ = consume store
        disk.kill()
        var again = try disk.open()
        #expect(try again.everything().count == 3)
    }

    @Test func `gives up when a checkpoint fails`() throws {
        let disk = FaultyDisk(seed: 3)
        var store = try disk.open()
        while store.database.walPages < LogStore.walPagesMax {
            try store.append(Sample.rows(after: store.lastZxid, count: 200))
        }
        disk.fail(after: 1, FAULTY_IO_ERROR)
        #expect(throws: StorageError(.io)) { try store.checkpointIfDue() }
        #expect(throws: StorageError(.io)) { try store.append(Sample.rows(after: store.lastZxid, count: 1)) }
    }
}
