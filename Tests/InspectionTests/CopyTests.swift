import FolderReading
import Glibc
import NIOCore
import SeededRandom
import Storage
import TestSupport
import Testing
import Vocabulary
import Znodes

@testable import Inspection

/// What a node finds when it starts on a folder.
struct Started {
    let last: Zxid
    let rows: Int
    let accepted: Epoch

    init(on folder: String) throws {
        var store = try LogStore.open(directory: folder)
        var count = 0
        try store.replay(after: store.startZxid) { _ in count += 1 }
        last = store.lastZxid
        accepted = store.acceptedEpoch
        rows = count
        try store.close()
    }
}

@Suite struct `A backup` {
    let place = TemporaryFolder("inspection")
    private var backup: String { place.path + "/backup" }

    @Test func `of a folder at rest is one that a node starts on, with the same history`() throws {
        let story = Story.atRandom(seed: 1)
        let folder = try story.write(to: place.path + "/node")
        TemporaryFolder.write(Array("3\n".utf8), to: folder + "/myid")
        let before = TemporaryFolder.contents(of: folder)
        let made = try FolderBackup.make(of: NodeFolder(folder), to: backup)
        #expect(made.rows == story.rows.count)
        #expect(TemporaryFolder.contents(of: folder) == before)
        let comparison = try Comparison.run(over: [NodeFolder(folder), NodeFolder(backup)])
        #expect(comparison.heldByAll == story.rows.count)
        #expect(try Verification.run(on: NodeFolder(backup)).isSound)
        #expect(try NodeFolder(backup).serverID == "3")
        #expect(try NodeFolder(backup).state == .closed)
        #expect(try Started(on: backup).last == story.last)
    }

    @Test func `of a log that has lost its end is refused, unless a moment is asked for`() throws {
        let story = Story.atRandom(seed: 5)
        let folder = try story.write(to: place.path + "/node")
        var random = SeededGenerator(seed: 5)
        let lost = try Damage.endLost.strike(folder, story, &random)
        #expect(throws: InspectionError.self) {
            _ = try FolderBackup.make(of: NodeFolder(folder), to: backup)
        }
        #expect(throws: InspectionError.self) {
            _ = try FolderRestoration.make(of: NodeFolder(folder), to: backup, nowMs: 0)
        }
        let sound = try #require(story.rows.last { $0.zxid < lost }?.zxid)
        let made = try FolderRestoration.make(of: NodeFolder(folder), to: backup, at: .zxid(sound), nowMs: 0)
        #expect(made.last == sound)
    }

    @Test func `of a running node has everything that was there when it began`() throws {
        let story = Story.atRandom(seed: 2, count: 200)
        let folder = place.path + "/node"
        var store = try LogStore.open(directory: folder)
        try store.setAcceptedEpoch(Epoch(rawValue: 3))
        try store.append(Array(story.rows.prefix(150)), committed: story.rows[140].zxid)
        _ = try FolderBackup.make(of: NodeFolder(folder), to: backup)
        try store.append(Array(story.rows.dropFirst(150)))
        try store.close()
        let status = try NodeStatus(of: NodeFolder(backup))
        #expect(status.last?.last == story.rows[149].zxid)
        #expect(status.faults.isEmpty)
        guard case .read(let mark) = status.mark else {
            Issue.record("\(status.mark)")
            return
        }
        #expect(mark.committed == story.rows[140].zxid)
        #expect(try Started(on: backup).accepted == Epoch(rawValue: 3))
    }

    @Test func `is its owner's alone, and all in it`() throws {
        let folder = try Story.ofServices().write(to: place.path + "/node")
        _ = try FolderBackup.make(of: NodeFolder(folder), to: backup)
        for name in TemporaryFolder.names(in: backup).map({ "/" + $0 }) + [""] {
            var status = stat()
            #expect(stat(backup + name, &status) == 0 && status.st_mode & 0o077 == 0, "\(name)")
        }
    }

    @Test func `takes along the snapshots that the log goes on behind, and leaves damaged ones`() throws {
        let story = Story.atRandom(seed: 3)
        let beside = place.path + "/beside"
        try story.writeSnapshot(to: beside)
        let first = story.last
        story.create("/more", by: Story.ann)
        try story.writeSnapshot(to: beside)
        let second = story.last
        let folder = try story.write(to: place.path + "/node", start: story.chain(at: story.rows[9].zxid))
        for name in TemporaryFolder.names(in: beside) {
            TemporaryFolder.write(TemporaryFolder.read(beside + "/" + name) ?? [], to: folder + "/" + name)
        }
        TemporaryFolder.change(try NodeFolder(folder).file(ofSnapshot: second), "UPDATE meta SET digest = 1")
        let made = try FolderBackup.make(of: NodeFolder(folder), to: backup)
        #expect(made.snapshots == [first])
        #expect(made.leftOut.map(\.zxid) == [second])
        #expect(try Verification.run(on: NodeFolder(backup)).isSound)
        #expect(try NodeFolder(backup).tree().tree.digest == story.digest)
    }

    @Test func `is refused where something is, and of a damaged log, and leaves nothing behind`() throws {
        let story = Story.atRandom(seed: 4)
        let folder = try story.write(to: place.path + "/node")
        #expect(Admin.failure(["backup", folder, folder])?.status == 73)
        TemporaryFolder.change(TemporaryFolder.log(in: folder), "DELETE FROM log WHERE zxid = 0x100000009")
        let failure = try #require(Admin.failure(["backup", folder, backup]))
        #expect(failure.status == 1)
        #expect(failure.message.contains("damaged at 0x100000009 and sound up to 0x100000008"))
        #expect(TemporaryFolder.names(in: place.path) == ["node"])
    }
}

