import FaultyFiles
import SeededRandom
import Testing
import Vocabulary

@testable import Storage

/// `AVIARY_POWER_LOSSES=12000 swift test --filter 'power'` for the long form; the seed of a failure is
/// printed, and `AVIARY_SEED=n` runs that one alone.
@Suite struct `A log that loses power` {
    static let lossesPerSeed = 20
    static var seeds: [UInt64] {
        if let seed = Environment.number("AVIARY_SEED") { return [UInt64(seed)] }
        let losses = Environment.number("AVIARY_POWER_LOSSES") ?? 400
        return (0..<UInt64((losses + lossesPerSeed - 1) / lossesPerSeed)).map { $0 + 1 }
    }

    @Test func `holds every batch that append returned for, and none by half`() async throws {
        var losses = 0
        for seed in Self.seeds {
            await Task.yield()
            var life = LogLife(seed: seed)
            for _ in 0..<Self.lossesPerSeed {
                let verdict = life.untilPowerLoss()
                losses += 1
                #expect(verdict == .sound, "replay with AVIARY_SEED=\(seed)")
                if verdict != .sound { return }
            }
        }
        print("\(losses) power losses, no acknowledged batch lost")
    }

    @Test(arguments: ["NORMAL", "OFF"])
    func `would lose batches without waiting for the disk, and the harness sees it`(synchronous: String)
        async throws
    {
        var lost = 0
        var losses = 0
        for seed in Self.seeds {
            await Task.yield()
            var life = LogLife(seed: seed, synchronous: synchronous)
            for _ in 0..<Self.lossesPerSeed {
                losses += 1
                if life.untilPowerLoss() != .sound {
                    lost += 1
                    break
                }
            }
        }
        print("synchronous=\(synchronous): lost acknowledged batches \(lost) times in \(losses) power losses")
        #expect(lost > 0)
    }
}

/// One log through many power losses, compared after each with what its appends returned for.
struct LogLife {
    enum Verdict: Equatable {
        case sound
        /// What the reopened log held or said instead.
        case lost(String)
    }

    private let disk: FaultyDisk
    private var random: SeededGenerator
    /// What must be there.
    private var acknowledged: [LogRow] = []
    /// What may be there as well, whole or not at all: the batch under way at the loss.
    private var underWay: [LogRow] = []
    /// The last row that a truncation under way keeps.
    private var cut: Zxid?
    /// The last row that a snapshot has; what stands before it may be trimmed.
    private var snapshot = Zxid.zero
    private var acceptedEpoch = Epoch.zero
    private var epochUnderWay = Epoch.zero

    init(seed: UInt64, synchronous: String = "FULL") {
        disk = FaultyDisk(seed: seed, synchronous: synchronous)
        random = SeededGenerator(seed: seed ^ 0xA51)
    }

    /// Opens, checks, appends until the power fails at a random operation of the disk.
    mutating func untilPowerLoss() -> Verdict {
        do {
            var store = try disk.open()
            let verdict = try check(&store)
            guard verdict == .sound else { return verdict }
            if snapshot > store.startZxid { try trim(&store) }
            let operations = Bool.random(using: &random) ? 60 : 500
            disk.fail(after: Int.random(in: 0..<operations, using: &random), FAULTY_POWER_OFF)
            work(&store)
        } catch {
            return .lost("\(error)")
        }
        disk.losePower()
        return reopen()
    }

    private mutating func reopen() -> Verdict {
        do {
            var store = try disk.open()
            return try check(&store)
        } catch {
            return .lost("\(error)")
        }
    }

    private mutating func work(_ store: inout LogStore) {
        underWay = []
        epochUnderWay = acceptedEpoch
        // The power fails within 500 operations of the disk, and each turn takes at least two.
        while true {
            do {
                try turn(&store)
                disk.noteMark()
            } catch {
                disk.noteMark()
                return
            }
        }
    }

    private mutating func turn(_ store: inout LogStore) throws {
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            epochUnderWay = Epoch(rawValue: acceptedEpoch.rawValue + 1)
            try store.setAcceptedEpoch(epochUnderWay)
            acceptedEpoch = epochUnderWay
        case 1:
            // As if the queue had run empty with a WAL worth copying.
            try store.checkpoint()
            try store.append(nextBatch(after: store.lastZxid))
            settle()
        case 2 where acknowledged.contains { $0.zxid >= snapshot }:
            let first = acknowledged.firstIndex { $0.zxid >= snapshot } ?? 0
            let kept = Int.random(in: first..<acknowledged.count, using: &random)
            cut = acknowledged[kept].zxid
            // The mark is lowered durably before the first row goes, whatever becomes of the rows.
            defer { disk.noteSyncedMark() }
            try store.truncate(after: acknowledged[kept].zxid)
            acknowledged.removeLast(acknowledged.count - kept - 1)
            cut = nil
        case 3 where !acknowledged.isEmpty:
            snapshot = max(
                snapshot, acknowledged[Int.random(in: 0..<acknowledged.count, using: &random)].zxid)
            try SampleTree().write(to: disk.folder, snapshot)
            try trim(&store)
        default:
            try store.append(nextBatch(after: store.lastZxid))
            settle()
        }
    }

    /// The mark is made durable before anything goes.
    private func trim(_ store: inout LogStore) throws {
        let start = store.startZxid
        defer { if store.startZxid > start { disk.noteSyncedMark() } }
        try store.trim(through: snapshot)
    }

    private mutating func nextBatch(after zxid: Zxid) -> [LogRow] {
        let bodyBytes = Bool.random(using: &random) ? 100 : Int.random(in: 0..<9000, using: &random)
        underWay = Sample.rows(
            after: zxid, count: Int.random(in: 1...12, using: &random), bodyBytes: bodyBytes)
        return underWay
    }

    private mutating func settle() {
        acknowledged += underWay
        underWay = []
    }

    private mutating func check(_ store: inout LogStore) throws -> Verdict {
        let rows = try store.all()
        guard store.startZxid <= snapshot else {
            return .lost("begins after \(store.startZxid), with a snapshot of \(snapshot)")
        }
        acknowledged.removeAll { $0.zxid <= store.startZxid }
        if rows == acknowledged + underWay {
            settle()
        } else if let cut, rows.last?.zxid ?? store.startZxid >= cut,
            rows == Array(acknowledged.prefix(rows.count))
        {
            // What is cut goes file by file, from the end.
            acknowledged = rows
        } else if rows != acknowledged {
            return .lost(
                "\(rows.count) rows, \(acknowledged.count) acknowledged, \(underWay.count) under way")
        }
        underWay = []
        cut = nil
        guard store.acceptedEpoch == acceptedEpoch || store.acceptedEpoch == epochUnderWay else {
            return .lost("epoch \(store.acceptedEpoch), promised \(acceptedEpoch)")
        }
        acceptedEpoch = store.acceptedEpoch
        epochUnderWay = acceptedEpoch
        return .sound
    }
}
