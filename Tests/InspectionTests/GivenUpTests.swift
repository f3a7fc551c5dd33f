import FolderReading
import Glibc
import SeededRandom
import Storage
import TestSupport
import Testing
import Vocabulary

@testable import Inspection

/// What `truncate` and `repair` say of what the node had acknowledged, and how they mark the folder.
@Suite struct `What was acknowledged and is given up` {
    let place = TemporaryFolder("inspection")

    private func zxid(_ epoch: Int32, _ counter: UInt32) -> Zxid {
        Zxid(epoch: Epoch(rawValue: epoch), counter: counter)
    }

    /// Why a member that starts there does not vote, as a node reads it.
    private func mark(of folder: String) throws -> String? {
        let store = try LogStore.open(directory: folder)
        let reason = store.mustSynchronize
        try store.close()
        return reason
    }

    private func explanation(_ word: String) -> String {
        let name = TemporaryFolder.names(in: place.path).first {
            $0.hasPrefix("node.before-\(word)-") && $0.hasSuffix(".txt")
        }
        return String(decoding: TemporaryFolder.read(place.path + "/" + (name ?? "")) ?? [], as: UTF8.self)
    }

    @Test func `is counted, over epochs as far as the log tells`() {
        func given(
            _ end: Zxid, _ acknowledged: Zxid?, isHeld: Bool = true, isWhole: Bool = false
        ) -> GivenUp {
            GivenUp(
                keeping: .zero, through: end,
                GivenUp.Evidence(
                    acknowledged: acknowledged, isHeld: isHeld, last: zxid(3, 7),
                    ends: [zxid(3, 7), zxid(1, 9), zxid(2, 4)], isWhole: isWhole))
        }
        let through = zxid(3, 7)
        #expect(
            given(zxid(3, 2), through)
                == .acknowledged(after: zxid(3, 2), through: through, count: 5, isAtLeast: false))
        #expect(
            given(zxid(1, 6), through)
                == .acknowledged(after: zxid(1, 6), through: through, count: 3 + 4 + 7, isAtLeast: true))
        #expect(
            given(zxid(1, 6), through, isWhole: true)
                == .acknowledged(after: zxid(1, 6), through: through, count: 3 + 4 + 7, isAtLeast: false))
        #expect(given(through, through) == .nothing)
        #expect(given(through, through, isHeld: false) == .another(at: through))
        #expect(given(through, nil) == .unknown(after: through))
        #expect(given(zxid(3, 6), zxid(3, 5)) == .unknown(after: zxid(3, 6)), "an old mark says not enough")
    }

    @Test(arguments: Damage.allCases, [false, true])
    func `by repair marks the folder, and nothing else does`(damage: Damage, withSnapshot: Bool) throws {
        for seed in UInt64(1)...3 {
            let place = TemporaryFolder("inspection")
            let story = Story.atRandom(seed: seed)
            let beside = place.path + "/beside"
            if withSnapshot { try story.writeSnapshot(to: beside) }
            story.create("/late", by: Story.ann)
            let folder = try story.write(to: place.path + "/node")
            var random = SeededGenerator(seed: seed &* 29)
            _ = try damage.strike(folder, story, &random)
            for name in TemporaryFolder.names(in: beside) {
                TemporaryFolder.write(
                    TemporaryFolder.read(beside + "/" + name) ?? [], to: folder + "/" + name)
            }
            let plan = try Admin(["repair", folder])
            let run = try Admin(["repair", folder, "--yes"])
            let last = try Started(on: folder).last
            let lost = story.rows.count { $0.zxid > last }
            let reason = try mark(of: folder)
            #expect(
                (reason != nil) == (lost > 0), "\(damage), snapshot \(withSnapshot), \(seed): \(run.text)")
            #expect(plan.text.contains("gives up") == (lost > 0))
            guard lost > 0 else { continue }
            let end = "after \(last) up to \(story.last)"
            #expect(reason?.contains(end) == true)
            for text in [plan.text, run.text] { #expect(text.contains(end), "\(text)") }
            if last.epoch == story.last.epoch {
                #expect(run.text.contains("gives up \(lost) transaction"), "\(run.text)")
            }
        }
    }

    @Test func `by truncation is counted, and marks the folder`() throws {
        let story = Story.atRandom(seed: 31)
        let folder = try story.write(to: place.path + "/node")
        let words =
            "\(story.rows.count - 20) transactions that this node had acknowledged, after 0x100000014 up to "
            + "\(story.last)"
        let refused = try #require(Admin.failure(["truncate", folder, "--after", "1:20"]))
        #expect(refused.message.contains("gives up " + words), "\(refused.message)")
        let run = try Admin(["truncate", folder, "--after", "1:20", "--yes"])
        #expect(run.text.contains("gives up " + words), "\(run.text)")
        #expect(explanation("truncate").contains("ATTENTION: this gave up " + words))
        #expect(explanation("truncate").contains("While all other voters are up, and only then"))
        #expect(try mark(of: folder) == "truncate gave up " + words)
    }

    @Test func `stays marked by a later repair and in a backup`() throws {
        let story = Story.atRandom(seed: 32)
        let folder = try story.write(to: place.path + "/node")
        TemporaryFolder.write(Array("the disk was exchanged\n".utf8), to: folder + "/must-synchronize")
        _ = try FolderBackup.make(of: NodeFolder(folder), to: place.path + "/backup")
        #expect(try mark(of: place.path + "/backup") == "the disk was exchanged")
        TemporaryFolder.change(
            TemporaryFolder.log(in: folder), "UPDATE log SET checksum = checksum + 1 WHERE zxid = 0x100000005"
        )
        let run = try Admin(["repair", folder, "--yes"])
        #expect(run.text.contains("the folder is still marked"), "\(run.text)")
        #expect(try mark(of: folder) == "the disk was exchanged")
    }

    @Test func `is believed where nothing says how far the node went, or another history is said`() throws {
        let story = Story.atRandom(seed: 33)
        let folder = try story.write(to: place.path + "/node")
        unlink(folder + "/acknowledged")
        let run = try Admin(["repair", folder, "--yes"])
        #expect(run.text.contains("nothing says how far it had"), "\(run.text)")
        #expect(try mark(of: folder)?.contains("after \(story.last)") == true)

        var writer = try FolderWriter(folder: place.path + "/other", start: .empty)
        for var row in story.rows {
            if row.zxid.counter == 12 { row.cxid += 1 }
            try writer.append(row)
        }
        try writer.finish(
            acceptedEpoch: story.last.epoch, currentEpoch: story.last.epoch, committed: story.last)
        let third = try story.write(to: place.path + "/third")
        TemporaryFolder.write(
            TemporaryFolder.read(place.path + "/other/acknowledged") ?? [], to: third + "/acknowledged")
        #expect(try Admin(["repair", third, "--yes"]).text.contains("what is kept is another one"))
        #expect(try mark(of: third)?.contains("\(story.last)") == true)
    }

    @Test func `is told from a log that is not there, with what is there and what to do`() throws {
        let story = Story.atRandom(seed: 34)
        var store = try LogStore.open(directory: place.path + "/running")
        try store.append(story.rows)
        let folder = place.path + "/node"
        TemporaryFolder.copy(place.path + "/running", to: folder)
        try store.close()
        try #require((TemporaryFolder.read(TemporaryFolder.log(in: folder) + "-wal") ?? []).isEmpty == false)
        unlink(TemporaryFolder.log(in: folder))
        let hopeless = try Admin(["repair", folder, "--yes"])
        #expect(hopeless.isBad)
        #expect(
            hopeless.text.hasPrefix(
                "the log is missing or empty; what is there: acknowledged, log-0000000000000000.db-wal. "
                    + "If its files, log-<zxid>.db, were moved, put them back, each with its -wal. Without "
                    + "them: nothing is left that a node could start on: "),
            "\(hopeless.text)")
        #expect(hopeless.text.contains("while all other voters are up, and only then"))
        #expect(hopeless.text.hasSuffix("\nnothing was done\n"))
        let refused = try #require(Admin.failure(["truncate", folder, "--after", "1:20", "--yes"]))
        #expect(
            refused.message.contains("the log is missing: no log-<zxid>.db is there"), "\(refused.message)")

        try story.writeSnapshot(to: folder)
        let run = try Admin(["repair", folder, "--yes"])
        #expect(run.text.contains("Without them: keeps the tree of the snapshot \(story.last)"))
        #expect(try Started(on: folder).last == story.last)
        #expect(try mark(of: folder) == nil, "the snapshot has all of it")
    }

    @Test func `leaves each folder under a name of its own, however soon one follows another`() throws {
        let story = Story.atRandom(seed: 35)
        let folder = try story.write(to: place.path + "/node")
        var names: [String] = []
        for counter in [UInt32(20), 15, 10] {
            let exchange = try FolderRepair.truncate(
                NodeFolder(folder), after: zxid(1, counter), stamp: "NOW")
            names.append(exchange.before)
        }
        #expect(names == ["", "-2", "-3"].map { folder + ".before-truncate-NOW" + $0 })
        for name in names { #expect(access(name + ".txt", F_OK) == 0) }
        #expect(try Started(on: names[1]).rows == 20)
    }

    @Test func `is not by a folder that was exchanged while it was read`() throws {
        let story = Story.atRandom(seed: 36)
        let folder = try story.write(to: place.path + "/node")
        let read = try NodeFolder(folder)
        _ = try Admin(["truncate", folder, "--after", "1:20", "--yes"])
        #expect(throws: StorageError(.busy)) {
            _ = try FolderRepair.truncate(read, after: zxid(1, 25), stamp: "NOW")
        }
        #expect(try Started(on: folder).rows == 20)
    }
}
