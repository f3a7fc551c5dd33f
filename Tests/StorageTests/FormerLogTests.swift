import FaultyFiles
import Glibc
import TestSupport
import Testing
import Vocabulary

@testable import Storage

@Suite struct `The log of a former version` {
    let folder = Folder()
    let rows = Sample.rows(after: .zero, count: 60)

    /// A folder as the version before segments left it.
    private func makeFormer() throws {
        var store = try folder.open()
        try store.setAcceptedEpoch(Epoch(rawValue: 3))
        try store.append(rows)
        try store.close()
        let segment = folder.log
        RawLog.change(file: segment, FaultyDisk.former)
        rename(segment, folder.path + "/log.db")
    }

    @Test func `is the first segment after the next start, which says so`() throws {
        try makeFormer()
        var said: [String] = []
        var store = try LogStore.open(directory: folder.path, noteTakeOver: { said.append($0) })
        #expect(said.count == 1 && said[0].contains("log-0000000000000000.db"))
        #expect(try store.everything() == rows)
        #expect(store.acceptedEpoch == Epoch(rawValue: 3))
        let next = Sample.rows(after: store.lastZxid, count: 5)
        try store.append(next)
        try store.close()
        #expect(try FolderNames.all(in: folder.path).allSatisfy { !$0.hasPrefix("log.db") })
        store = try LogStore.open(directory: folder.path, noteTakeOver: { said.append($0) })
        #expect(said.count == 1)
        #expect(try store.everything() == rows + next)
    }

    @Test func `keeps the end of it that a killed process left in its WAL`() throws {
        try makeFormer()
        let next = Sample.rows(after: rows[59].zxid, count: 9)
        let disk = LogDisk(files: SystemLogFiles(directory: DataDirectory(visiting: folder.path)))
        let killed = try Segment(
            disk.writable(folder.path + "/log.db"), after: .empty, isBegun: true, rows: 60)
        try killed.statements.begin.run()
        guard let end = try killed.reader.chain(atOrBefore: rows[59].zxid) else { return }
        _ = try killed.statements.insert(next, after: end)
        try killed.statements.commit.run()
        _ = consume killed
        #expect(DataDirectory.size(of: folder.path + "/log.db-wal") > 0)
        var store = try folder.open()
        #expect(try store.everything() == rows + next)
    }

    @Test func `is refused as it is where it is damaged, and beside segments`() throws {
        try makeFormer()
        let file = folder.path + "/log.db"
        let sound = try #require(TemporaryFolder.read(file))
        RawLog.change(file: file, "UPDATE log SET cxid = cxid + 1 WHERE zxid = 60")
        let before = TemporaryFolder.read(file)
        #expect(throws: StorageError(.corrupt)) { _ = try folder.open() }
        #expect(TemporaryFolder.read(file) == before && folder.segments.isEmpty, "nothing was changed")
        TemporaryFolder.write(sound, to: file)
        TemporaryFolder.write(sound, to: folder.path + "/log-0000000000000000.db")
        #expect(throws: StorageError(.corrupt)) { _ = try folder.open() }
    }

    @Test func `is begun anew where its maker was killed before anything was in it`() throws {
        let file = folder.path + "/log.db"
        RawLog.change(file: file, "PRAGMA journal_mode = WAL; VACUUM")
        #expect(DataDirectory.size(of: file) > 0)
        var store = try folder.open()
        try store.append(rows)
        #expect(DataDirectory.size(of: file) == 0 && folder.segments.count == 1)
    }

    /// At every operation of the disk.
    @Test(arguments: [false, true])
    func `is whole wherever taking it over was cut short`(isPowerLoss: Bool) throws {
        var isOver = false
        var operation = 0
        while !isOver {
            let disk = FaultyDisk(seed: UInt64(operation))
            var store = try disk.open()
            try store.setAcceptedEpoch(Epoch(rawValue: 3))
            try store.append(rows)
            try store.close()
            try disk.makeFormer()
            disk.fail(after: operation, FAULTY_POWER_OFF)
            do {
                let opened = try disk.open()
                isOver = true
                _ = consume opened
            } catch {}
            disk.noteMark()
            if isPowerLoss { disk.losePower() } else { disk.kill() }
            store = try disk.open()
            #expect(try store.everything() == rows, "cut short at operation \(operation)")
            #expect(store.acceptedEpoch == Epoch(rawValue: 3))
            operation += 1
        }
        #expect(operation > 10)
    }
}
