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
        var failure = StorageError(.io)
        while true {
            let before = store.lastZxid
            failed = Sample.rows(after: before, count: 5)
            do { try store.append(failed) } catch {
                #expect(error.code == .io || error.code == .unsynced)
                failure = error
                #expect(store.lastZxid == before)
                break
            }
        }
        // The disk works again, the log must not.
        #expect(throws: failure) { try store.append(failed) }
        #expect(throws: failure) { try store.setAcceptedEpoch(Epoch(rawValue: 1)) }
        #expect(throws: failure) { try store.truncate(after: .zero) }
        #expect(throws: failure) { _ = try store.everything() }
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

    /// From before the next segment is made until the one before it is complete.
    @Test func `gives up when what is done beside the writes fails`() throws {
        var withoutHarm = 0
        for operation in 0..<60 { try work(failing: operation, &withoutHarm) }
        #expect(withoutHarm <= 3)
    }

    private func work(failing operation: Int, _ withoutHarm: inout Int) throws {
        let disk = FaultyDisk(seed: 3)
        var store = try disk.open()
        while store.segments.newest.walPages < disk.segmentPages / 2 {
            try store.append(Sample.rows(after: store.lastZxid, count: 2))
        }
        disk.fail(after: operation, FAULTY_IO_ERROR)
        var code: StorageError.Code?
        for _ in 0..<60 where code == nil {
            do throws(StorageError) {
                try store.append(Sample.rows(after: store.lastZxid, count: 2))
            } catch {
                code = error.code
            }
        }
        // Only whether a WAL is removed that nobody needs may not matter.
        if let code {
            #expect(code == .io || code == .unsynced)
            #expect(throws: StorageError(code)) {
                try store.append(Sample.rows(after: store.lastZxid, count: 1))
            }
        } else {
            withoutHarm += 1
        }
        let last = store.lastZxid
        _ = consume store
        disk.kill()
        store = try disk.open()
        #expect(store.lastZxid >= last)
        #expect(try store.everything().last?.zxid == store.lastZxid)
    }
}
