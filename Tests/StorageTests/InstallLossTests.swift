import FaultyFiles
import SeededRandom
import Testing
import Vocabulary

@testable import Storage

/// `AVIARY_INSTALL_LOSSES=5000 swift test --filter InstallLoss` for the long form; `AVIARY_SEED=n` runs one.
@Suite struct `An exchange of histories that is cut short` {
    static var seeds: [UInt64] {
        if let seed = Environment.number("AVIARY_SEED") { return [UInt64(seed)] }
        return (1...UInt64(Environment.number("AVIARY_INSTALL_LOSSES") ?? 60)).map { $0 }
    }

    @Test func `leaves the old history whole or the new one`() async throws {
        var outcomes = InstallOutcomes()
        for seed in Self.seeds {
            await Task.yield()
            let life = InstallLife(seed: seed)
            for _ in 0..<4 {
                guard outcomes.add(try? Self.reported(seed) { try life.exchange() }) else { return }
            }
        }
        print("exchanges cut short at random: \(outcomes)")
    }

    @Test(arguments: [false, true])
    func `does so at every single operation of the disk`(isPowerLoss: Bool) async throws {
        var outcomes = InstallOutcomes()
        for seed in Self.seeds.prefix(max(6, Self.seeds.count / 20)) {
            await Task.yield()
            let operations = try InstallLife(seed: seed).operations()
            for operation in 0...operations {
                let failure = InstallLife.Failure(operation: operation, isPowerLoss: isPowerLoss)
                let life = InstallLife(seed: seed)
                guard outcomes.add(try? Self.reported(seed) { try life.exchange(failure) }) else { return }
            }
        }
        print("exchanges cut short everywhere, \(isPowerLoss ? "power lost" : "killed"): \(outcomes)")
        #expect(outcomes.old > 0 && outcomes.over > 0)
        // All pages of the commit written and none synced: after a kill, that is the new history.
        #expect(isPowerLoss || outcomes.new > 0)
    }

    private static func reported<Value>(_ seed: UInt64, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch {
            Issue.record("\(error)\nreplay with AVIARY_SEED=\(seed)")
            throw error
        }
    }
}

private struct InstallOutcomes: CustomStringConvertible {
    private(set) var old = 0
    private(set) var new = 0
    private(set) var over = 0

    /// False after a failure, which was reported.
    mutating func add(_ outcome: InstallLife.Outcome?) -> Bool {
        switch outcome {
        case .old: old += 1
        case .new: new += 1
        case .over: over += 1
        case nil: return false
        }
        return true
    }

    var description: String { "old history \(old), new history \(new), over before \(over)" }
}

/// One log that is exchanged again and again while the power fails or the process dies.
private final class InstallLife {
    enum Outcome {
        case old
        case new
        /// The exchange was over before the failure.
        case over
    }

    struct Failure {
        let operation: Int
        let isPowerLoss: Bool
    }

    struct Complaint: Error { let what: String }

    private let disk: FaultyDisk
    private var random: SeededGenerator
    private var start = Zxid.zero
    private var rows: [LogRow] = []
    private var committed = Zxid.zero

    init(seed: UInt64) {
        disk = FaultyDisk(seed: seed)
        random = SeededGenerator(seed: seed ^ 0x5e7)
    }

    /// Of the disk, in one exchange that nothing disturbs.
    func operations() throws -> Int {
        var store = try disk.open()
        let (zxid, new) = try prepare(&store)
        let before = disk.operations
        try store.install(snapshot: zxid, rows: new)
        return Int(disk.operations - before)
    }

    private func prepare(_ store: inout LogStore) throws -> (Zxid, [LogRow]) {
        try grow(&store)
        let zxid = nextStart()
        try SampleTree().write(to: disk.folder, zxid)
        let new = Sample.rows(
            after: zxid, count: Int.random(in: 0..<60, using: &random),
            bodyBytes: Int.random(in: 0..<3000, using: &random))
        return (zxid, new)
    }

    func exchange(_ failure: Failure? = nil) throws -> Outcome {
        var store = try disk.open()
        let (zxid, new) = try prepare(&store)
        let isPowerLoss = failure?.isPowerLoss ?? Bool.random(using: &random)
        let operation = failure?.operation ?? Int.random(in: 0..<(80 + new.count * 2), using: &random)
        disk.fail(after: operation, FAULTY_POWER_OFF)
        var isOver = false
        do {
            try store.install(snapshot: zxid, rows: new)
            isOver = true
        } catch {
            guard error.code == .io || error.code == .unsynced else { throw error }
        }
        try noteMark(isOver)
        _ = consume store
        if isPowerLoss { disk.losePower() } else { disk.kill() }
        failWhileOpening()

        store = try disk.open()
        let found = try store.all()
        switch (store.startZxid, found) {
        case (zxid, new):
            guard store.committed == zxid else { throw Complaint(what: "committed \(store.committed)") }
            let wasSame = start == zxid && rows == new
            (start, rows, committed) = (zxid, new, zxid)
            return isOver || wasSame ? .over : .new
        case (start, rows) where !isOver:
            // After a power loss the mark may be older, which is sound.
            guard store.committed <= committed else {
                throw Complaint(what: "committed \(store.committed), was \(committed)")
            }
            committed = store.committed
            return .old
        default:
            throw Complaint(
                what: "\(found.count) rows after \(store.startZxid); old \(rows.count) after \(start), "
                    + "new \(new.count) after \(zxid), exchange over: \(isOver)")
        }
    }

    /// Decided or over, the mark was made durable.
    private func noteMark(_ isOver: Bool) throws {
        if !isOver,
            case .copy(let mark, _) = try AcknowledgedMark.read(DataDirectory(visiting: disk.folder.path)),
            !mark.isExchangeDecided
        {
            return disk.noteMark()
        }
        disk.noteSyncedMark()
    }

    private func grow(_ store: inout LogStore) throws {
        for _ in 0..<Int.random(in: 0..<4, using: &random) {
            let batch = Sample.rows(after: store.lastZxid, count: Int.random(in: 1...20, using: &random))
            committed = max(committed, batch[0].zxid)
            try store.append(batch, committed: batch[0].zxid)
            rows += batch
            disk.noteMark()
        }
        // Anything but the mark's own sync leaves older states of it possible, which are sound.
        if Bool.random(using: &random) { try store.checkpoint() }
    }

    /// Ahead, behind, at the same place, or in another epoch.
    private func nextStart() -> Zxid {
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where start > .zero: start
        case 1: Zxid(rawValue: Int64.random(in: 1...50, using: &random))
        case 2: Zxid(epoch: Epoch(rawValue: Int32.random(in: 1...3, using: &random)), counter: 0)
        default: Zxid(rawValue: (rows.last?.zxid ?? start).rawValue + 20)
        }
    }

    private func failWhileOpening() {
        guard Int.random(in: 0..<3, using: &random) == 0 else { return }
        disk.fail(after: Int.random(in: 0..<6, using: &random), FAULTY_POWER_OFF)
        _ = try? disk.open()
        disk.losePower()
    }
}
