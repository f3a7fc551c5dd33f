import NIOCore
import Synchronization
import Testing
import Vocabulary

@testable import Storage

/// Three nodes' folders without the nodes: each may ask the others for rows, and what went between them is
/// counted.
final class Neighbours {
    var folders: [Folder]
    private(set) var bytes = 0
    var isSilent = false

    init(_ folders: [Folder]) { self.folders = folders }

    /// The same, by a process that is killed before a change of names.
    ///
    /// - Returns: Whether there were so many.
    func mend(_ index: Int, dyingAt operation: Int) throws -> Bool {
        let files = MortalFiles(DataDirectory(visiting: folders[index].path), dyingAt: operation)
        do {
            _ = try mend(index, files: files)
            return false
        } catch let error as StorageError where error.code == .io {
            return true
        }
    }

    /// What becomes of one of them that asks the others.
    func mend(
        _ index: Int, givesUpEnd: Bool = false, files: (any LogFiles)? = nil
    ) throws -> FolderMending {
        let directory = DataDirectory(visiting: folders[index].path)
        return try FolderMending.mend(
            directory, LogDisk(files: files ?? SystemLogFiles(directory: directory)), stamp: "then",
            givesUpEnd: givesUpEnd
        ) { [self] wanted, excluded in
            guard !isSilent else { return nil }
            for (number, folder) in folders.enumerated() where number != index {
                let peer = PeerID(rawValue: Int64(number))
                guard !excluded.contains(peer) else { continue }
                let answer = OfferedRows(directory: folder.path).answer(wanted).encoded
                bytes += answer.readableBytes + wanted.encoded.readableBytes
                guard case .rows(let rows) = RowsAnswer(decoding: answer) else { continue }
                return FetchedRows(rows, from: peer, bytes: answer.readableBytes)
            }
            return nil
        }
    }
}

/// The system's files, until their process is killed.
private struct MortalFiles: LogFiles {
    private let files: SystemLogFiles
    private let left: Left

    private final class Left: Sendable {
        private let count: Mutex<Int>

        init(_ count: Int) { self.count = Mutex(count) }

        func take() throws(StorageError) {
            let isOver = count.withLock { count in
                defer { count -= 1 }
                return count <= 0
            }
            if isOver { throw StorageError(.io, "killed") }
        }
    }

    init(_ directory: DataDirectory, dyingAt operation: Int) {
        files = SystemLogFiles(directory: directory)
        left = Left(operation)
    }

    var vfs: String? { files.vfs }
    func names() throws(StorageError) -> [String] { try files.names() }
    func size(of file: String) -> Int64 { files.size(of: file) }
    func read(_ file: String) throws(StorageError) -> [UInt8] { try files.read(file) }
    func link(_ file: String, to name: String) -> Bool { files.link(file, to: name) }

    func rename(_ file: String, to name: String) throws(StorageError) {
        try left.take()
        try files.rename(file, to: name)
    }

    func remove(_ file: String) throws(StorageError) {
        try left.take()
        try files.remove(file)
    }

    func write(_ bytes: [UInt8], to file: String) throws(StorageError) {
        try left.take()
        try files.write(bytes, to: file)
    }

    func forgetCached(_ file: String) { files.forgetCached(file) }

    func sync() throws(StorageError) {
        try left.take()
        try files.sync()
    }
}

extension FolderMending {
    var isMended: Bool { if case .mended = self { true } else { false } }
    var isCut: Bool { if case .cut = self { true } else { false } }
    var isUnavailable: Bool { if case .unavailable = self { true } else { false } }
}

@Suite struct `A damaged folder among sound ones` {
    let rows = Sample.rows(after: .zero, count: 3000)

    /// Three equal logs in several segments.
    private func neighbours() throws -> Neighbours {
        let first = Folder(isInMemory: true)
        var store = try first.open(segmentPages: 24)
        try store.setAcceptedEpoch(Epoch(rawValue: 1))
        for start in stride(from: 0, to: rows.count, by: 200) {
            try store.append(Array(rows[start..<min(rows.count, start + 200)]))
        }
        try store.close()
        #expect(first.segments.count > 3)
        return Neighbours([first, try first.copy(), try first.copy()])
    }

    private func expectWhole(_ folder: Folder, mustSynchronize: Bool = false) throws {
        var store = try folder.open(segmentPages: 24)
        #expect(try store.everything() == rows)
        #expect((store.mustSynchronize != nil) == mustSynchronize)
        #expect(store.acceptedEpoch == Epoch(rawValue: 1))
        try store.append(Sample.rows(after: store.lastZxid, count: 10))
        try store.close()
    }

    private func change(_ folder: Folder, _ number: Int) {
        RawLog.change(folder, "UPDATE log SET cxid = cxid + 1 WHERE zxid = \(rows[number].zxid.rawValue)")
    }

