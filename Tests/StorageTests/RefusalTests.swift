import Dispatch
import FaultyFiles
import Host
import NIOCore
import Synchronization
import Testing
import Vocabulary
import Wire
import Znodes

@testable import Replica
@testable import Storage

/// Every operation of a log's life refused in every way, through the thread that the server gives its log
/// (D45).
///
/// `AVIARY_REFUSALS_STEP=1 AVIARY_REFUSALS_LIVES=6 swift test --filter 'refuses'` takes every operation of
/// six lives; without it, some of one.
@Suite struct `A log on a disk that refuses` {
    private static let step = Environment.number("AVIARY_REFUSALS_STEP") ?? 29
    private static let lives = Environment.number("AVIARY_REFUSALS_LIVES") ?? 1

    @Test(arguments: RefusedLife.Refusal.allCases)
    func `goes on once the disk does, or ends where a sync failed`(_ refusal: RefusedLife.Refusal)
        async throws
    {
        var cases = 0
        var survived = 0
        for seed in 1...UInt64(Self.lives) {
            let calm = RefusedLife(seed: seed)
            try calm.live()
            let moments = Int(refusal.isOfReading ? calm.reads : calm.operations)
            for moment in stride(from: 0, to: moments, by: Self.step) {
                for isPowerLost in [false, true] {
                    await Task.yield()
                    let life = RefusedLife(seed: seed)
                    life.refuse(refusal, at: moment)
                    let complaint = life.complaint(isPowerLost: isPowerLost)
                    #expect(complaint == nil, "life \(seed), \(refusal) at \(moment), \(isPowerLost)")
                    cases += 1
                    survived += life.ending == nil ? 1 : 0
                }
            }
        }
        print("\(refusal): \(cases) cases, \(survived) went on, \(cases - survived) ended, nothing lost")
        #expect(survived > cases / 2)
        #expect(!refusal.mustPass || survived == cases)
    }
}

/// One log, from its first start through segments, a cut, epochs and a trim.
///
/// `@unchecked Sendable`: the test waits wherever the log's thread works, so one of them touches the disk at
/// a time.
final class RefusedLife: @unchecked Sendable {
    enum Refusal: CaseIterable {
        case failsOnce, failsUntilMended, hasNoRoom, cannotReadOnce, cannotReadUntilMended

        var isOfReading: Bool { self == .cannotReadOnce || self == .cannotReadUntilMended }
        /// No sync fails by it.
        var mustPass: Bool { isOfReading || self == .hasNoRoom }
    }

    private enum Event {
        case stored(UInt64)
        case failed(StorageError)
    }

    private let disk: FaultyDisk
    private let events = Mutex<[Event]>([])
    private let isSaid = DispatchSemaphore(value: 0)
    private let refusals = Mutex(0)
    private let steps: [[Effects.LogWrite.What]]
    /// What must be there.
    private var acknowledged: [Zxid] = []
    private var acceptedEpoch = Epoch.zero
    /// What may be there besides, or may be gone already: of the step that was under way at the end.
    private var underWay: [Effects.LogWrite.What] = []
    private var trimmed = Zxid.zero
    private var isTrimming = false
    /// Why the node would have ended; nil when it went on.
    private(set) var ending: StorageError.Code?

    /// - Parameter seed: Of the sizes of batches, of where the log is cut, and of what a power cut leaves.
    init(seed: UInt64) {
        disk = FaultyDisk(seed: seed)
        steps = RefusedLife.script(Int(seed))
    }

    var operations: Int64 { disk.operations }
    var reads: Int64 { disk.reads }

    func refuse(_ refusal: Refusal, at moment: Int) {
        switch refusal {
        case .failsOnce: disk.fail(after: moment, FAULTY_IO_ERROR)
        case .failsUntilMended: disk.fail(after: moment, FAULTY_POWER_OFF)
        case .hasNoRoom: disk.fail(after: moment, FAULTY_FULL)
        case .cannotReadOnce: disk.failToRead(after: moment, isLasting: false)
        case .cannotReadUntilMended: disk.failToRead(after: moment, isLasting: true)
        }
    }

    /// Plays the whole life. A start that is refused is tried again once the disk is mended, as a service
    /// manager does.
    func live() throws {
        var opened: LogStore?
        do { opened = try disk.open() } catch {
            disk.mend()
            opened = try disk.open()
        }
        guard let store = opened.take() else { return }
        let reopen = { @Sendable [self] () throws(StorageError) -> LogStore in
            // It is refused twice more before it is mended.
            let count = refusals.withLock { count in
                count += 1
                return count
            }
            if count % 3 == 0 { disk.mend() }
            return try disk.open()
        }
        let thread = LogThread(store: store, reopen: reopen, retryMs: 0) { [self] in say(.failed($0)) }
        thread.whenStored = { [self] in say(.stored($0.ticket)) }
        for (index, step) in steps.enumerated() where ending == nil {
            isTrimming = index == steps.count / 2
            if isTrimming { try trim(thread) }
            underWay = step
            let first = UInt64(index) * 100
            let writes = step.enumerated().map { Effects.LogWrite(ticket: first + UInt64($0), what: $1) }
            thread.carryOut(writes, committed: acknowledged.last ?? .zero)
            try waitFor(writes[writes.count - 1].ticket)
        }
        try? thread.close()
    }

