import HandTurnedLoop
import Host
import NIOCore
import NIOEmbedded
import Settings
import Testing

@testable import Frontend

@Suite struct `An operator's word on a far socket` {
    @Test(arguments: [2, 4])
    func `is answered, and the connection closed`(loops: Int) throws {
        let port = FarPort(loops: loops)
        for _ in 0..<2 * loops {
            let visitor = try port.visit()
            for letter in "ruok" { try visitor.say(word: "\(letter)") }
            port.turn()
            #expect(try visitor.text() == "imok")
            #expect(visitor.isClosed)
        }
        port.turn()
        #expect(port.count == 0 && port.connectionCount == 0)
    }

    @Test func `waits for its argument, and does what it says`() throws {
        let port = FarPort(loops: 2)
        let visitor = try port.visit()
        try visitor.say(word: "stmk")
        port.turn()
        #expect(!visitor.isClosed)
        try visitor.say(ByteBuffer(integer: Int64(5)))
        port.turn()
        #expect(try visitor.text() == "5")
        #expect(port.node.replicaLoop.info.traceMask == 5)
    }

    @Test func `counts clients of all loops`() throws {
        let port = FarPort(loops: 2)
        _ = try (0..<5).map { _ in try port.connect() }
        let visitor = try port.visit()
        try visitor.say(word: "srvr")
        port.turn()
        #expect(try visitor.text().contains("Connections: 6\n"))
    }
}

@Suite struct `Whoever finds the client port full on a far socket` {
    @Test func `is refused where the configuration says how many may come`() throws {
        let port = FarPort(loops: 2) { $0.clients.connectionsPerAddressMax = 1 }
        let (first, second) = (try port.visit(), try port.visit())
        port.turn()
        #expect(!first.isClosed && second.isClosed)
        first.channel.close(promise: nil)
        port.turn()
        let third = try port.visit()
        port.turn()
        #expect(!third.isClosed && port.count == 1)
    }

    @Test func `is not heard once it is refused`() throws {
        let port = FarPort(loops: 2) { $0.clients.connectionsPerAddressMax = 1 }
        let (first, second) = (try port.visit(), try port.visit())
        try second.say(word: "ruok")
        port.turn()
        #expect(try !first.isClosed && second.isClosed && second.text().isEmpty)
    }

    @Test func `may say a word where no descriptor is left`() throws {
        let port = FarPort(loops: 2, places: 8)
        let clients = try (0..<port.clientsMax).map { _ in try port.connect() }
        let visitor = try port.visit()
        try visitor.say(word: "ruok")
        port.turn()
        #expect(try visitor.text() == "imok")
        #expect(visitor.isClosed && port.count == clients.count)
    }

    @Test func `is closed as a client, unless a place has become free`() throws {
        let port = FarPort(loops: 2, places: 8)
        let clients = try (0..<port.clientsMax).map { _ in try port.connect() }
        let (refused, admitted) = (try port.visit(), try port.visit())
        try refused.say(.connect())
        port.turn()
        #expect(refused.isClosed)
        clients[0].channel.close(promise: nil)
        port.turn()
        try admitted.say(.connect())
        port.settle()
        #expect(try admitted.frames().count == 1)
        #expect(port.count == clients.count)
    }

    @Test func `makes room for the next after having stood for longest`() throws {
        let port = FarPort(loops: 2, places: 8)
        let clients = try (0..<port.clientsMax).map { _ in try port.connect() }
        let visitors = try (0..<3).map { _ in try port.visit() }
        port.turn()
        #expect(visitors.map(\.isClosed).count { $0 } == 1)
        #expect(clients.allSatisfy { !$0.isClosed })
    }
}

@Suite struct `A port that counts its sockets` {
    @Test func `accepts no more than there are descriptors for, until some are closed`() throws {
        let counter = ReadCounting()
        let accepting = EmbeddedChannel(handlers: [counter, AcceptGate(OpenSockets(max: 2))])
        let sockets = (0..<3).map { _ in EmbeddedChannel(loop: accepting.embeddedEventLoop) }
        for socket in sockets {
            accepting.pipeline.read()
            accepting.pipeline.syncOperations.fireChannelRead(NIOAny(socket as any Channel))
        }
        #expect(counter.reads == 3)
        accepting.pipeline.read()
        #expect(counter.reads == 3, "three are open")
        sockets[1].close(promise: nil)
        accepting.embeddedEventLoop.run()
        #expect(counter.reads == 4)
    }
}

private final class ReadCounting: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var reads = 0

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }
}
