package import Host
internal import Logging
package import NIOCore
package import NIOEmbedded
internal import Replica
package import Settings
internal import Vocabulary

/// A node that is all there is, whose loop a test turns by hand and whose disk answers when it is told to.
///
/// Made and used within one test function: its loop belongs to that one's thread.
package final class HandTurnedNode {
    package let loop = EmbeddedEventLoop()
    package let disk = HandTurnedDisk()
    package let replicaLoop: ReplicaLoop
    private var channels: [EmbeddedChannel] = []
    private let snapshotThread = SnapshotThread(directory: "/dev/null/nowhere", kept: 1)

    package init(_ change: (inout NodeSettings) -> Void = { _ in }) {
        var settings = NodeSettings.standalone(dataDir: "/dev/null/nowhere")
        change(&settings)
        replicaLoop = HandTurnedNode.replicaLoop(on: loop, disk, snapshotThread, settings)
        _ = replicaLoop.start(tickMs: 2000)
        settle()
    }

    /// What owns a replica of an empty tree, and does not step it yet.
    package static func replicaLoop(
        on loop: any EventLoop, _ disk: HandTurnedDisk, _ snapshotThread: SnapshotThread,
        _ settings: NodeSettings
    ) -> ReplicaLoop {
        let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let recovering = Recovering(settings: ReplicaSettings(settings), seed: 1, wallMs: 0)
        return ReplicaLoop(
            loop: loop, replica: recovering.start(acceptedEpoch: .zero, currentEpoch: .zero, at: .now),
            logThread: disk, peers: nil,
            snapshots: SnapshotController(
                settings.storage, snapshotThread: snapshotThread, replayed: Recovery.Replayed(), loop: loop,
                log: log),
            settings: settings, log: log)
    }

    deinit {
        for channel in channels where channel.isActive { channel.close(promise: nil) }
        replicaLoop.stop()
        loop.run()
        do {
            try loop.syncShutdownGracefully()
            try snapshotThread.close()
        } catch {
            // A deinitializer cannot throw, and a loop that does not end would spoil the tests after it.
            fatalError("\(error)")
        }
    }

    /// Closes it with the node, if it is open then.
    func keep(_ channel: EmbeddedChannel) { channels.append(channel) }

    /// Ends the turn of the loop, and what follows it at once.
    package func turn() { loop.run() }

    /// Lets so much time pass on the loop, which the node's own clocks know nothing of.
    package func pass(_ time: TimeAmount) { loop.advanceTime(by: time) }

    /// Ends the turn, lets the disk have what it was given, and lets the loop hear of it: until all is done.
    package func settle() {
        for _ in 0..<4 {
            turn()
            disk.sync()
        }
        turn()
    }
}
