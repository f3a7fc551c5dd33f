import Glibc
import Inspection
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import FolderReading

@Suite struct `A visitor of a folder` {
    let place = TemporaryFolder("inspection")
    let story = Story.ofServices()

    private var folder: String { place.path + "/running" }

    private func running() throws -> LogStore {
        var store = try LogStore.open(directory: folder)
        try store.append(Array(story.rows.prefix(10)))
        return store
    }

    @Test func `sees all that a running node has, and changes nothing`() throws {
        var store = try running()
        let node = try NodeFolder(folder)
        #expect(node.state == .running(pid: getpid()))
        let before = TemporaryFolder.contents(of: folder)
        #expect(try Verification.run(on: node).log.rows == 10)
        let after = TemporaryFolder.contents(of: folder)
        #expect(Set(before.keys) == Set(after.keys))
        for name in ["log-0000000000000000.db", "log-0000000000000000.db-wal", "acknowledged", "lock"] {
            #expect(before[name] == after[name], "\(name)")
        }
        try store.append(Array(story.rows.dropFirst(10)))
        #expect(try Verification.run(on: node).log.rows == 17, "the same visitor, later")
        try store.close()
    }

    /// A reader's transaction would keep the WAL from being written over.
    @Test func `does not keep a running node's WAL from its checkpoint`() throws {
        var store = try LogStore.open(directory: folder)
        let story = Story()
        story.open(Story.ann)
        for number in 0..<20_000 { story.create("/z-\(number)", String(repeating: "x", count: 300)) }
        try store.append(Array(story.rows.prefix(10_000)))
        let node = try NodeFolder(folder)
        var walk = try node.walk()
        for _ in 0..<5000 { _ = try walk.next() }
        let walBefore = store.sizes.walBytes
        for start in stride(from: 10_000, to: 20_000, by: 100) {
            try store.append(Array(story.rows[start..<start + 100]))
        }
        #expect(store.sizes.walBytes <= walBefore + 9 << 20, "\(walBefore) to \(store.sizes.walBytes)")
        var rest = 5000
        while let row = try walk.next() {
            #expect(row.fault == nil)
            rest += 1
        }
        #expect(rest >= 20_000)
        try store.close()
    }

    @Test(arguments: [false, true])
    func `reads what a killed process left in the WAL, and creates no file`(withIndex: Bool) throws {
        let store = try running()
        let killed = place.path + "/killed"
        TemporaryFolder.copy(folder, to: killed)
        if withIndex {
            let index = "/log-0000000000000000.db-shm"
            TemporaryFolder.write(TemporaryFolder.read(folder + index) ?? [], to: killed + index)
        }
        _ = consume store
        let before = TemporaryFolder.contents(of: killed)
        try #require(before["log-0000000000000000.db-wal"]?.isEmpty == false)
        var copy = ""
        do {
            let node = try NodeFolder(killed)
            #expect(node.state == .killed)
            copy = try #require(node.segments.files.last.map(node.segments.path))
            try #require(access(copy, F_OK) == 0)
            #expect(try Verification.run(on: node).log.rows == 10)
            #expect(try node.tree().zxid == story.rows[9].zxid)
        }
        #expect(TemporaryFolder.contents(of: killed) == before)
        #expect(access(copy, F_OK) != 0, "the private copy is gone")
    }

    @Test func `reads a folder that it may not write to`() throws {
        let folder = try story.write(to: place.path + "/node")
        try story.writeSnapshot(to: folder)
        let before = TemporaryFolder.contents(of: folder)
        chmod(folder, 0o550)
        defer { chmod(folder, 0o750) }
        let node = try NodeFolder(folder)
        #expect(node.state == .closed)
        #expect(try Verification.run(on: node).isSound)
        #expect(TemporaryFolder.contents(of: folder) == before)
    }

    @Test func `is told when a node started meanwhile`() throws {
        let folder = try story.write(to: place.path + "/node")
        let node = try NodeFolder(folder)
        try node.requireUnchanged()
        var store = try LogStore.open(directory: folder)
        let later = Story.ofServices()
        later.create("/more")
        try store.append([later.rows[17]])
        try store.close()
        #expect(throws: StorageError(.busy)) { try node.requireUnchanged() }
    }

    @Test func `gives one sentence with the remedy for a wrong folder or argument`() throws {
        let empty = place.path + "/empty"
        mkdir(empty, 0o750)
        TemporaryFolder.write([1], to: place.path + "/file")
        let folder = try story.write(to: place.path + "/node")
        let wrong: [(words: [String], status: Int32, part: String)] = [
            (["status", place.path + "/none"], 66, "No such file or directory; name the folder"),
            (
                ["status", empty], 66,
                "is no node's folder: it holds neither a log (log-<zxid>.db) nor a snapshot"
            ),
            (["status", place.path + "/file"], 66, "is a file; name the folder of a node"),
            (["log", "show", folder, "1:99"], 64, "0x100000063 is not in the log"),
            (["log", "show", folder, "banana"], 64, "banana"),
            (["tree", folder, "--at", "1:99"], 64, "is not there yet: the log"),
            (["tree", folder, "/none"], 64, "/none was not there at 0x100000011"),
            (["log", "list", folder, "--type", "nothing"], 64, "no such operation; known are create"),
            (["snapshot", "tree", folder], 64, "has no snapshot; `aviary-admin tree` rebuilds"),
            (["zxid", "what"], 64, "'what' is no zxid; write it as 0x1000000ab"),
            (["why", folder, "relative"], 64, "relative"),
            (["sql", folder, "DELETE FROM znodes"], 64, "a query may only read"),
        ]
        for (words, status, part) in wrong {
            let failure = try #require(Admin.failure(words), "\(words)")
            #expect(failure.status == status, "\(words): \(failure)")
            #expect(failure.message.contains(part), "\(words): \(failure.message)")
            #expect(!failure.message.contains("\n") || status == 64, "\(failure.message)")
        }
    }
}