@Suite struct `A restoration` {
    let place = TemporaryFolder("inspection")

    @Test func `has the tree of its moment, and a node starts on it`() throws {
        let story = Story.atRandom(seed: 11)
        let folder = try story.write(to: place.path + "/node")
        for row in story.rows where row.zxid.counter % 7 == 1 {
            let restored = place.path + "/restored-\(row.zxid)"
            let made = try FolderRestoration.make(
                of: NodeFolder(folder), to: restored, at: .zxid(row.zxid), nowMs: story.timeMs)
            #expect(made.through == row.zxid)
            #expect(made.dropped == Int64(story.rows.count { $0.zxid > row.zxid }))
            #expect(try NodeFolder(restored).tree().tree.digest == story.digests[row.zxid])
            #expect(try Verification.run(on: NodeFolder(restored)).isSound)
            #expect(try Started(on: restored).last == row.zxid)
        }
    }

    @Test func `ends all sessions when told to, in an epoch that nobody has promised`() throws {
        let story = Story.ofServices()
        let folder = try story.write(to: place.path + "/node")
        let moment = Zxid(rawValue: 0x1_0000_000d)
        try #require(try NodeFolder(folder).tree(at: .zxid(moment)).tree.ephemeralOwners.count == 2)
        let restored = place.path + "/restored"
        let made = try FolderRestoration.make(
            of: NodeFolder(folder), to: restored, at: .zxid(moment), dropsSessions: true,
            nowMs: story.timeMs)
        #expect(made.ended == [Story.ann, Story.bob])
        let tree = try NodeFolder(restored).tree()
        #expect(tree.sessions.isEmpty)
        #expect(tree.tree.ephemeralCount == 0)
        #expect(tree.firstMismatch == nil)
        #expect(try Verification.run(on: NodeFolder(restored)).isSound)
        let started = try Started(on: restored)
        #expect(started.last == Zxid(epoch: Epoch(rawValue: story.last.epoch.rawValue + 1), counter: 2))
        #expect(started.accepted == started.last.epoch)
    }

    @Test func `takes what is sound before damage, and refuses what is not`() throws {
        let story = Story.atRandom(seed: 13)
        let folder = try story.write(to: place.path + "/node")
        TemporaryFolder.change(TemporaryFolder.log(in: folder), "DELETE FROM log WHERE zxid = 0x100000009")
        #expect(Admin.failure(["restore", folder, place.path + "/r"])?.status == 1)
        let run = try Admin(["restore", folder, place.path + "/r", "--at", "1:8"])
        #expect(run.lines.last { !$0.isEmpty } == "checked: sound")
        #expect(Admin.failure(["restore", folder, place.path + "/r", "--at", "1:7"])?.status == 73)
    }
}

@Suite struct `Changing a folder` {
    let place = TemporaryFolder("inspection")

    private func kept(_ folder: String, _ word: String) -> [String] {
        TemporaryFolder.names(in: place.path).filter { $0.hasPrefix("node.before-\(word)-") }
    }

    @Test func `by truncation keeps it as it was, and says so`() throws {
        let story = Story.atRandom(seed: 21)
        let folder = try story.write(to: place.path + "/node")
        TemporaryFolder.write(Array("2\n".utf8), to: folder + "/myid")
        let before = TemporaryFolder.contents(of: folder)
        let refused = try #require(Admin.failure(["truncate", folder, "--after", "1:20"]))
        #expect(refused.status == 64)
        #expect(refused.message.contains("nothing was done: with --yes"))
        #expect(TemporaryFolder.contents(of: folder) == before)
        let run = try Admin(["truncate", folder, "--after", "1:20", "--yes"])
        #expect(run.text.hasPrefix("\(folder): 20 transactions up to 0x100000014"))
        let names = kept(folder, "truncate")
        try #require(names.count == 2)
        var old = TemporaryFolder.contents(of: place.path + "/" + names[0])
        old["lock"] = nil
        var expected = before
        expected["lock"] = nil
        #expect(old == expected)
        let text = String(decoding: TemporaryFolder.read(place.path + "/" + names[1]) ?? [], as: UTF8.self)
        #expect(text.contains("ATTENTION: this gave up"))
        #expect(try NodeFolder(folder).tree().tree.digest == story.digests[Zxid(rawValue: 0x1_0000_0014)])
        #expect(try NodeFolder(folder).serverID == "2")
        #expect(try Started(on: folder).rows == 20)
    }

