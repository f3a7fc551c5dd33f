import SeededRandom
import Testing
import Vocabulary

@testable import Storage

/// Every combination of damaged entries over the logs of three nodes, as in protocol-aware recovery
/// (Alagappan et al., FAST '18): where one good copy of each is left, all nodes have all again; where one has
/// none, no node is whole that should have it, and what is missing is named.
///
/// `AVIARY_CORRUPTION_ENTRIES=4 swift test --filter corruption` for logs of up to 4 entries (9,360 cases);
/// `AVIARY_CORRUPTION_SEEDS=5000` for so many random damages.
@Suite struct `The corruption matrix` {
    static let nodes = 3

    /// Entries that nobody can read any more, and what became of that.
    struct Tally: CustomStringConvertible {
        var recoverable = 0
        var recovered = 0
        var hopeless = 0
        var unavailable = 0

        var description: String {
            "corruption matrix: \(recoverable + hopeless) cases; recoverable \(recoverable), recovered "
                + "\(recovered); without a good copy \(hopeless), unavailable and named \(unavailable)"
        }
    }

    @Test(arguments: [false, true])
    func `loses nothing of which a good copy is left`(isDeleted: Bool) async throws {
        var tally = Tally()
        for count in 1...(Environment.number("AVIARY_CORRUPTION_ENTRIES") ?? 2) {
            let pristine = Folder(isInMemory: true)
            let rows = Sample.rows(after: .zero, count: count)
            var store = try pristine.open()
            try store.append(rows)
            try store.close()
            for pattern in 0..<(1 << (count * Self.nodes)) {
                await Task.yield()
                try trial(pattern, of: pristine, rows, isDeleted: isDeleted, &tally)
            }
        }
        print(tally)
        #expect(tally.recovered == tally.recoverable)
        #expect(tally.unavailable == tally.hopeless)
    }

    private func trial(
        _ pattern: Int, of pristine: Folder, _ rows: [LogRow], isDeleted: Bool, _ tally: inout Tally
    ) throws {
        let neighbours = Neighbours(try (0..<Self.nodes).map { _ in try pristine.copy() })
        func isDamaged(_ entry: Int, of node: Int) -> Bool { pattern >> (node * rows.count + entry) & 1 == 1 }
        for (node, folder) in neighbours.folders.enumerated() {
            let zxids = rows.indices.filter { isDamaged($0, of: node) }.map { "\(rows[$0].zxid.rawValue)" }
            guard !zxids.isEmpty else { continue }
            let what = isDeleted ? "DELETE FROM log" : "UPDATE log SET cxid = cxid + 1"
            RawLog.change(file: folder.log, "\(what) WHERE zxid IN (\(zxids.joined(separator: ",")))")
        }
        let lost = rows.indices.first { entry in (0..<Self.nodes).allSatisfy { isDamaged(entry, of: $0) } }
        // One can help the next: as often as that may be needed, and that is how often nodes ask again.
        var outcomes: [FolderMending] = []
        for _ in 0..<Self.nodes { outcomes = try (0..<Self.nodes).map { try neighbours.mend($0) } }
        guard let lost else {
            tally.recoverable += 1
            let logs = try neighbours.folders.map { folder in
                var store = try folder.open()
                return store.mustSynchronize == nil ? try store.everything() : []
            }
            if logs.allSatisfy({ $0 == rows }) { tally.recovered += 1 }
            return
        }
        tally.hopeless += 1
        let isNamed = outcomes.allSatisfy { outcome in
            guard case .unavailable(_, let missing) = outcome else { return false }
            return missing.after.zxid < rows[lost].zxid && missing.through >= rows[lost].zxid
        }
        if isNamed { tally.unavailable += 1 }
    }

