import HandTurnedLoop
import NIOCore
import Replica
import Settings
import Testing
import Vocabulary

@testable import Host

@Suite struct `A client that does not read` {
    private static let data = [UInt8](repeating: 7, count: 100_000)

    /// A node with 100 KB to be read.
    private func node(unreadMax: Int = 64 << 20) throws -> HandTurnedNode {
        let node = HandTurnedNode { $0.limits.unreadBytesMax = unreadMax }
        let writer = try ClientChannel(connectedTo: node)
        try writer.say(.setData("/", Self.data, xid: 1))
        node.settle()
        writer.channel.close(promise: nil)
        return node
    }

    @Test func `is not read from either until it reads, and then gets everything in order`() throws {
        let node = try node()
        let client = try ClientChannel(connectedTo: node)
        client.take(false)
        try client.say(.getData("/", xid: 1))
        #expect(try client.answers() == [1], "what the socket was given already")
        #expect(!client.isRead)
        try client.say(.getData("/", xid: 2), .getData("/", xid: 3))
        node.settle()
        #expect(try client.answers() == [])
        client.take(true)
        #expect(try client.answers() == [2, 3])
        #expect(client.isRead)
    }

    @Test func `is cut off when everybody together leaves too much, who owes most first`() throws {
        let node = try node(unreadMax: 1_000_000)
        let (greedy, modest) = (try ClientChannel(connectedTo: node), try ClientChannel(connectedTo: node))
        for client in [greedy, modest] {
            client.take(false)
            try client.say(.getData("/", xid: 0))
        }
        try modest.say(.getData("/", xid: 1))
        for xid in 1..<7 { try greedy.say(.getData("/", xid: Int32(xid))) }
        #expect(!greedy.isClosed)
        for xid in 7..<10 where !greedy.isClosed { try greedy.say(.getData("/", xid: Int32(xid))) }
        #expect(greedy.isClosed && !modest.isClosed)
        #expect(node.replicaLoop.connectionCount == 1)
        _ = try modest.answers()
        modest.take(true)
        #expect(try modest.answers() == [1])
    }

    @Test func `who asks for much at once is answered in pieces, each when the last is taken`() throws {
        let node = try node()
        let client = try ClientChannel(connectedTo: node)
        var requests = ByteBuffer()
        for xid in 1...30 { requests.writeImmutableBuffer(.getData("/", xid: Int32(xid))) }
        client.take(false)
        try client.say(requests)
        node.settle()
        let first = try client.answers()
        #expect(first.count > 10 && first.count < 15, "a mebibyte")
        #expect(!client.isRead)
        client.take(true)
        node.settle()
        #expect(try first + client.answers() == Array(1...30))
        #expect(client.isRead)
    }

    @Test func `who takes everything at once waits for the next turn alone`() throws {
        let node = try node()
        let (client, other) = (try ClientChannel(connectedTo: node), try ClientChannel(connectedTo: node))
        var requests = ByteBuffer()
        for xid in 1...15 { requests.writeImmutableBuffer(.getData("/", xid: Int32(xid))) }
        try client.say(requests)
        let first = try client.answers()
        #expect(first.count < 15)
        try other.say(.ping())
        #expect(try other.answers() == [-2])
        node.turn()
        #expect(try first + client.answers() == Array(1...15))
    }

    @Test func `leaves nothing behind for whoever gets its place`() throws {
        let node = try node()
        let client = try ClientChannel(connectedTo: node)
        client.take(false)
        try client.say(.getData("/", xid: 1))
        try client.say(.getData("/", xid: 2))
        client.channel.close(promise: nil)
        let next = try ClientChannel(connectedTo: node)
        try next.say(.getData("/", xid: 9))
        #expect(try next.answers() == [9])
        #expect(node.replicaLoop.clients.unreadBytes == 0)
    }
}
