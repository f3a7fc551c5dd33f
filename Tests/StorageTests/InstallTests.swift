import TestSupport
import Testing
import Vocabulary

@testable import Storage

@Suite struct `Another history in place of the log's own` {
    let folder = Folder()
    let zxid = Zxid(epoch: Epoch(rawValue: 2), counter: 7)

    private func open(_ folder: Folder? = nil) throws -> LogStore { try (folder ?? self.folder).open() }

    @Test func `is there at once, after a kill, after a close, and can be appended to`() throws {
        let rows = Sample.rows(after: zxid, count: 30)
        var store = try open()
        #expect(store.startZxid == .zero)
        try store.append(Sample.rows(after: .zero, count: 100))
        try store.setAcceptedEpoch(Epoch(rawValue: 2))
        try SampleTree(extra: 1).write(to: folder, zxid)
        try store.install(snapshot: zxid, rows: Array(rows[..<10]))
        #expect(store.startZxid == zxid)
        #expect(store.lastZxid == rows[9].zxid)
        #expect(store.committed == zxid, "a leader may send what no quorum has yet")
        #expect(try store.all() == Array(rows[..<10]))
        _ = consume store

        store = try open()
        #expect(store.startZxid == zxid)
        #expect(store.committed == zxid)
        #expect(store.acceptedEpoch == Epoch(rawValue: 2))
        #expect(try store.all() == Array(rows[..<10]))
        try store.append(Array(rows[10..<20]), committed: rows[15].zxid)
        try store.close()

        store = try open()
        #expect(store.committed == rows[15].zxid)
        try store.append(Array(rows[20...]))
        #expect(throws: StorageError(.misuse)) { try store.truncate(after: Zxid(rawValue: 3)) }
        try store.truncate(after: rows[24].zxid)
        _ = consume store

        store = try open()
        #expect(try store.all() == Array(rows[...24]))
        try store.truncate(after: zxid)
        _ = consume store

        store = try open()
        #expect(try store.all().isEmpty)
        #expect(store.lastZxid == zxid)
        try store.append(Array(rows[..<5]))
        #expect(try store.all() == Array(rows[..<5]))
    }

    @Test func `may end before the old one did, and replaces itself too`() throws {
        var store = try open()
        try store.append(Sample.rows(after: .zero, count: 3))
        try store.append(Sample.rows(after: Zxid(epoch: Epoch(rawValue: 9), counter: 0), count: 300))
        try SampleTree().write(to: folder, zxid)
        let rows = Sample.rows(after: zxid, count: 3)
        try store.install(snapshot: zxid, rows: rows)
        #expect(store.committed == zxid)
        try store.install(snapshot: zxid, rows: [])
        #expect(store.committed == zxid, "the snapshot is committed")
        #expect(store.lastZxid == zxid)
        let next = Sample.row(Zxid(epoch: Epoch(rawValue: 3), counter: 1))
        try store.append([next])
        _ = consume store

        store = try open()
        #expect(try store.all() == [next])
        let earlier = Zxid(rawValue: 2)
        try SampleTree().write(to: folder, earlier)
        try store.install(snapshot: earlier, rows: [])
        try SnapshotFolder.remove(zxid, in: folder.path)
        try store.close()
        #expect(try open().lastZxid == earlier)
    }

    @Test func `can be thousands of rows`() throws {
        var store = try open()
        for _ in 0..<10 { try store.append(Sample.rows(after: store.lastZxid, count: 1000)) }
        try SampleTree().write(to: folder, zxid)
        let rows = Sample.rows(after: zxid, count: 5000)
        try store.install(snapshot: zxid, rows: rows)
        _ = consume store
        store = try open()
        #expect(try store.all() == rows)
    }

