import HandTurnedLoop
import NIOCore
import Replica
import Testing
import Vocabulary

@testable import Host

@Suite struct `The loop of a node` {
    @Test func `answers a read at once, and a write when the disk has it`() throws {
        let node = HandTurnedNode()
        let client = try ClientChannel(connectedTo: node)
        try client.say(.getData("/", xid: 1), .create("/a", xid: 2))
        #expect(try client.answers() == [1])
        node.turn()
        #expect(try client.answers() == [])
        node.disk.sync()
        node.turn()
        #expect(try client.answers() == [2])
    }

    @Test func `hands the disk at the end of a turn what came in it`() throws {
        let node = HandTurnedNode()
        let clients = try (0..<3).map { _ in try ClientChannel(connectedTo: node) }
        let before = node.disk.batches.count
        for (number, client) in clients.enumerated() {
            try client.say(.create(ZnodePath("/\(number)"), xid: 1))
        }
        #expect(node.disk.batches.count == before)
        node.turn()
        #expect(node.disk.batches.dropFirst(before).map(\.count) == [3])
    }

    @Test func `hands an idle disk the first writes before the turn is over`() throws {
        let node = HandTurnedNode()
        let client = try ClientChannel(connectedTo: node)
        let before = node.disk.batches.count
        try client.say(creations(1..<TurnPolicy.earlyWritesCount))
        #expect(node.disk.batches.count == before, "too few")
        try client.say(creations(TurnPolicy.earlyWritesCount..<TurnPolicy.earlyWritesCount + 1))
        #expect(node.disk.batches.dropFirst(before).map(\.count) == [TurnPolicy.earlyWritesCount])
        try client.say(creations(100..<100 + TurnPolicy.earlyWritesCount))
        #expect(node.disk.batches.count == before + 1, "it is busy")
        node.turn()
        #expect(node.disk.batches.count == before + 2)
    }

    private func creations(_ numbers: Range<Int>) -> ByteBuffer {
        numbers.reduce(into: ByteBuffer()) { all, number in
            all.writeImmutableBuffer(.create(ZnodePath("/n\(number)"), xid: Int32(number)))
        }
    }

    @Test func `answers no write behind a disk that does not, and reads all the same`() throws {
        let node = HandTurnedNode()
        let (writer, reader) = (try ClientChannel(connectedTo: node), try ClientChannel(connectedTo: node))
        try writer.say(.create("/a", xid: 1), .getData("/", xid: 2))
        for _ in 0..<10 { node.turn() }
        node.pass(.seconds(10))
        try reader.say(.getData("/", xid: 1))
        #expect(try writer.answers() == [] && reader.answers() == [1])
        #expect(node.replicaLoop.writesAtDisk == 1)
    }

    @Test func `hands the disk the rest when it stops, and tells nobody what comes of it`() throws {
        let node = HandTurnedNode()
        let client = try ClientChannel(connectedTo: node)
        let before = node.disk.batches.count
        try client.say(.create("/a", xid: 1))
        node.replicaLoop.stop()
        #expect(node.disk.batches.count == before + 1)
        node.settle()
        try client.say(.getData("/", xid: 2))
        node.settle()
        #expect(try client.answers() == [])
    }

    @Test func `closes behind the last answer`() throws {
        let node = HandTurnedNode()
        let client = try ClientChannel(connectedTo: node)
        try client.say(.closeSession(xid: 1))
        node.settle()
        #expect(try client.answers() == [1])
        #expect(client.isClosed)
        #expect(node.replicaLoop.connectionCount == 0)
    }

    @Test func `sends events in slices, and answers before them`() throws {
        let node = HandTurnedNode()
        let writer = try ClientChannel(connectedTo: node)
        let count = TurnPolicy.eventSliceCount + 10
        let watchers = try (0..<count).map { _ in try ClientChannel(connectedTo: node) }
        for watcher in watchers { try watcher.say(.getData("/", watch: true, xid: 1)) }
        for watcher in watchers { _ = try watcher.answers() }
        try writer.say(.setData("/", xid: 1))
        node.turn()
        node.disk.sync()
        node.turn()
        #expect(try writer.answers() == [1])
        let first = try watchers.map { try $0.answers() }
        #expect(first.count { $0 == [-1] } == TurnPolicy.eventSliceCount)
        try writer.say(.getData("/", xid: 2))
        #expect(try writer.answers() == [2], "nobody waits for the rest of them")
        node.pass(ReplicaLoop.eventPause)
        let rest = try watchers.map { try $0.answers() }
        #expect(rest.count { $0 == [-1] } == 10)
    }
}
