import Dispatch
import NIOCore
import Storage
import Synchronization
import Testing
import Vocabulary
import Wire
import Znodes

@testable import Host
@testable import Replica

@Suite struct `The log's thread` {
    private let folder = TestFolder()
    private let reports = Reports()

    /// What the thread said, and a gate that it can be held at.
    private final class Reports: Sendable {
        private let stored = Mutex<[LogThread.Stored]>([])
        private let failures = Mutex<[StorageError]>([])
        private let isSaid = DispatchSemaphore(value: 0)
        let gate = DispatchSemaphore(value: 0)

        func note(_ batch: LogThread.Stored) {
            stored.withLock { $0.append(batch) }
            isSaid.signal()
        }

        func note(_ error: StorageError) {
            failures.withLock { $0.append(error) }
            isSaid.signal()
        }

        func waitForOne() { #expect(isSaid.wait(timeout: .now() + .seconds(20)) == .success) }
        var tickets: [UInt64] { stored.withLock { $0.map(\.ticket) } }
        var batches: [LogThread.Stored] { stored.withLock { $0 } }
        var codes: [StorageError.Code] { failures.withLock { $0.map(\.code) } }
    }

    /// - Parameter isHeld: Whether it stops at the gate behind its first batch.
    private func logThread(isHeld: Bool = false) throws -> LogThread {
        let reports = reports
        let logThread = LogThread(store: try LogStore.open(directory: folder.path)) { reports.note($0) }
        logThread.whenStored = { batch in
            let isFirst = reports.tickets.isEmpty
            reports.note(batch)
            if isHeld, isFirst { reports.gate.wait() }
        }
        return logThread
    }

    @Test func `names what is damaged behind a snapshot, and writes on meanwhile`() throws {
        var store = try LogStore.open(directory: folder.path)
        store.limits.bytes = 1000
        for _ in 0..<4 { try folder.append(700, to: &store) }
        let snapshot = try folder.takeSnapshot()
        try store.close()
        try folder.damageLog(at: 100)
        store = try LogStore.open(directory: folder.path)
        try store.replay(after: snapshot) { _ in }
        let reports = reports
        let last = store.lastZxid
        let logThread = LogThread(store: store) { reports.note($0) }
        logThread.whenStored = { reports.note($0) }
        logThread.checkCovered { reports.note($0) }
        logThread.carryOut([append(last.counter + 1, ticket: 1)], committed: last)
        for _ in 0..<2 { reports.waitForOne() }
        #expect(reports.tickets == [1] && reports.codes == [.corrupt])
        try logThread.close()
    }

    private func append(_ counter: UInt32, ticket: UInt64) -> Effects.LogWrite {
        let transaction = Transaction(
            session: SessionID(rawValue: 7), cxid: 1, zxid: zxid(counter), timeMs: 1_700_000_000_000,
            change: .createSession(timeoutMs: 4000))
        var body = ByteBuffer()
        transaction.encode(into: &body)
        return Effects.LogWrite(ticket: ticket, what: .append(Effects.Append(transaction, body: body)))
    }

    private func zxid(_ counter: UInt32) -> Zxid { Zxid(epoch: Epoch(rawValue: 1), counter: counter) }

    @Test func `makes durable together what came while it was busy`() throws {
        let logThread = try logThread(isHeld: true)
        logThread.carryOut([append(1, ticket: 1)], committed: .zero)
        reports.waitForOne()
        for counter in 2...4 as ClosedRange<UInt32> {
            logThread.carryOut([append(counter, ticket: UInt64(counter))], committed: .zero)
        }
        #expect(reports.tickets == [1])
        reports.gate.signal()
        reports.waitForOne()
        #expect(reports.tickets == [1, 4])
        #expect(reports.batches.map(\.transactions) == [1, 3])
        #expect(reports.batches.allSatisfy { $0.bytes > 0 && $0.syncNs > 0 })
        try logThread.close()
    }

    @Test func `carries everything out in the order in which it came`() throws {
        let logThread = try logThread()
        let writes: [Effects.LogWrite] = [
            append(1, ticket: 1), append(2, ticket: 2),
            Effects.LogWrite(ticket: 3, what: .truncate(after: zxid(1))),
            Effects.LogWrite(ticket: 4, what: .acceptEpoch(Epoch(rawValue: 3))),
            Effects.LogWrite(ticket: 5, what: .enterEpoch(Epoch(rawValue: 2))), append(2, ticket: 6),
            append(3, ticket: 7),
        ]
        logThread.carryOut(writes, committed: zxid(1))
        try logThread.close()
        #expect(reports.tickets == [7])
        let store = try LogStore.open(directory: folder.path)
        #expect(store.lastZxid == zxid(3) && store.committed == zxid(1))
        #expect(store.acceptedEpoch.rawValue == 3 && store.currentEpoch.rawValue == 2)
    }

    @Test func `does nothing more after a failure, and says so once`() throws {
        let logThread = try logThread(isHeld: true)
        logThread.carryOut([append(1, ticket: 1)], committed: .zero)
        reports.waitForOne()
        logThread.carryOut([append(3, ticket: 2)], committed: .zero)
        reports.gate.signal()
        reports.waitForOne()
        logThread.carryOut([append(2, ticket: 3)], committed: .zero)
        try logThread.close()
        #expect(reports.codes == [.misuse] && reports.tickets == [1])
        #expect(try LogStore.open(directory: folder.path).lastZxid == zxid(1))
    }

    @Test func `finishes what is queued when it is closed, and takes nothing more`() throws {
        let logThread = try logThread(isHeld: true)
        logThread.carryOut([append(1, ticket: 1)], committed: .zero)
        reports.waitForOne()
        logThread.carryOut([append(2, ticket: 2)], committed: .zero)
        reports.gate.signal()
        try logThread.close()
        #expect(reports.tickets == [1, 2])
        logThread.carryOut([append(3, ticket: 3)], committed: .zero)
        #expect(reports.tickets == [1, 2])
        #expect(try LogStore.open(directory: folder.path).lastZxid == zxid(2))
    }
}