    @Test func `is refused without its snapshot, at zero, and with gaps, and then nothing changed`() throws {
        var store = try open()
        let rows = Sample.rows(after: .zero, count: 10)
        try store.append(rows)
        #expect(throws: StorageError(.misuse)) {
            try store.install(snapshot: zxid, rows: [])
        }
        try SampleTree().write(to: folder, zxid)
        try SampleTree().write(to: folder, .zero)
        for bad in [[Sample.row(zxid)], [Sample.row(zxid.next), Sample.row(zxid.next)]] {
            #expect(throws: StorageError(.misuse)) {
                try store.install(snapshot: zxid, rows: bad)
            }
        }
        #expect(throws: StorageError(.misuse)) {
            try store.install(snapshot: .zero, rows: [])
        }
        try store.append([Sample.row(Zxid(rawValue: 11))])
        try store.close()
        store = try open()
        #expect(try store.all().count == 11)
    }

    @Test func `is not opened without its snapshot, and no other one matters`() throws {
        var store = try open()
        try store.append(Sample.rows(after: .zero, count: 10))
        let strays = [Zxid(rawValue: 4), zxid.next, Zxid(epoch: Epoch(rawValue: 5), counter: 1)]
        for stray in strays { TemporaryFolder.write([1, 2, 3], to: folder.snapshot(stray)) }
        _ = consume store
        store = try open()
        #expect(try store.all().count == 10)
        try SampleTree().write(to: folder, zxid)
        try store.install(snapshot: zxid, rows: [])
        try store.close()
        #expect(try open().lastZxid == zxid)

        try SnapshotFolder.remove(zxid, in: folder.path)
        do {
            _ = try open()
            Issue.record("opened without what it begins with")
        } catch let error as StorageError {
            #expect(error.code == .corrupt)
            #expect(error.message.contains(folder.snapshot(zxid)))
            #expect(error.message.contains(StorageError.restore))
        }
    }

    @Test(arguments: [
        "DELETE FROM log WHERE zxid = (SELECT max(zxid) FROM log)", "DELETE FROM log",
        "DELETE FROM log WHERE zxid = (SELECT min(zxid) FROM log)",
        "UPDATE log SET cxid = cxid + 1 WHERE zxid = (SELECT min(zxid) FROM log)",
        "UPDATE node SET value = value + 1 WHERE name = 'start_zxid'",
        "DELETE FROM node WHERE name = 'start_zxid'", "DELETE FROM node WHERE name = 'start_checksum'",
    ])
    func `is guarded as any log is`(change: String) throws {
        var store = try open()
        try SampleTree().write(to: folder, zxid)
        try store.install(snapshot: zxid, rows: Sample.rows(after: zxid, count: 5))
        try store.close()
        RawLog.change(folder, change)
        #expect(throws: StorageError(.corrupt)) {
            var store = try open()
            _ = try store.all()
        }
    }

    /// Each state of the log with each state of the mark that a crash can leave it with, and two that it
    /// cannot.
    @Test(arguments: InstallShape.all)
    func `is the only one or not there at all, whichever write of the mark was the last`(
        shape: InstallShape
    ) throws {
        let exchange = try Exchange(shape)
        for mark in [exchange.markBefore, exchange.markHalfLeaving, exchange.markLeaving] {
            #expect(try exchange.open(exchange.before, mark) == shape.old)
        }
        for mark in [exchange.markLeaving, exchange.markHalfAfter, exchange.markAfter] {
            #expect(try exchange.open(exchange.after, mark) == shape.new)
        }
        guard !shape.old.isEmpty, shape.oldStart != shape.zxid else { return }
        #expect(throws: StorageError(.corrupt)) {
            _ = try exchange.open(exchange.after, exchange.markBefore)
        }
        #expect(throws: StorageError(.corrupt)) {
            _ = try exchange.open(exchange.before, exchange.markAfter)
        }
    }
}

extension LogStore {
    /// Everything after its start, checked.
    /// Copies the newest segment's WAL into its file, as a start does.
    mutating func checkpoint() throws(StorageError) { _ = try segments.newest.database.checkpoint(.passive) }

    mutating func all() throws -> [LogRow] {
        var rows: [LogRow] = []
        try replay(after: startZxid) { rows.append($0) }
        return rows
    }
}

