import Console
import HandTurnedLoop
import NIOCore
import NIOPosix
import Settings
import Testing

@testable import Host

@Suite struct `What a node says of its system and its folders` {
    @Test(arguments: [FourLetterWord.mntr, .conf, .dirs, .envi])
    func `is looked up beside the loop`(word: FourLetterWord) async throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        #expect(!word.parts.isEmpty)
        let snapshotThread = SnapshotThread(directory: "/dev/null/nowhere", kept: 1)
        let isOnLoop = loop.flatSubmit { () -> EventLoopFuture<Bool> in
            let replicaLoop = HandTurnedNode.replicaLoop(
                on: loop, HandTurnedDisk(), snapshotThread, .standalone(dataDir: "/dev/null/nowhere"))
            let report = replicaLoop.report(word.parts, settings: .standalone()) { _ in loop.inEventLoop }
            let kept = NIOLoopBound(replicaLoop, eventLoop: loop)
            report.whenComplete { _ in _ = kept.value.connectionCount }
            return report
        }
        #expect(try await !isOnLoop.get())
        try snapshotThread.close()
    }
}