    @Test func `is refused while a node runs on it`() throws {
        let story = Story.atRandom(seed: 22)
        let folder = try story.write(to: place.path + "/node")
        let store = try LogStore.open(directory: folder)
        for words in [["truncate", folder, "--after", "1:20", "--yes"], ["repair", folder, "--yes"]] {
            let failure = try #require(Admin.failure(words))
            #expect(failure.status == 75)
            #expect(failure.message.hasSuffix("(process \(getpid())); stop it first"))
        }
        _ = consume store
        #expect(TemporaryFolder.names(in: place.path) == ["node"])
    }

    @Test(arguments: Damage.allCases, [false, true])
    func `by repair makes one that a node starts on`(damage: Damage, withSnapshot: Bool) throws {
        for seed in UInt64(1)...5 {
            let place = TemporaryFolder("inspection")
            let story = Story.atRandom(seed: seed)
            let beside = place.path + "/beside"
            if withSnapshot { try story.writeSnapshot(to: beside) }
            let taken = story.last
            for number in 0..<3 { story.create("/late-\(number)", by: Story.ann) }
            let folder = try story.write(to: place.path + "/node")
            var random = SeededGenerator(seed: seed &* 13)
            let bad = try damage.strike(folder, story, &random)
            for name in TemporaryFolder.names(in: beside) {
                TemporaryFolder.write(
                    TemporaryFolder.read(beside + "/" + name) ?? [], to: folder + "/" + name)
            }
            let before = TemporaryFolder.contents(of: folder)
            let plan = try Admin(["repair", folder])
            #expect(plan.isBad)
            #expect(TemporaryFolder.contents(of: folder) == before, "without --yes nothing is done")
            let run = try Admin(["repair", folder, "--yes"])
            let context = "\(damage), snapshot \(withSnapshot), seed \(seed): \(run.text)"
            #expect(run.text.hasSuffix("checked: sound\n"), "\(context)")
            let old = TemporaryFolder.names(in: place.path).filter { $0.hasPrefix("node.before-repair-") }
            #expect(old.count == 2)
            var kept = TemporaryFolder.contents(of: place.path + "/" + (old.first ?? ""))
            kept["lock"] = before["lock"]
            #expect(kept == before, "\(context)")
            let started = try Started(on: folder)
            if run.text.hasPrefix("lets the log begin") || damage == .checksum {
                #expect(started.last == story.last, "\(context)")
            } else if run.text.hasPrefix("keeps the tree of the snapshot") {
                #expect(withSnapshot && started.last == taken && bad <= taken, "\(context)")
            } else {
                #expect(started.last == story.rows.last { $0.zxid < bad }?.zxid ?? .zero, "\(context)")
            }
            let digest = story.digests[started.last] ?? RebuiltTree().tree.digest
            #expect(try NodeFolder(folder).tree().tree.digest == digest, "\(context)")
        }
    }

    @Test func `by repair writes a lost mark and damaged numbers anew`() throws {
        let story = Story.atRandom(seed: 23)
        let folder = try story.write(to: place.path + "/node")
        unlink(folder + "/acknowledged")
        #expect(throws: StorageError.self) { try Started(on: folder) }
        #expect(try Admin(["repair", folder, "--yes"]).text.hasPrefix("keeps all rows"))
        #expect(try Started(on: folder).last == story.last)
        TemporaryFolder.change(
            TemporaryFolder.log(in: folder), "UPDATE node SET value = 9 WHERE name = 'start_zxid'")
        #expect(throws: StorageError.self) { try Started(on: folder) }
        #expect(try Admin(["repair", folder, "--yes"]).text.hasPrefix("keeps all rows"))
        #expect(try Started(on: folder).last == story.last)
        #expect(try Admin(["repair", folder]).text == "\(folder) is sound: nothing to do\n")
    }

    @Test func `by repair keeps a snapshot where the log is lost, and says when nothing is left`() throws {
        let story = Story.atRandom(seed: 24)
        let folder = try story.write(to: place.path + "/node")
        try story.writeSnapshot(to: folder)
        TemporaryFolder.write([1, 2, 3], to: TemporaryFolder.log(in: folder))
        let run = try Admin(["repair", folder, "--yes"])
        #expect(run.text.hasPrefix("keeps the tree of the snapshot \(story.last)"))
        #expect(try NodeFolder(folder).tree().tree.digest == story.digest)
        #expect(try Started(on: folder).rows == 0)
        let other = try story.write(to: place.path + "/other")
        TemporaryFolder.write([1, 2, 3], to: TemporaryFolder.log(in: other))
        let hopeless = try Admin(["repair", other, "--yes"])
        #expect(hopeless.isBad)
        #expect(hopeless.text.hasPrefix("nothing is left that a node could start on"))
    }
}