    private func say(_ event: Event) {
        // The mark is durable before a row goes, whatever becomes of the rows.
        if mayRemoveRows { disk.noteSyncedMark() } else { disk.noteMark() }
        events.withLock { $0.append(event) }
        isSaid.signal()
    }

    private struct Silence: Error {}

    private func waitFor(_ ticket: UInt64) throws {
        while true {
            guard isSaid.wait(timeout: .now() + .seconds(60)) == .success else { throw Silence() }
            switch events.withLock({ $0.removeFirst() }) {
            case .failed(let error):
                ending = error.code
                return
            case .stored(let stored) where stored == ticket:
                settle()
                return
            case .stored: break
            }
        }
    }

    private var mayRemoveRows: Bool {
        isTrimming || underWay.contains { if case .truncate = $0 { true } else { false } }
    }

    private func settle() {
        for write in underWay {
            switch write {
            case .append(let append): acknowledged.append(append.zxid)
            case .truncate(let zxid): acknowledged.removeAll { $0 > zxid }
            case .acceptEpoch(let epoch): acceptedEpoch = epoch
            case .install, .enterEpoch: break
            }
        }
        underWay = []
    }

    private func trim(_ thread: LogThread) throws {
        trimmed = acknowledged[acknowledged.count / 2]
        try SampleTree().write(to: disk.folder, trimmed)
        thread.trim(through: trimmed)
    }

    /// Lives, ends, and says what is wrong.
    func complaint(isPowerLost: Bool) -> String? {
        do {
            try live()
            if let ending, ending != .unsynced { return "ended with \(ending)" }
            return try lost(isPowerLost: isPowerLost)
        } catch {
            return "\(error)"
        }
    }

    /// What is not as it was acknowledged after the end of the process, or of the power.
    private func lost(isPowerLost: Bool) throws -> String? {
        if isPowerLost { disk.losePower() } else { disk.kill() }
        var store = try disk.open()
        let rows = try store.all().map(\.zxid)
        let wanted = acknowledged.filter { $0 > store.startZxid }
        guard store.startZxid <= trimmed else { return "begins after \(store.startZxid)" }
        let mayFollow = underWay.compactMap { if case .append(let append) = $0 { append.zxid } else { nil } }
        let cut = underWay.compactMap { if case .truncate(let zxid) = $0 { zxid } else { nil } }.first
        let isWhole = rows.starts(with: wanted) && mayFollow.starts(with: rows.dropFirst(wanted.count))
        let isCut = cut.map { wanted.starts(with: rows) && rows.last ?? .zero >= $0 } ?? false
        guard isWhole || isCut else { return "\(rows.count) rows, \(wanted.count) acknowledged" }
        guard store.acceptedEpoch >= acceptedEpoch else { return "epoch \(store.acceptedEpoch)" }
        // What the node has vouched for at this start, a power cut may not take.
        _ = consume store
        disk.losePower()
        store = try disk.open()
        guard try store.all().map(\.zxid) == rows else { return "what was vouched for at a start" }
        return nil
    }

    private static func script(_ seed: Int) -> [[Effects.LogWrite.What]] {
        var steps: [[Effects.LogWrite.What]] = []
        var last: UInt32 = 0
        for step in 0..<24 {
            switch step {
            case 3 + seed: steps.append([.acceptEpoch(Epoch(rawValue: 2)), .enterEpoch(Epoch(rawValue: 1))])
            case 12 + seed:
                last -= UInt32(4 + seed)
                steps.append([.truncate(after: zxid(last))])
            default:
                let count = UInt32(1 + step * seed % 5)
                steps.append((1...count).map { append(last + $0) })
                last += count
            }
        }
        return steps
    }

    private static func zxid(_ counter: UInt32) -> Zxid { Zxid(epoch: Epoch(rawValue: 1), counter: counter) }

    private static func append(_ counter: UInt32) -> Effects.LogWrite.What {
        let transaction = Transaction(
            session: SessionID(rawValue: 7), cxid: 1, zxid: zxid(counter), timeMs: 1_700_000_000_000,
            change: .createSession(timeoutMs: 4000))
        var body = ByteBuffer()
        transaction.encode(into: &body)
        return .append(Effects.Append(transaction, body: body))
    }
}