    @Test(arguments: [0, 700, 1500, 2999]) func `gets one row back, and little else`(number: Int) throws {
        let neighbours = try neighbours()
        change(neighbours.folders[0], number)
        guard case .mended(let mendings) = try neighbours.mend(0) else {
            Issue.record("not mended")
            return
        }
        #expect(mendings.map(\.fetched) == [[rows[number].zxid...rows[number].zxid]])
        #expect(mendings.map(\.rows) == [1])
        #expect(neighbours.bytes < 64 << 10)
        try expectWhole(neighbours.folders[0])
    }

    @Test func `gets rows back that are gone, a file, and the end`() throws {
        let neighbours = try neighbours()
        let folder = neighbours.folders[0]
        let (from, to) = (rows[400].zxid.rawValue, rows[430].zxid.rawValue)
        RawLog.change(folder, "DELETE FROM log WHERE zxid BETWEEN \(from) AND \(to)")
        Folder.remove(file: folder.segments[2])
        RawLog.change(file: folder.log, "DELETE FROM log WHERE zxid > \(rows[2900].zxid.rawValue)")
        #expect(throws: StorageError(.corrupt)) { _ = try folder.open() }
        #expect(try neighbours.mend(0).isMended)
        try expectWhole(folder)
    }

    @Test func `gets its newest file back, but has forgotten what it promised`() throws {
        let neighbours = try neighbours()
        let folder = neighbours.folders[0]
        Folder.remove(file: folder.log)
        #expect(try neighbours.mend(0).isCut)
        try expectWhole(folder, mustSynchronize: true)
    }

