import Glibc
import NIOCore
import TestSupport
import Testing
import Vocabulary

@testable import Storage

@Suite struct `A log store` {
    @Test func `gives back exactly what was appended, after a clean close`() throws {
        let folder = Folder()
        let rows =
            Sample.rows(after: .zero, count: 50) + [Sample.row(Zxid(epoch: Epoch(rawValue: 3), counter: 1))]
        var store = try folder.open()
        try store.append(Array(rows[..<20]))
        try store.append(Array(rows[20...]))
        try store.close()

        var again = try folder.open()
        #expect(again.lastZxid == rows[50].zxid)
        #expect(try again.everything() == rows)
        #expect(again.sizes.databaseBytes > 4096)
        try again.close()
    }

    @Test func `gives back what was appended when the process just went away`() throws {
        let folder = Folder()
        let rows = Sample.rows(after: .zero, count: 10)
        var store = try folder.open()
        try store.append(rows)
        _ = consume store

        var again = try folder.open()
        #expect(try again.everything() == rows)
    }

    @Test func `accepts a log that goes further than its mark, as a kill between the two leaves it`() throws {
        let folder = Folder()
        let rows = Sample.rows(after: .zero, count: 30)
        var store = try folder.open()
        try store.append(Array(rows[..<10]))
        let mark = try #require(TemporaryFolder.read(folder.mark))
        try store.append(Array(rows[10..<20]))
        try store.append(Array(rows[20...]))
        let killed = try folder.copy()
        TemporaryFolder.write(mark, to: killed.mark)

        var again = try killed.open()
        #expect(again.lastZxid == rows[29].zxid)
        #expect(try again.everything() == rows)
    }

    @Test func `replays only what follows a snapshot`() throws {
        let folder = Folder()
        let rows = Sample.rows(after: .zero, count: 30)
        var store = try folder.open()
        try store.append(rows)
        var replayed: [LogRow] = []
        try store.replay(after: rows[9].zxid) { replayed.append($0) }
        #expect(replayed == Array(rows[10...]))
        try store.replay(after: Zxid(rawValue: 0x1_0000_0000)) { _ in Issue.record("nothing follows the end")
        }
    }

    @Test func `keeps rows of every shape`() throws {
        let folder = Folder()
        var rows = Sample.rows(after: .zero, count: 6)
        rows[0].path = ZnodePath("")
        rows[1].body = ByteBuffer()
        rows[2].path = ZnodePath([0x2f, 0xff, 0x00, 0xfe])
        rows[3].body = ByteBuffer(repeating: 7, count: 1_000_000)
        rows[4].session = SessionID(rawValue: .min)
        rows[4].cxid = .min
        rows[4].timeMs = -1
        var store = try folder.open()
        try store.append(rows)
        #expect(try store.everything() == rows)
    }

    @Test func `refuses a gap, a repetition and a step back, and goes on afterwards`() throws {
        let folder = Folder()
        var store = try folder.open()
        try store.append(Sample.rows(after: .zero, count: 3))
        for counter in [3, 2, 5] as [Int64] {
            #expect(throws: StorageError(.misuse)) {
                try store.append([Sample.row(Zxid(rawValue: counter))])
            }
        }
        #expect(throws: StorageError(.misuse)) {
            try store.append([Sample.row(Zxid(epoch: Epoch(rawValue: 1), counter: 2))])
        }
        try store.append([Sample.row(Zxid(rawValue: 4))])
        #expect(try store.everything().count == 4)
    }

    @Test func `keeps epochs, and never lets them go back`() throws {
        let folder = Folder()
        var store = try folder.open()
        #expect(store.acceptedEpoch == .zero)
        try store.setAcceptedEpoch(Epoch(rawValue: 5))
        try store.setCurrentEpoch(Epoch(rawValue: 4))
        #expect(throws: StorageError(.misuse)) { try store.setAcceptedEpoch(Epoch(rawValue: 4)) }
        _ = consume store

        let again = try folder.open()
        #expect(again.acceptedEpoch == Epoch(rawValue: 5))
        #expect(again.currentEpoch == Epoch(rawValue: 4))
    }

    @Test func `forgets what a new leader does not have, and goes on from there`() throws {
        let folder = Folder()
        let rows = Sample.rows(after: .zero, count: 20)
        var store = try folder.open()
        try store.append(rows)
        try store.truncate(after: rows[11].zxid)
        #expect(store.lastZxid == rows[11].zxid)
        let other = Sample.row(Zxid(epoch: Epoch(rawValue: 2), counter: 1))
        try store.append([other])
        _ = consume store

        var again = try folder.open()
        #expect(try again.everything() == Array(rows[...11]) + [other])
        try again.truncate(after: .zero)
        #expect(try again.everything().isEmpty)
        #expect(again.lastZxid == .zero)
    }

    @Test func `keeps its WAL within its bound`() throws {
        let folder = Folder()
        var store = try folder.open()
        let batch = 200
        for _ in 0..<300 {
            try store.append(Sample.rows(after: store.lastZxid, count: batch))
        }
        // Of the newest segment and of one that is being finished.
        #expect(store.sizes.walBytes < 3 * Int64((SegmentLimits.standard.walPages + batch) * 4120))
        try store.close()
        var again = try folder.open()
        #expect(try again.everything().count == 300 * batch)
    }

    @Test func `creates its folder with parents`() throws {
        let folder = Folder()
        var store = try LogStore.open(directory: folder.path + "/a/b/c/")
        try store.append(Sample.rows(after: .zero, count: 1))
        try store.close()
    }

    @Test func `refuses a folder that is a file`() throws {
        let folder = Folder()
        TemporaryFolder.write([1], to: folder.path + "/file")
        #expect(throws: StorageError(.misplaced)) {
            _ = try LogStore.open(directory: folder.path + "/file/data")
        }
    }

    @Test func `refuses a second store on its folder and names the first one's process`() throws {
        let folder = Folder()
        let store = try folder.open()
        #expect(throws: StorageError(.locked(by: getpid()))) { _ = try folder.open() }
        try store.close()
        try folder.open().close()
    }
}