/// Two histories, of which one replaces the other.
struct InstallShape: CustomTestStringConvertible {
    let testDescription: String
    let oldStart: Zxid
    let old: [LogRow]
    let zxid: Zxid
    let new: [LogRow]

    init(_ name: String, from oldStart: Int64, _ oldCount: Int, to zxid: Int64, _ newCount: Int) {
        testDescription = name
        self.oldStart = Zxid(rawValue: oldStart)
        old = Sample.rows(after: self.oldStart, count: oldCount)
        self.zxid = Zxid(rawValue: zxid)
        new = Sample.rows(after: self.zxid, count: newCount)
    }

    static let all = [
        InstallShape("onto nothing", from: 0, 0, to: 5, 3), InstallShape("ahead", from: 0, 9, to: 500, 3),
        InstallShape("ahead, no rows", from: 0, 9, to: 500, 0),
        InstallShape("amid the old rows", from: 0, 9, to: 5, 2),
        InstallShape("at the old end", from: 0, 9, to: 9, 1),
        InstallShape("from snapshot to snapshot", from: 3, 9, to: 500, 3),
        InstallShape("back to an earlier snapshot", from: 300, 9, to: 5, 300),
        InstallShape("onto the same snapshot, shorter", from: 300, 9, to: 300, 2),
        InstallShape("onto the same snapshot, longer", from: 300, 2, to: 300, 9),
    ]
}

/// One `install`, and the folder in every state it goes through.
private struct Exchange {
    let before: Folder
    let after: Folder
    let markBefore: [UInt8]
    let markHalfLeaving: [UInt8]
    let markLeaving: [UInt8]
    let markHalfAfter: [UInt8]
    let markAfter: [UInt8]

    init(_ shape: InstallShape) throws {
        let folder = Folder()
        var store = try folder.open()
        if shape.oldStart > .zero {
            try SampleTree().write(to: folder, shape.oldStart)
            try store.install(snapshot: shape.oldStart, rows: [])
        }
        try store.append(shape.old)
        try SampleTree().write(to: folder, shape.zxid)
        before = try folder.copy()
        markBefore = TemporaryFolder.read(folder.mark) ?? []
        var leaving = store.acknowledged
        leaving.successor = shape.zxid
        (markHalfLeaving, markLeaving) = try Exchange.marks(leaving, after: markBefore)

        try store.install(snapshot: shape.zxid, rows: shape.new)
        after = try folder.copy()
        markAfter = TemporaryFolder.read(folder.mark) ?? []
        let (half, whole) = try Exchange.marks(store.acknowledged, after: markLeaving)
        markHalfAfter = half
        #expect(whole == markAfter, "install writes the marks that this test thinks it does")
    }

    /// The file with one copy of it, and with two.
    private static func marks(_ acknowledged: Acknowledged, after: [UInt8]) throws -> ([UInt8], [UInt8]) {
        let folder = Folder()
        TemporaryFolder.write(after, to: folder.mark)
        let directory = try DataDirectory(creating: folder.path)
        var mark = try AcknowledgedMark(directory, after: AcknowledgedMark.read(directory))
        try mark.write(acknowledged)
        let half = TemporaryFolder.read(folder.mark) ?? []
        try mark.write(acknowledged)
        return (half, TemporaryFolder.read(folder.mark) ?? [])
    }

    /// What the store makes of it, twice.
    func open(_ log: Folder, _ mark: [UInt8]) throws -> [LogRow] {
        let folder = try log.copy()
        TemporaryFolder.write(mark, to: folder.mark)
        var store = try folder.open()
        let rows = try store.all()
        guard case .copy(let left, _) = try AcknowledgedMark.read(DataDirectory(creating: folder.path)) else {
            throw StorageError(.misuse, "no mark")
        }
        #expect(left == store.acknowledged, "the exchange is over")
        _ = consume store
        store = try folder.open()
        #expect(try store.all() == rows)
        try store.append([Sample.row(store.lastZxid.next)])
        try store.close()
        return rows
    }
}
