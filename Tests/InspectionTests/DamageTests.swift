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

/// What can become of a folder behind its node's back, and where a check must say that it begins.
enum Damage: String, CaseIterable {
    case body = "a bit of a body"
    case time = "a time"
    case session = "a session"
    case path = "a path"
    case checksum = "a checksum"
    case rowLost = "a row lost"
    case rowsLost = "a run of rows lost"
    case endLost = "the last rows lost"
    case rowsExchanged = "two rows exchanged"
    case epochOfRow = "a row moved to another epoch"
    case endOfEpochLost = "the end of an epoch lost"
    case staleCopy = "an older copy of the log"

    /// Does it to `folder`, a copy of what `story` wrote.
    ///
    /// - Returns: The first transaction that is missing or cannot be believed.
    func strike(_ folder: String, _ story: Story, _ random: inout SeededGenerator) throws -> Zxid {
        let rows = story.rows
        let index = Int.random(in: 0..<rows.count - 1, using: &random)
        let zxid = rows[index].zxid
        func change(_ assignment: String) {
            TemporaryFolder.changeLog(
                in: folder, "UPDATE log SET \(assignment) WHERE zxid = \(zxid.rawValue)")
        }
        func delete(_ condition: String) {
            TemporaryFolder.changeLog(in: folder, "DELETE FROM log WHERE zxid \(condition)")
        }
        switch self {
        case .body:
            var body = Array(rows[index].body.readableBytesView)
            let offset = Int.random(in: 0..<body.count, using: &random)
            body[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            change("body = x'\(DataText.hex(body))'")
        case .time: change("time_ms = time_ms + 1")
        case .session: change("session = session - 1")
        case .path: change("path = coalesce(path, '') || 'x'")
        case .checksum: change("checksum = checksum + 1")
        case .rowLost: delete("= \(zxid.rawValue)")
        case .rowsLost:
            let last = rows[min(rows.count - 2, index + 3)].zxid
            delete("BETWEEN \(zxid.rawValue) AND \(last.rawValue)")
        case .endLost: delete(">= \(zxid.rawValue)")
        case .rowsExchanged:
            let other = (index + Int.random(in: 1..<rows.count, using: &random)) % rows.count
            let pair = [index, other].sorted().map { rows[$0].zxid }
            try Damage.exchange(pair, of: story, in: folder)
            return pair[0]
        case .epochOfRow: change("zxid = zxid + (1 << 36)")
        case .endOfEpochLost:
            let end = rows.last { $0.zxid.epoch.rawValue == 1 }?.zxid ?? zxid
            let first = Zxid(rawValue: end.rawValue - Int64.random(in: 0..<3, using: &random))
            delete("BETWEEN \(first.rawValue) AND \(end.rawValue)")
            return first
        case .staleCopy:
            let older = folder + ".older"
            try story.write(to: older, through: zxid)
            for file in TemporaryFolder.logs(in: folder) { unlink(file) }
            TemporaryFolder.write(
                TemporaryFolder.read(TemporaryFolder.log(in: older)) ?? [],
                to: TemporaryFolder.log(in: folder))
            return rows[index + 1].zxid
        }
        return zxid
    }

    /// Each of two rows in the place of the other, whichever files they are in.
    private static func exchange(_ pair: [Zxid], of story: Story, in folder: String) throws {
        let columns = "time_ms, session, cxid, type, path, body, checksum"
        let one = folder + ".one"
        try story.write(to: one)
        for (zxid, other) in [(pair[0], pair[1]), (pair[1], pair[0])] {
            TemporaryFolder.changeLog(
                in: folder,
                """
                ATTACH '\(TemporaryFolder.log(in: one))' AS one;
                UPDATE main.log SET (\(columns)) =
                    (SELECT \(columns) FROM one.log WHERE zxid = \(other.rawValue))
                    WHERE zxid = \(zxid.rawValue);
                """)
        }
    }
}

extension Story {
    /// Two reigns over some znodes, by chance.
    static func atRandom(seed: UInt64, count: Int = 60) -> Story {
        atRandom(seed: seed, count: count) { _, _ in }
    }

    static func atRandom(
        seed: UInt64, count: Int = 60, after each: (Story, Int) throws -> Void
    ) rethrows -> Story {
        var random = SeededGenerator(seed: seed)
        let story = Story()
        story.open(ann)
        story.open(bob)
        for number in 0..<count {
            if number == count / 2 { story.beginEpoch(Int32.random(in: 2...3, using: &random)) }
            let path = "/z\(Int.random(in: 0..<9, using: &random))"
            let session = Bool.random(using: &random) ? ann : bob
            story.act(on: path, number, by: session, &random)
            try each(story, number)
        }
        return story
    }

