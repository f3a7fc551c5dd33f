import CSQLite
import SeededRandom
import TestSupport
import Testing
import Vocabulary

@testable import Storage

@Suite struct `A snapshot` {
    let folder = Folder()
    let zxid = Zxid(epoch: Epoch(rawValue: 1), counter: 42)

    @Test func `gives back exactly what was written`() throws {
        let tree = SampleTree(extra: 2000)
        try tree.write(to: folder, zxid)
        #expect(try SampleTree(from: folder, zxid) == tree)
        #expect(try SnapshotFolder.snapshots(in: folder.path) == [zxid])
    }

    @Test func `holds an empty tree`() throws {
        try SampleTree().write(to: folder, zxid)
        #expect(try SampleTree(from: folder, zxid) == SampleTree())
    }

    @Test func `gives parents before children, in whatever order they were written`() throws {
        let tree = SampleTree(extra: 500)
        var shuffled = tree
        var random = SeededGenerator(seed: 3)
        shuffled.znodes.shuffle(using: &random)
        shuffled.lists.reverse()
        shuffled.sessions.reverse()
        try shuffled.write(to: folder, zxid)
        let read = try SampleTree(from: folder, zxid)
        #expect(read == tree)
        for (index, znode) in read.znodes.enumerated() {
            let parent = ZnodePath(znode.path.bytes).parent?.bytes
            guard let place = read.znodes.firstIndex(where: { $0.path.bytes == parent }) else { continue }
            #expect(place < index || znode.path == "/", "\(znode.path)")
        }
    }

