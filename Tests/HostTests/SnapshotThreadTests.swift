import Replica
import Storage
import Synchronization
import Testing
import Vocabulary
import Znodes

@testable import Host

@Suite struct `The thread of snapshots` {
    let folder = TestFolder()

    /// Collects what the snapshot thread says, and lets a test wait for it.
    private final class Outcomes: Sendable {
        private let said = Mutex<[SnapshotThread.Outcome]>([])

        func add(_ outcome: SnapshotThread.Outcome) { said.withLock { $0.append(outcome) } }

        func next(_ count: Int) async throws -> [SnapshotThread.Outcome] {
            for _ in 0..<1000 {
                let outcomes = said.withLock { $0 }
                if outcomes.count >= count { return outcomes }
                try await Task.sleep(for: .milliseconds(10))
            }
            return said.withLock { $0 }
        }
    }

    private func write(with snapshotThread: SnapshotThread, isFinished: Bool = true) throws {
        let state = folder.history.committed.stored
        snapshotThread.begin(state.head)
        for page in state.znodes { snapshotThread.add(page) }
        if isFinished { snapshotThread.finish() } else { snapshotThread.abandon() }
    }

    @Test func `keeps the newest few, and says how far back the log is needed`() async throws {
        let outcomes = Outcomes()
        let snapshotThread = SnapshotThread(directory: folder.path, kept: 3)
        snapshotThread.whenDone = { outcomes.add($0) }
        var store = try LogStore.open(directory: folder.path)
        var taken: [Zxid] = []
        for round in 1...5 {
            try folder.append(100, to: &store)
            taken.append(store.lastZxid)
            try write(with: snapshotThread)
            let said = try await outcomes.next(round)
            guard case .written(let zxid, let oldest)? = said.last, said.count == round else {
                Issue.record("not written: \(said)")
                return
            }
            #expect(zxid == taken.last && oldest == taken[max(0, round - 3)])
        }
        #expect(try SnapshotFolder.snapshots(in: folder.path) == taken.suffix(3).reversed())
        try snapshotThread.close()
    }

    @Test func `leaves nothing of what is given up, and goes on`() async throws {
        let outcomes = Outcomes()
        let snapshotThread = SnapshotThread(directory: folder.path, kept: 3)
        snapshotThread.whenDone = { outcomes.add($0) }
        var store = try LogStore.open(directory: folder.path)
        try folder.append(100, to: &store)
        try write(with: snapshotThread, isFinished: false)
        try write(with: snapshotThread)
        #expect(try await outcomes.next(1).count == 1)
        #expect(try SnapshotFolder.snapshots(in: folder.path) == [store.lastZxid])
        try snapshotThread.close()
    }

    @Test func `says when the disk refuses`() async throws {
        let outcomes = Outcomes()
        let snapshotThread = SnapshotThread(directory: "/dev/null/nowhere", kept: 3)
        snapshotThread.whenDone = { outcomes.add($0) }
        var store = try LogStore.open(directory: folder.path)
        try folder.append(10, to: &store)
        try write(with: snapshotThread)
        guard case .failed? = try await outcomes.next(1).first else {
            Issue.record("no failure was told")
            return
        }
        #expect(try await outcomes.next(1).count == 1, "told once")
        try snapshotThread.close()
    }
}
