import HandTurnedLoop
import Host
import NIOCore
import Settings
import Testing
import Vocabulary

@testable import Frontend

@Suite struct `A client whose socket has a loop of its own` {
    @Test(arguments: [2, 4])
    func `is answered in the order of its requests, reads and writes`(loops: Int) throws {
        let port = FarPort(loops: loops)
        let clients = try (0..<2 * loops).map { _ in try port.connect() }
        for (number, client) in clients.enumerated() {
            try client.say(
                .getData("/", xid: 1), .create(ZnodePath("/n\(number)"), xid: 2), .getData("/", xid: 3))
            try client.say(.setData("/", xid: 4), .ping(), .getData("/", xid: 5))
        }
        port.settle()
        for client in clients { #expect(try client.answers() == [1, 2, 3, 4, -2, 5]) }
        #expect(port.connectionCount == 2 * loops)
    }

    @Test func `costs the replica's loop one turn and each other loop one batch`() throws {
        let port = FarPort(loops: 2)
        let clients = try (0..<6).map { _ in try port.connect() }
        for client in clients { try client.say(.getData("/", xid: 1)) }
        for client in clients { #expect(try client.answers() == []) }
        port.turnSockets()
        port.turnReplica()
        for client in clients { #expect(try client.answers() == []) }
        port.turnSockets()
        for client in clients { #expect(try client.answers() == [1]) }
    }

    @Test(arguments: [2, 4])
    func `sees an event before data that is newer`(loops: Int) throws {
        let port = FarPort(loops: loops)
        let (writer, reader) = (try port.connect(), try port.connect())
        try reader.say(.getData("/", watch: true, xid: 1))
        port.settle()
        #expect(try reader.answers() == [1])
        try writer.say(.setData("/", [1], xid: 1))
        try reader.say(.setData("/", [2], xid: 2), .getData("/", xid: 3))
        port.settle()
        #expect(try reader.answers() == [-1, 2, 3])
        #expect(try writer.answers() == [1])
    }

    @Test func `is closed behind the last answer`() throws {
        let port = FarPort(loops: 2)
        let client = try port.connect()
        try client.say(.getData("/", xid: 1), .closeSession(xid: 2))
        port.settle()
        #expect(try client.answers() == [1, 2])
        #expect(client.isClosed && port.connectionCount == 0 && port.count == 0)
    }

    @Test func `is closed behind a frame of impossible length, whose predecessors are heard`() throws {
        let port = FarPort(loops: 2)
        let (client, other) = (try port.connect(), try port.connect())
        try client.say(.create("/a", xid: 1), ByteBuffer(integer: Int32(-1)))
        port.settle()
        #expect(client.isClosed && !other.isClosed && port.count == 1)
        try other.say(.create("/a/b", xid: 1))
        port.settle()
        #expect(try other.answers() == [1], "below what the other had asked for")
    }

    @Test func `leaves its slot to the next, who gets nothing that was for it`() throws {
        let port = FarPort(loops: 1)
        let client = try port.connect()
        try client.say(.getData("/", xid: 1))
        port.turnSockets()
        port.turnReplica()
        client.channel.close(promise: nil)
        let next = try port.visit()
        port.turn()
        #expect(try next.frames().isEmpty && port.connectionCount == 1)
        try next.say(.connect())
        port.settle()
        #expect(try next.frames().count == 1)
    }

    @Test func `is not read while much of it was not looked at`() throws {
        let port = FarPort(loops: 2)
        let client = try port.connect()
        #expect(client.isRead())
        let data = [UInt8](repeating: 1, count: 40_000)
        try client.say(.setData("/", data, xid: 1))
        #expect(client.isRead())
        try client.say(.setData("/", data, xid: 2))
        #expect(!client.isRead())
        let before = client.reads
        port.settle()
        #expect(client.reads == before + 1, "the read that was due")
        #expect(client.isRead())
        #expect(try client.answers() == [1, 2])
    }

    @Test func `is read on when there is room for the large frame that it has begun`() throws {
        let port = FarPort(loops: 2) {
            $0.limits.largeRequestBytes = 1000
            $0.limits.requestBytesMax = 4000
        }
        let (first, second) = (try port.connect(), try port.connect())
        try first.say(.create("/a", [UInt8](repeating: 1, count: 3000), xid: 1))
        var large = ByteBuffer.create("/b", [UInt8](repeating: 2, count: 3000), xid: 1)
        port.turn()
        try second.say(large.readSlice(length: 100) ?? ByteBuffer())
        #expect(!second.isRead(), "before the replica has heard of it")
        port.turn()
        #expect(!second.isRead(), "there is no room")
        port.settle()
        #expect(second.isRead())
        try second.say(large)
        port.settle()
        #expect(try second.answers() == [1])
    }
}

@Suite struct `A far client that does not read` {
    private static let data = [UInt8](repeating: 7, count: 100_000)

    /// A port of a node with 100 KB to be read.
    private func port(unreadMax: Int = 64 << 20) throws -> FarPort {
        let port = FarPort(loops: 2) { $0.limits.unreadBytesMax = unreadMax }
        let writer = try port.connect()
        try writer.say(.setData("/", Self.data, xid: 1))
        port.settle()
        writer.channel.close(promise: nil)
        port.turn()
        return port
    }

    @Test func `is not read from either until it reads, and then gets everything in order`() throws {
        let port = try port()
        let client = try port.connect()
        client.take(false)
        try client.say(.getData("/", xid: 1))
        port.turn()
        #expect(try client.answers() == [1], "what the socket was given already")
        #expect(!client.isRead())
        try client.say(.getData("/", xid: 2), .getData("/", xid: 3))
        port.settle()
        #expect(try client.answers() == [])
        client.take(true)
        port.turn()
        #expect(try client.answers() == [2, 3])
        #expect(client.isRead())
    }

    @Test func `is cut off when everybody together leaves too much, who owes most first`() throws {
        let port = try port(unreadMax: 1_000_000)
        let (greedy, modest) = (try port.connect(), try port.connect())
        for client in [greedy, modest] {
            client.take(false)
            try client.say(.getData("/", xid: 0))
        }
        port.turn()
        try modest.say(.getData("/", xid: 1))
        for xid in 1..<6 { try greedy.say(.getData("/", xid: Int32(xid))) }
        port.turn()
        #expect(!greedy.isClosed)
        for xid in 6..<10 { try greedy.say(.getData("/", xid: Int32(xid))) }
        port.turn()
        #expect(greedy.isClosed && !modest.isClosed)
        #expect(port.connectionCount == 1)
        _ = try modest.answers()
        modest.take(true)
        port.turn()
        #expect(try modest.answers() == [1])
    }

    @Test func `who asks for much at once is answered in pieces, each when the last is taken`() throws {
        let port = try port()
        let client = try port.connect()
        var requests = ByteBuffer()
        for xid in 1...30 { requests.writeImmutableBuffer(.getData("/", xid: Int32(xid))) }
        client.take(false)
        try client.say(requests)
        port.settle()
        let first = try client.answers()
        #expect(first.count > 10 && first.count < 15, "a mebibyte")
        #expect(!client.isRead())
        client.take(true)
        port.settle()
        #expect(try first + client.answers() == Array(1...30))
        #expect(client.isRead())
    }

    @Test func `is closed behind everything it was to be sent`() throws {
        let port = try port()
        let client = try port.connect()
        client.take(false)
        try client.say(.getData("/", xid: 1), .getData("/", xid: 2), .closeSession(xid: 3))
        port.settle()
        #expect(try client.answers() == [1, 2, 3])
    }
}