    @Test func `can be asked for a path in plain SQL`() throws {
        try SampleTree(extra: 0).write(to: folder, zxid)
        let file = folder.snapshot(zxid)
        #expect(RawLog.query(file: file, "SELECT version FROM znodes WHERE path = '/a/b'") == ["3"])
        #expect(
            RawLog.query(
                file: file,
                "SELECT kind, data, czxid, created, acl FROM tree WHERE path = '/a-b'")
                == [
                    "ttl 5000 ms|data of /a-b|0x3|2023-11-14T22:13:20.002Z|"
                        + "digest:ann:0Vn8=:cdrwa world:anyone:r :: \u{fffd}\u{0}:ip:"
                ])
        #expect(
            RawLog.query(file: file, "SELECT kind FROM tree WHERE path IN ('/', '/a', '/a/b') ORDER BY path")
                == ["persistent", "container", "ephemeral of 0x10000000001"])
        #expect(RawLog.query(file: file, "SELECT znodes, sessions, acls FROM meta") == ["13|3|6"])
    }

    @Test func `refuses a path that came twice, and leaves no file`() throws {
        var tree = SampleTree(extra: 0)
        tree.znodes.append(tree.znodes[3])
        #expect(throws: StorageError.self) { try tree.write(to: folder, zxid) }
        #expect(try DataDirectory(creating: folder.path).names().filter { $0.hasPrefix("snap") }.isEmpty)
    }

    @Test func `has no name before it is finished, and none at all when it is given up`() throws {
        var writer = try SnapshotWriter(directory: folder.path, zxid: zxid)
        try writer.add(SampleTree.znode("/", number: 1).packed)
        #expect(try SnapshotFolder.snapshots(in: folder.path).isEmpty)
        #expect(TemporaryFolder.read(folder.snapshot(zxid) + ".tmp") != nil)
        _ = consume writer
        #expect(TemporaryFolder.read(folder.snapshot(zxid) + ".tmp") == nil)
    }

    @Test func `of a killed writer is removed when the log is opened, and hinders no other`() throws {
        TemporaryFolder.write([1, 2, 3], to: folder.snapshot(zxid) + ".tmp")
        try SampleTree(extra: 3).write(to: folder, zxid)
        TemporaryFolder.write([1, 2, 3], to: folder.snapshot(zxid) + ".tmp")
        TemporaryFolder.write([1, 2, 3], to: folder.path + "/other.tmp")
        try folder.open().close()
        #expect(TemporaryFolder.read(folder.snapshot(zxid) + ".tmp") == nil)
        #expect(TemporaryFolder.read(folder.path + "/other.tmp") != nil, "not ours")
        #expect(try SampleTree(from: folder, zxid) == SampleTree(extra: 3))
    }

    @Test func `is listed newest first, and can be removed`() throws {
        let zxids = [0, 1, 0x1_0000_0000, 5].map { Zxid(rawValue: $0) }
        for zxid in zxids { try SampleTree().write(to: folder, zxid) }
        for name in ["snapshot-1.db", "snapshot-00000000000000AB.db", "snapshot-+000000000000001.db"] {
            TemporaryFolder.write([1], to: folder.path + "/" + name)
        }
        #expect(try SnapshotFolder.snapshots(in: folder.path) == zxids.sorted(by: >))
        try SnapshotFolder.remove(zxids[1], in: folder.path)
        try SnapshotFolder.remove(zxids[1], in: folder.path)
        #expect(try SnapshotFolder.snapshots(in: folder.path) == [zxids[2], zxids[3], zxids[0]])
    }

    @Test func `that is missing, empty or another one's is refused with its name`() throws {
        let other = zxid.next
        #expect(throws: StorageError(.corrupt)) { _ = try SampleTree(from: folder, zxid) }
        try SampleTree().write(to: folder, zxid)
        TemporaryFolder.write(TemporaryFolder.read(folder.snapshot(zxid)) ?? [], to: folder.snapshot(other))
        do {
            _ = try SampleTree(from: folder, other)
            Issue.record("served under another name")
        } catch let error as StorageError {
            #expect(error.code == .corrupt)
            #expect(error.message.contains(folder.snapshot(other)))
            #expect(error.message.contains(StorageError.restore))
        }
        TemporaryFolder.write([], to: folder.snapshot(zxid))
        #expect(throws: StorageError(.corrupt)) { _ = try SampleTree(from: folder, zxid) }
    }

    /// `AVIARY_FLIPS=1` flips every byte; otherwise every 13th, each time others by `AVIARY_SEED`.
    @Test func `never gives back something else after a byte changed`() throws {
        let tree = SampleTree(extra: 40)
        try tree.write(to: folder, zxid)
        let bytes = try #require(TemporaryFolder.read(folder.snapshot(zxid)))
        let step = Environment.number("AVIARY_FLIPS") ?? 13
        var random = SeededGenerator(seed: UInt64(Environment.number("AVIARY_SEED") ?? 1))
        let damaged = Folder()
        var noticed = 0
        var harmless = 0
        for offset in stride(from: Int.random(in: 0..<step, using: &random), to: bytes.count, by: step) {
            var changed = bytes
            let flip = UInt8.random(in: 1...255, using: &random)
            changed[offset] ^= Bool.random(using: &random) ? flip : 1 << (flip % 8)
            TemporaryFolder.write(changed, to: damaged.snapshot(zxid))
            guard let read = try? SampleTree(from: damaged, zxid) else {
                noticed += 1
                continue
            }
            harmless += 1
            #expect(read == tree, "byte \(offset) became \(changed[offset])")
        }
        print("\(noticed) flips noticed, \(harmless) harmless, of \(bytes.count) bytes")
        #expect(noticed > bytes.count / step / 4)
    }

    @Test(arguments: [
        "UPDATE znodes SET version = version + 1 WHERE path = '/a'", "DELETE FROM znodes WHERE path = '/a'",
        "UPDATE znodes SET data = NULL WHERE data = x''", "UPDATE znodes SET data = x'' WHERE data IS NULL",
        "UPDATE sessions SET timeout_ms = 1", "UPDATE acls SET perms = 1 WHERE perms = 31",
        "UPDATE acls SET position = position + 1 WHERE acl = -1", "DELETE FROM acls WHERE acl = 0",
        "UPDATE meta SET digest = 0", "UPDATE meta SET time_ms = 0", "DELETE FROM meta",
    ])
    func `changed by SQL is refused`(change: String) throws {
        try SampleTree(extra: 3).write(to: folder, zxid)
        RawLog.change(file: folder.snapshot(zxid), change)
        #expect(throws: StorageError(.corrupt)) { _ = try SampleTree(from: folder, zxid) }
    }
}
