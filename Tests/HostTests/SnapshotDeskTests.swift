import Logging
import NIOCore
import NIOEmbedded
import Replica
import Settings
import Storage
import Testing
import Vocabulary

@testable import Host

@Suite struct `The desk of snapshots` {
    private let folder = TestFolder()

    /// A desk on a loop that the test turns, with a snapshot of 100 znodes to be taken.
    private final class Desk {
        let loop = EmbeddedEventLoop()
        let desk: SnapshotDesk
        let actions: [SnapshotAction]
        private let snapshotThread: SnapshotThread
        private(set) var slicesAsked = 0

        init(_ folder: TestFolder) throws {
            var store = try LogStore.open(directory: folder.path)
            try folder.append(100, to: &store)
            actions = folder.snapshotActions()
            snapshotThread = SnapshotThread(directory: folder.path, kept: 3)
            desk = SnapshotDesk(
                NodeSettings.standalone().storage, snapshotThread: snapshotThread,
                replayed: Recovery.Replayed(), loop: loop,
                log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            desk.open(
                { [unowned self] in if case .sliceDue = $0 { self.slicesAsked += 1 } }, forget: { _ in })
            // What comes of it is told to the loop from the snapshot thread's thread: here it is the test
            // that does.
            snapshotThread.whenDone = { _ in }
            desk.note(LogThread.Stored(ticket: 1)) { 0 }
        }

        func close() throws {
            try loop.syncShutdownGracefully()
            try snapshotThread.close()
        }

        func pass(ms: Int64) { loop.advanceTime(by: .milliseconds(ms)) }
    }

    @Test func `asks for slice after slice until it has the last, and then no more`() throws {
        let desk = try Desk(folder)
        for action in desk.actions.dropLast() { desk.desk.act(action) }
        desk.pass(ms: 3)
        #expect(desk.slicesAsked == 3)
        if let last = desk.actions.last { desk.desk.act(last) }
        desk.pass(ms: 100)
        #expect(desk.slicesAsked == 3)
        try desk.close()
    }

    @Test func `asks at the same pace when one is begun right behind one that was given up`() throws {
        let desk = try Desk(folder)
        desk.desk.act(desk.actions[0])
        desk.desk.act(.abandon)
        desk.desk.act(desk.actions[0])
        desk.pass(ms: 5)
        #expect(desk.slicesAsked == 5)
        try desk.close()
    }

    @Test func `asks for none before the disk has what the snapshot follows`() throws {
        let desk = try Desk(folder)
        guard case .begin(let head, _) = desk.actions[0] else {
            Issue.record("begins with \(desk.actions[0])")
            return
        }
        desk.desk.act(.begin(head, after: 2))
        desk.pass(ms: 5)
        #expect(desk.slicesAsked == 0)
        desk.desk.note(LogThread.Stored(ticket: 2)) { 0 }
        desk.pass(ms: 1)
        #expect(desk.slicesAsked == 1)
        try desk.close()
    }
}