    /// Each node's only snapshot may be damaged, and a row behind it: 64 cases. Rows count as copies wherever
    /// they are, also of a node that has to begin anew.
    @Test func `of snapshots loses no row of which a good copy is left`() async throws {
        let rows = Sample.rows(after: .zero, count: 600)
        let pristine = Folder(isInMemory: true)
        var store = try pristine.open(segmentPages: 16)
        for start in stride(from: 0, to: rows.count, by: 100) {
            try store.append(Array(rows[start..<start + 100]))
        }
        try SampleTree(extra: 1).write(to: pristine, rows[399].zxid)
        try store.trim(through: rows[399].zxid)
        try store.close()
        var counts = (mended: 0, anew: 0, unavailable: 0)
        for pattern in 0..<64 {
            await Task.yield()
            let neighbours = Neighbours(try (0..<Self.nodes).map { _ in try pristine.copy() })
            let hasNoRow = (0..<Self.nodes).allSatisfy { pattern >> (3 + $0) & 1 == 1 }
            for (node, folder) in neighbours.folders.enumerated() {
                if pattern >> node & 1 == 1 {
                    RawLog.change(
                        file: folder.snapshot(rows[399].zxid), "UPDATE znodes SET version = version + 1")
                }
                guard pattern >> (3 + node) & 1 == 1 else { continue }
                RawLog.change(
                    folder, "UPDATE log SET cxid = cxid + 1 WHERE zxid = \(rows[500].zxid.rawValue)")
            }
            for (node, folder) in neighbours.folders.enumerated() {
                let outcome = try neighbours.mend(node)
                if pattern >> node & 1 == 1 {
                    #expect(outcome.isCut)
                    #expect(try folder.open().mustSynchronize != nil)
                    counts.anew += 1
                } else if pattern >> (3 + node) & 1 == 1, hasNoRow {
                    #expect(outcome.isUnavailable)
                    counts.unavailable += 1
                } else {
                    var store = try folder.open()
                    var behind: [LogRow] = []
                    try store.replay(after: rows[399].zxid) { behind.append($0) }
                    #expect(behind == Array(rows[400...]) && store.mustSynchronize == nil)
                    counts.mended += 1
                }
            }
        }
        print("snapshots: 64 cases of three nodes: \(counts)")
    }

    /// With sound neighbours, whatever happened to the folder.
    @Test func `and random damage serve no row that is not as it was`() async throws {
        let folders = try PristineFolders(seed: 1)
        var counts: [String: Int] = [:]
        let seeds = UInt64(Environment.number("AVIARY_CORRUPTION_SEEDS") ?? 48)
        for seed in Environment.number("AVIARY_SEED").map({ [UInt64($0)] }) ?? Array(0..<seeds) {
            await Task.yield()
            var random = SeededGenerator(seed: seed)
            let damage = Damage.allCases[Int(seed % UInt64(Damage.allCases.count))]
            let damaged = try DamagedFolder(damage, of: folders, random: &random)
            let neighbours = Neighbours([
                damaged.folder, try damaged.pristine.copy(), try damaged.pristine.copy(),
            ])
            let outcome = Self.start(damaged.folder, neighbours, folders.rows)
            counts["\(damage.rawValue): \(outcome)", default: 0] += 1
            #expect(
                !outcome.hasPrefix("wrong"), "\(damage) \(damaged.place): \(outcome); AVIARY_SEED=\(seed)")
        }
        for (line, count) in counts.sorted(by: { $0.key < $1.key }) { print("\(count) × \(line)") }
    }

    /// A start as a member does it.
    private static func start(_ folder: Folder, _ neighbours: Neighbours, _ rows: [LogRow]) -> String {
        var words = "served"
        for _ in 0..<3 {
            do {
                var store = try folder.open()
                let found = try store.everything()
                guard found == Array(rows.prefix(found.count)) else { return "wrong rows" }
                guard found.count == rows.count || store.mustSynchronize != nil || words == "served" else {
                    return "wrong: \(found.count) of \(rows.count) rows, and it votes"
                }
                return store.mustSynchronize == nil ? words : "synchronizes first"
            } catch let error as StorageError where error.code == .corrupt {
                do {
                    switch try neighbours.mend(0) {
                    case .nothing: return "refused"
                    case .unavailable: return "unavailable"
                    case .mended: words = "mended"
                    case .cut: words = "cut"
                    }
                } catch let error as StorageError where [.corrupt, .schema].contains(error.code) {
                    return "refused"
                } catch {
                    return "wrong: \(error)"
                }
            } catch let error as StorageError where error.code == .schema {
                return "refused as another version's"
            } catch {
                return "wrong: \(error)"
            }
        }
        return "wrong: mended three times, and still damaged"
    }
}
