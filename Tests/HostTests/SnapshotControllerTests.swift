import Logging
import NIOCore
import NIOEmbedded
import Replica
import Settings
import Storage
import Testing
import Vocabulary

@testable import Host

@Suite struct `The controller of snapshots` {
    private let folder = TestFolder()

    /// A controller on a loop that the test turns, with a snapshot of 100 znodes to be taken.
    private final class TurnedController {
        let loop = EmbeddedEventLoop()
        let controller: SnapshotController
        let actions: [SnapshotAction]
        private let snapshotThread: SnapshotThread
        private(set) var slicesAsked = 0

        init(_ folder: TestFolder) throws {
            var store = try LogStore.open(directory: folder.path)
            try folder.append(100, to: &store)
            actions = folder.snapshotActions()
            snapshotThread = SnapshotThread(directory: folder.path, kept: 3)
            controller = SnapshotController(
                NodeSettings.standalone().storage, snapshotThread: snapshotThread,
                replayed: Recovery.Replayed(), loop: loop,
                log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            controller.open(
                { [unowned self] in if case .sliceDue = $0 { self.slicesAsked += 1 } }, trimLog: { _ in })
            // What comes of it is told to the loop from the snapshot thread's thread: here it is the test
            // that does.
            snapshotThread.whenDone = { _ in }
            controller.logGrew(by: LogThread.Stored(ticket: 1)) { 0 }
        }

        func close() throws {
            try loop.syncShutdownGracefully()
            try snapshotThread.close()
        }

        func pass(ms: Int64) { loop.advanceTime(by: .milliseconds(ms)) }
    }

    @Test func `asks for slice after slice until it has the last, and then no more`() throws {
        let controller = try TurnedController(folder)
        for action in controller.actions.dropLast() { controller.controller.perform(action) }
        controller.pass(ms: 3)
        #expect(controller.slicesAsked == 3)
        if let last = controller.actions.last { controller.controller.perform(last) }
        controller.pass(ms: 100)
        #expect(controller.slicesAsked == 3)
        try controller.close()
    }

    @Test func `asks at the same pace when one is begun right behind one that was given up`() throws {
        let controller = try TurnedController(folder)
        controller.controller.perform(controller.actions[0])
        controller.controller.perform(.abandon)
        controller.controller.perform(controller.actions[0])
        controller.pass(ms: 5)
        #expect(controller.slicesAsked == 5)
        try controller.close()
    }

    @Test func `asks for none before the disk has what the snapshot follows`() throws {
        let controller = try TurnedController(folder)
        guard case .begin(let head, _) = controller.actions[0] else {
            Issue.record("begins with \(controller.actions[0])")
            return
        }
        controller.controller.perform(.begin(head, after: 2))
        controller.pass(ms: 5)
        #expect(controller.slicesAsked == 0)
        controller.controller.logGrew(by: LogThread.Stored(ticket: 2)) { 0 }
        controller.pass(ms: 1)
        #expect(controller.slicesAsked == 1)
        try controller.close()
    }
}