    @Test func `waits, with nothing changed, where nobody has a row`() throws {
        let neighbours = try neighbours()
        for folder in neighbours.folders { change(folder, 700) }
        guard case .unavailable(_, let missing) = try neighbours.mend(0, givesUpEnd: true) else {
            Issue.record("not unavailable")
            return
        }
        #expect(missing.after.zxid == rows[699].zxid)
        #expect(throws: StorageError(.corrupt)) {
            var store = try neighbours.folders[0].open()
            _ = try store.everything()
        }
    }

    @Test func `ends earlier where nobody has its last rows, and then it does not vote`() throws {
        let neighbours = try neighbours()
        for folder in neighbours.folders { change(folder, 2999) }
        change(neighbours.folders[0], 2500)
        #expect(try neighbours.mend(0).isUnavailable)
        #expect(try neighbours.mend(0, givesUpEnd: true).isCut)
        var store = try neighbours.folders[0].open()
        #expect(try store.everything() == Array(rows.dropLast()))
        #expect(store.mustSynchronize != nil)
    }

    @Test func `votes no more once its mark is lost`() throws {
        let neighbours = try neighbours()
        Folder.remove(file: neighbours.folders[0].mark)
        #expect(try neighbours.mend(0).isCut)
        try expectWhole(neighbours.folders[0], mustSynchronize: true)
    }

    @Test func `believes no row of another history`() throws {
        let neighbours = try neighbours()
        change(neighbours.folders[0], 700)
        let other = Folder()
        var store = try other.open()
        var rows = rows
        rows[700].timeMs += 1
        try store.append(rows)
        try store.close()
        let sound = neighbours.folders[1]
        neighbours.folders = [neighbours.folders[0], sound, other]
        #expect(try neighbours.mend(0).isMended)
        try expectWhole(neighbours.folders[0])
        change(neighbours.folders[0], 700)
        neighbours.folders = [neighbours.folders[0], other, other]
        #expect(try neighbours.mend(0).isUnavailable)
    }

    @Test func `begins anew where its only snapshot is damaged, and keeps what was there`() throws {
        let neighbours = try neighbours()
        let folder = neighbours.folders[0]
        var store = try folder.open(segmentPages: 24)
        try SampleTree(extra: 1).write(to: folder, rows[1999].zxid)
        try store.trim(through: rows[1999].zxid)
        #expect(store.startZxid > .zero)
        try store.close()
        RawLog.change(file: folder.snapshot(rows[1999].zxid), "UPDATE znodes SET version = version + 1")
        #expect(try neighbours.mend(0).isCut)
        var anew = try folder.open()
        #expect(try anew.everything().isEmpty)
        #expect(anew.mustSynchronize != nil)
        #expect(try FolderNames.all(in: folder.path + "/damaged-then").contains("acknowledged"))
    }

    @Test func `asks for nothing that a snapshot stands for, once nobody has it`() throws {
        let neighbours = try neighbours()
        let folder = neighbours.folders[0]
        try SampleTree(extra: 1).write(to: folder, rows[1999].zxid)
        for folder in neighbours.folders { change(folder, 300) }
        #expect(try neighbours.mend(0).isUnavailable)
        #expect(try neighbours.mend(0, givesUpEnd: true).isMended)
        var store = try folder.open()
        #expect(store.startZxid > rows[300].zxid)
        var behind: [LogRow] = []
        try store.replay(after: rows[1999].zxid) { behind.append($0) }
        #expect(behind == Array(rows[2000...]))
    }

    @Test func `of 30,000 transactions gets one back for 64 KiB at most`() throws {
        let folder = Folder(isInMemory: true)
        let rows = Sample.rows(after: .zero, count: 30_000)
        var store = try folder.open(segmentPages: 400)
        for start in stride(from: 0, to: rows.count, by: 1000) {
            try store.append(Array(rows[start..<start + 1000]))
        }
        try store.close()
        let neighbours = Neighbours([folder, try folder.copy(), try folder.copy()])
        RawLog.change(
            folder, "UPDATE log SET cxid = cxid + 1 WHERE zxid = \(rows[15_000].zxid.rawValue)")
        #expect(try neighbours.mend(0).isMended)
        print("one bad transaction of 30,000: \(neighbours.bytes) bytes between nodes")
        #expect(neighbours.bytes <= 64 << 10)
        store = try folder.open()
        #expect(try store.everything() == rows)
    }

    // MARK: A node that is killed meanwhile

    @Test func `is damaged as before or whole, wherever its mending is cut short`() throws {
        let neighbours = try neighbours()
        let pristine = neighbours.folders[0]
        for number in [300, 2999] { change(pristine, number) }
        Folder.remove(file: pristine.segments[2])
        var operation = 0
        var outcomes: [Bool] = []
        repeat {
            let folder = try pristine.copy()
            neighbours.folders[0] = folder
            outcomes.append(try neighbours.mend(0, dyingAt: operation))
            do {
                var store = try folder.open()
                #expect(try store.everything() == rows)
            } catch let error as StorageError where error.code == .corrupt {
                #expect(try neighbours.mend(0).isMended)
            }
            try expectWhole(folder)
            operation += 1
        } while outcomes.last == true
        print("mending cut short at each of \(operation - 1) changes of names")
        #expect(operation > 10)
    }

    // MARK: While the node serves

    /// Looks through all files of a node that serves, and lets it ask a sound one.
    private func scrub(_ store: borrowing LogStore, with sound: Folder) -> [StorageError] {
        let offered = OfferedRows(directory: sound.path)
        let noted = Noted()
        let help = SegmentHelp { wanted, _ in
            guard case .rows(let rows) = offered.answer(wanted) else { return nil }
            return FetchedRows(rows, from: PeerID(rawValue: 2), bytes: 0)
        } stamp: {
            "then"
        } noteMended: {
            noted.note($0)
        }
        store.checkCovered(all: true, help: help) { noted.note($0) }
        store.tenure.check.wait()
        return noted.damages
    }

    @Test func `is mended while its node serves, where a file is complete`() throws {
        let neighbours = try neighbours()
        let folder = neighbours.folders[0]
        var store = try folder.open(segmentPages: 24)
        _ = try store.everything()
        change(folder, 300)
        #expect(scrub(store, with: neighbours.folders[1]).isEmpty)
        #expect(try store.everything() == rows)
        try store.append(Sample.rows(after: store.lastZxid, count: 10))
        try store.truncate(after: rows[2999].zxid)
        try store.close()
        try expectWhole(folder)
    }

    @Test func `is only reported while its node serves, where nobody can help`() throws {
        let neighbours = try neighbours()
        for folder in neighbours.folders { change(folder, 300) }
        var store = try neighbours.folders[0].open(segmentPages: 24)
        #expect(
            scrub(store, with: neighbours.folders[1]).compactMap { $0.damage?.firstBad } == [rows[300].zxid])
        try store.append(Sample.rows(after: store.lastZxid, count: 10))
        try store.close()
    }

    @Test func `brings no file back that was trimmed while it was mended`() throws {
        let neighbours = try neighbours()
        let folder = neighbours.folders[0]
        try SampleTree(extra: 1).write(to: folder, rows[1999].zxid)
        var store = try folder.open(segmentPages: 24)
        change(folder, 300)
        try store.trim(through: rows[1999].zxid)
        let start = store.startZxid
        _ = scrub(store, with: neighbours.folders[1])
        try store.close()
        #expect(try folder.open().startZxid == start)
    }
}

private final class Noted: Sendable {
    private let state = Mutex((mended: 0, damages: [StorageError]()))

    var damages: [StorageError] { state.withLock { $0.damages } }
    func note(_ damage: StorageError) { state.withLock { $0.damages.append(damage) } }
    func note(_ mending: Mending) { state.withLock { $0.mended += 1 } }
}
