import Console
import Dispatch
import HandTurnedLoop
import NIOCore
import NIOEmbedded
import NIOPosix
import Replica
import Settings
import Synchronization
import Testing
import Vocabulary

@testable import Host

@Suite struct `Material of a report with lists` {
    private let node = HandTurnedNode()

    private func material(for parts: NodeReport.Parts) -> ListMaterial {
        let replicaLoop = node.replicaLoop
        return replicaLoop.inspect { replica in
            let views = replica.connectionViews(inSlots: 0..<replicaLoop.clients.slotCount)
            return ListMaterial(
                of: replica, for: parts,
                connections: views.map {
                    ListMaterial.Connection(view: $0, port: replicaLoop.port(of: $0.id))
                }, replicaLoop: replicaLoop)
        }
    }

    private func report(_ parts: NodeReport.Parts) -> NodeReport {
        material(for: parts).report(.standalone(dataDir: "/dev/null/nowhere"))
    }

    @Test func `holds what is asked for, beside the numbers`() throws {
        let client = try ClientChannel(connectedTo: node)
        try client.say(.create("/a", isEphemeral: true, xid: 1), .getData("/", watch: true, xid: 2))
        node.settle()
        let bare = report([])
        #expect(bare.connectionCount == 1 && bare.sessionCount == 1 && bare.watchCount == 1)
        #expect(bare.connections.isEmpty && bare.sessions.isEmpty && bare.ephemerals.isEmpty)
        #expect(bare.watches.isEmpty && bare.environment.isEmpty)
        let full = report([.connections, .sessions, .ephemerals, .watches, .environment])
        #expect(full.connections.map(\.address) == ["10.0.0.1"] && full.connections.map(\.port) == [1234])
        #expect(full.sessions.count == 1 && full.ephemerals.count == 1 && full.watches.count == 1)
        #expect(!full.environment.isEmpty)
    }

    @Test func `says who owns what, and who watches it, in order`() throws {
        let (first, second) = (try ClientChannel(connectedTo: node), try ClientChannel(connectedTo: node))
        for client in [second, first] {
            try client.say(.getData("/", watch: true, xid: 1), .create("/seen", xid: 2))
            try client.say(.getData("/seen", watch: true, xid: 3))
        }
        node.settle()
        for (xid, path) in ["/b", "/c", "/a"].enumerated() {
            try second.say(.create(ZnodePath(path), isEphemeral: true, xid: Int32(xid + 4)))
        }
        node.settle()
        let report = report([.connections, .ephemerals, .watches, .sessions])
        let sessions = report.connections.map(\.session)
        #expect(Set(sessions) == Set(report.sessions.map(\.id)) && sessions.count == 2)
        #expect(report.ephemerals.map(\.session) == [sessions[1]])
        #expect(report.ephemerals.first?.paths == ["/a", "/b", "/c"])
        #expect(report.watches.map(\.path) == ["/", "/seen"])
        #expect(report.watches.map(\.sessions) == [sessions, sessions])
    }

    @Test func `stays as it was taken`() throws {
        let client = try ClientChannel(connectedTo: node)
        let material = material(for: [.connections, .sessions, .ephemerals])
        try client.say(.create("/a", isEphemeral: true, xid: 1))
        _ = try ClientChannel(connectedTo: node)
        let report = material.report(.standalone(dataDir: "/dev/null/nowhere"))
        #expect(report.connectionCount == 1 && report.connections.count == 1)
        #expect(report.sessions.count == 1 && report.ephemerals.isEmpty)
    }

    @Test func `says until when a session lives that is not heard from`() throws {
        _ = try ClientChannel(connectedTo: node)
        let session = try #require(report(.sessions).sessions.first)
        #expect(session.timeoutMs == 10_000)
        #expect((1...15_000).contains(session.expiresMs - Instant.now.wallMs))
    }
}

@Suite struct `Reports with lists` {
    private let loop = MultiThreadedEventLoopGroup.singleton.next()
    private let snapshotThread = SnapshotThread(directory: "/dev/null/nowhere", kept: 1)

    /// What `body` makes of a node that nobody steps but it; the node lives until that is there.
    private func onLoop<Value: Sendable>(
        _ body: @escaping @Sendable (ReplicaLoop) -> EventLoopFuture<Value>
    ) -> EventLoopFuture<Value> {
        loop.flatSubmit { [loop, snapshotThread] in
            let replicaLoop = HandTurnedNode.replicaLoop(
                on: loop, HandTurnedDisk(), snapshotThread, .standalone(dataDir: "/dev/null/nowhere"))
            let kept = NIOLoopBound(replicaLoop, eventLoop: loop)
            return body(replicaLoop).always { _ in _ = kept.value.connectionCount }
        }
    }

    @Test func `look at some connections, and at others once everybody had their turn`() async throws {
        let count = ListReports.sliceCount * 2 + 10
        let listed = try await onLoop { replicaLoop in
            let channel = EmbeddedChannel()
            let ids = (0..<count).map { _ in
                replicaLoop.open(channel, from: "10.0.0.1")
            }
            let listed = replicaLoop.report(.connections, settings: .standalone()) { report in
                "\(report.connections.count) of \(report.connectionCount)"
            }
            // One whose slice is to come goes.
            let last = NIOLoopBound((replicaLoop, ids[count - 1]), eventLoop: replicaLoop.loop)
            replicaLoop.loop.execute { last.value.0.close(last.value.1) }
            return listed
        }.get()
        #expect(listed == "\(count - 1) of \(count - 1)")
        try snapshotThread.close()
    }

    @Test func `are made one after the other`() async throws {
        let begun = Mutex<[Int]>([])
        let gate = DispatchSemaphore(value: 0)
        let both = onLoop { replicaLoop in
            let reports = (1...2).map { number in
                replicaLoop.report(.environment, settings: .standalone()) { _ in
                    begun.withLock { $0.append(number) }
                    if number == 1 { gate.wait() }
                }
            }
            return EventLoopFuture.andAllSucceed(reports, on: replicaLoop.loop)
        }
        for _ in 0..<20 { try await loop.submit {}.get() }
        #expect(begun.withLock { !$0.contains(2) })
        gate.signal()
        try await both.get()
        #expect(begun.withLock { $0 } == [1, 2])
        try snapshotThread.close()
    }
}