    /// One of all that clients can do.
    private func act(
        on path: String, _ number: Int, by session: SessionID, _ random: inout SeededGenerator
    ) {
        let text = "\(number)"
        switch Int.random(in: 0..<13, using: &random) {
        case 0, 1, 2:
            create(path, text, by: session, flags: [0, 0, 1, 2].randomElement(using: &random) ?? 0)
        case 3, 4: set(path, text, by: session)
        case 5: delete(path, by: session)
        case 6:
            write(
                .multi([
                    .setData(
                        path: ZnodePath(path), data: [1, 2, UInt8(truncatingIfNeeded: number)], version: -1),
                    .check(path: "/", version: 0),
                ]), by: session)
        case 7:
            let readers = RequestedACLEntry(
                permissions: .read, scheme: "digest", id: ByteString("reader:\(number)"))
            write(.setACL(path: ZnodePath(path), acl: Story.open + [readers], version: -1), by: session)
        case 8: create(path, nil, by: session, flags: 5, opcode: .createTTL, ttlMs: 60_000)
        case 9: create(path, text, by: session, flags: 4, opcode: .createContainer)
        case 10: create(path + "/below", text, by: session)
        case 11:
            write(
                .multi([
                    .delete(path: ZnodePath(path), version: -1),
                    .create(
                        CreateOperation(
                            opcode: .create2, path: ZnodePath(path), data: nil, acl: Story.open, flags: 0)),
                ]), by: session)
        default:
            if sessions[Story.bob] == nil { open(Story.bob) } else { close(Story.bob) }
        }
    }
}

@Suite struct `A check of a folder` {
    @Test(arguments: Damage.allCases, [nil, 7])
    func `names the first transaction that is missing or cannot be believed`(
        damage: Damage, rowsOfSegment: Int?
    ) throws {
        for seed in UInt64(1)...12 {
            let place = TemporaryFolder("inspection")
            let story = Story.atRandom(seed: seed)
            let folder = place.path + "/node"
            if let rowsOfSegment {
                try story.write(to: folder, inSegmentsOf: rowsOfSegment)
            } else {
                try story.write(to: folder)
            }
            try #require(try Verification.run(on: NodeFolder(folder)).isSound, "seed \(seed)")
            var random = SeededGenerator(seed: seed &* 77)
            let expected = try damage.strike(folder, story, &random)
            let verification = try Verification.run(on: NodeFolder(folder))
            #expect(!verification.isSound, "\(damage), seed \(seed)")
            #expect(
                verification.firstBad == expected,
                "\(damage), seed \(seed): \(verification.findings.map(\.text))")
        }
    }

    @Test func `says which rows are as they were written on both sides of damage`() throws {
        let place = TemporaryFolder("inspection")
        let story = Story.ofServices()
        let folder = try story.write(to: place.path + "/node")
        TemporaryFolder.change(
            TemporaryFolder.log(in: folder), "UPDATE log SET body = x'00' WHERE zxid = 0x100000007")
        TemporaryFolder.change(
            TemporaryFolder.log(in: folder), "UPDATE log SET checksum = 7 WHERE zxid = 0x10000000c")
        let check = try Verification.run(on: NodeFolder(folder)).log
        #expect(check.sound.map { $0.count } == [6, 4, 5])
        #expect(check.badRows == 2)
        #expect(
            check.findings.map(\.text).last
                == "the checksum of the row 0x10000000c was changed; the rest of it is what was written, as "
                + "what follows it says")
    }

    @Test func `believes a changed checksum in the last row when the mark says so`() throws {
        let place = TemporaryFolder("inspection")
        let story = Story.ofServices()
        let folder = try story.write(to: place.path + "/node")
        TemporaryFolder.change(
            TemporaryFolder.log(in: folder), "UPDATE log SET checksum = 7 WHERE zxid = 0x100000011")
        let check = try Verification.run(on: NodeFolder(folder))
        #expect(
            check.findings.map(\.text).first?.hasPrefix("the checksum of the row 0x100000011 was") == true)
        #expect(check.replayed.first?.last == story.last, "its transaction is what was written")
    }

    @Test func `replays behind damage from the next snapshot on`() throws {
        let place = TemporaryFolder("inspection")
        let story = Story.ofServices()
        try story.writeSnapshot(to: place.path + "/beside")
        for number in 0..<5 { story.create("/later-\(number)", by: Story.bob) }
        let folder = try story.write(to: place.path + "/node")
        let name = TemporaryFolder.names(in: place.path + "/beside")[0]
        TemporaryFolder.write(
            TemporaryFolder.read(place.path + "/beside/" + name) ?? [], to: folder + "/" + name)
        TemporaryFolder.change(TemporaryFolder.log(in: folder), "DELETE FROM log WHERE zxid = 0x100000005")
        let check = try Verification.run(on: NodeFolder(folder))
        #expect(check.replayed.map(\.base) == [.emptyTree, .snapshot(Zxid(rawValue: 0x1_0000_0011))])
        #expect(check.replayed.map(\.replayed) == [4, 5])
        #expect(check.replayed.last?.digest == story.digest)
    }

    @Test(arguments: [
        ("DELETE FROM node WHERE name = 'accepted_epoch'", "an older copy"),
        ("UPDATE node SET value = 7 WHERE name = 'current_epoch'", "is damaged"),
    ])
    func `finds damage beside the rows`(change: String, words: String) throws {
        let place = TemporaryFolder("inspection")
        let folder = try Story.ofServices().write(to: place.path + "/node")
        TemporaryFolder.change(TemporaryFolder.log(in: folder), change)
        let check = try Verification.run(on: NodeFolder(folder))
        #expect(!check.isSound)
        #expect(
            check.findings.contains { $0.place == .numbers && $0.text.contains(words) }, "\(check.findings)")
    }

    /// A crash between the snapshot's last byte and the exchange of logs (`LogStore.install`).
    @Test func `finds nothing wrong in a snapshot that was received and not begun with`() throws {
        let place = TemporaryFolder("inspection")
        let story = Story.ofServices()
        let folder = try story.write(to: place.path + "/node", through: story.rows[9].zxid)
        let whole = try story.write(to: place.path + "/whole")
        try story.writeSnapshot(to: folder)
        let check = try Verification.run(on: NodeFolder(folder))
        #expect(check.isSound, "\(check.findings)")
        #expect(check.findings.map(\.place) == [.snapshot(story.last)])
        #expect(try NodeFolder(folder).tree().zxid == story.rows[9].zxid)
        #expect(try Comparison.run(over: [NodeFolder(folder), NodeFolder(whole)]).isAgreement)
    }

    @Test func `finds a lost and a damaged mark, and a lost log`() throws {
        let place = TemporaryFolder("inspection")
        let folder = try Story.ofServices().write(to: place.path + "/node")
        let mark = try #require(TemporaryFolder.read(folder + "/acknowledged"))
        TemporaryFolder.write([UInt8](repeating: 1, count: mark.count), to: folder + "/acknowledged")
        #expect(try Verification.run(on: NodeFolder(folder)).findings.map(\.place) == [.mark])
        TemporaryFolder.remove(folder + "/acknowledged")
        try Story().write(to: place.path + "/other")
        let other = place.path + "/other"
        try #require(TemporaryFolder.read(other + "/acknowledged") != nil)
        TemporaryFolder.write([], to: TemporaryFolder.log(in: folder))
        let check = try Verification.run(on: NodeFolder(folder))
        #expect(check.findings.contains { $0.text.contains("the log is missing: no log-<zxid>.db is there") })
    }

    @Test(arguments: [
        "UPDATE znodes SET data = x'ff' WHERE path = '/services/payment/config'",
        "UPDATE sessions SET timeout_ms = 1", "UPDATE meta SET digest = 1",
        "DELETE FROM znodes WHERE path = '/secret'",
    ])
    func `finds damage in a snapshot, and the log's own part stays sound`(change: String) throws {
        let place = TemporaryFolder("inspection")
        let story = Story()
        story.open(Story.ann)
        story.create("/services")
        story.create("/services/payment")
        story.create("/services/payment/config", "x")
        story.create("/secret")
        try story.writeSnapshot(to: place.path + "/beside")
        let zxid = story.last
        story.create("/more")
        let folder = try story.write(to: place.path + "/node")
        let name = TemporaryFolder.names(in: place.path + "/beside")[0]
        TemporaryFolder.write(
            TemporaryFolder.read(place.path + "/beside/" + name) ?? [], to: folder + "/" + name)
        try #require(try Verification.run(on: NodeFolder(folder)).isSound)
        TemporaryFolder.change(folder + "/" + name, change)
        let check = try Verification.run(on: NodeFolder(folder))
        #expect(check.findings.map(\.place) == [.snapshot(zxid)])
        #expect(check.log.badRows == 0)
        #expect(check.replayed.first?.replayed == 6)
        #expect(try NodeFolder(folder).tree().tree.digest == story.digest, "an older tree does as well")
    }

    @Test func `finds a tree that is not its leader's`() throws {
        let place = TemporaryFolder("inspection")
        let story = Story.ofServices()
        let folder = place.path + "/node"
        var writer = try FolderWriter(folder: folder, start: .empty)
        // A row that says another thing than the leader decided, in a log that is whole.
        for row in story.rows {
            if row.zxid.counter == 5 {
                var changed = row
                var bytes = Array(row.body.readableBytesView)
                let place = try #require(bytes.firstRange(of: Array("timeout=60".utf8))?.lowerBound)
                bytes[place] = UInt8(ascii: "T")
                changed.body.clear()
                changed.body.writeBytes(bytes)
                try writer.append(changed)
            } else {
                try writer.append(row)
            }
        }
        try writer.finish(
            acceptedEpoch: story.last.epoch, currentEpoch: story.last.epoch, committed: story.last)
        let check = try Verification.run(on: NodeFolder(folder))
        #expect(check.firstBad == Zxid(rawValue: 0x1_0000_0005))
        #expect(check.findings.map(\.place) == [.tree])
    }
}
