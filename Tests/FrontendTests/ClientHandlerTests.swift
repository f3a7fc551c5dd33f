import HandTurnedLoop
import Host
import NIOCore
import NIOEmbedded
import Settings
import Testing
import Vocabulary

@testable import Frontend

/// The client port of a node whose loop is turned by hand.
private struct ClientPort {
    let node: HandTurnedNode
    private let door: Door
    private let settings: NodeSettings
    let clientsMax: Int

    /// - Parameter places: Clients for which there are descriptors.
    init(places: Int = 100, _ change: (inout NodeSettings) -> Void = { _ in }) {
        var settings = NodeSettings.standalone(dataDir: "/dev/null/nowhere")
        change(&settings)
        self.settings = settings
        node = HandTurnedNode(change)
        // Beside a few of them two may stand, and two more be accepted before those go.
        let budget = DescriptorBudget(limit: places + DescriptorBudget.own + 4, open: 0)
        clientsMax = budget.clientsMax
        door = Door(
            Admissions(
                perAddressMax: settings.clients.connectionsPerAddressMax,
                totalMax: settings.clients.connectionsMax, budget: budget))
    }

    private var handler: ClientHandler {
        ClientHandler(
            replicaLoop: node.replicaLoop, door: door,
            responder: FourLetterWordResponder(replicaLoop: node.replicaLoop, settings: settings),
            settings.limits)
    }

    var count: Int { door.admissions.total }

    func visit() throws -> ClientChannel { try ClientChannel(to: node, [handler]) }
    func connect() throws -> ClientChannel { try ClientChannel(connectedTo: node, [handler]) }
}

extension ClientChannel {
    fileprivate func say(word: String) throws { try say(ByteBuffer(string: word)) }

    /// What an operator reads before the end of the connection.
    fileprivate func text() throws -> String {
        var text = ""
        while let next = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: next) }
        return text
    }
}

@Suite struct `A client's socket` {
    @Test func `is a client's from its first frame on, byte by byte as it comes`() throws {
        let port = ClientPort()
        let client = try port.visit()
        for byte in ByteBuffer.connect().readableBytesView { try client.say(ByteBuffer(bytes: [byte])) }
        port.node.settle()
        #expect(try client.frames().count == 1, "one session")
        #expect(!client.isClosed)
    }

    @Test func `gives the node what one read brought, and the node answers in one buffer`() throws {
        let port = ClientPort()
        let client = try port.connect()
        try client.say(.getData("/", xid: 1), .getData("/", xid: 2), .ping())
        let answer = try #require(try client.channel.readOutbound(as: ByteBuffer.self))
        #expect(answer.readableBytes > 3 * 20)
        #expect(try client.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func `is closed behind a frame of impossible length, whose predecessors are heard`() throws {
        let port = ClientPort()
        let client = try port.connect()
        try client.say(.getData("/", xid: 1), ByteBuffer(integer: Int32(-1)))
        #expect(try client.answers() == [1])
        #expect(client.isClosed)
        #expect(port.count == 0)
    }

    @Test func `is read on when there is room for the large frame that it has begun`() throws {
        let port = ClientPort {
            $0.limits.largeRequestBytes = 1000
            $0.limits.requestBytesMax = 4000
        }
        let (first, second) = (try port.connect(), try port.connect())
        try first.say(.create("/a", [UInt8](repeating: 1, count: 3000), xid: 1))
        var large = ByteBuffer.create("/b", [UInt8](repeating: 2, count: 3000), xid: 1)
        try second.say(large.readSlice(length: 100) ?? ByteBuffer())
        #expect(!second.isRead, "announced as soon as its length was known")
        port.node.settle()
        #expect(second.isRead)
        try second.say(large)
        port.node.settle()
        #expect(try second.answers() == [1])
    }

    @Test func `ends for the node when it is closed, and leaves its place`() throws {
        let port = ClientPort()
        let client = try port.connect()
        #expect(port.count == 1 && port.node.replicaLoop.connectionCount == 1)
        client.channel.close(promise: nil)
        #expect(port.count == 0 && port.node.replicaLoop.connectionCount == 0)
    }

    @Test func `is closed when its client has no more to say`() throws {
        let port = ClientPort()
        let client = try port.connect()
        client.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(client.isClosed)
    }

    @Test func `is closed at an error`() throws {
        let port = ClientPort()
        let client = try port.connect()
        client.channel.pipeline.fireErrorCaught(ChannelError.ioOnClosedChannel)
        #expect(client.isClosed && port.count == 0)
    }
}

@Suite struct `An operator's word` {
    @Test func `is answered, and the connection closed`() throws {
        let port = ClientPort()
        let visitor = try port.visit()
        try visitor.say(word: "ruok")
        #expect(try visitor.text() == "imok")
        #expect(visitor.isClosed && port.count == 0)
    }

    @Test func `may come letter by letter`() throws {
        let visitor = try ClientPort().visit()
        for letter in "isro" { try visitor.say(word: "\(letter)") }
        #expect(try visitor.text() == "rw")
    }

    @Test func `waits for its argument, and does what it says`() throws {
        let port = ClientPort()
        let visitor = try port.visit()
        try visitor.say(word: "stmk")
        #expect(!visitor.isClosed)
        try visitor.say(ByteBuffer(integer: Int64(5)))
        #expect(try visitor.text() == "5")
        #expect(port.node.replicaLoop.info.traceMask == 5)
    }

    @Test func `is answered once, whatever follows it`() throws {
        let port = ClientPort()
        let visitor = try port.visit()
        try visitor.say(word: "ruokruok")
        #expect(try visitor.text() == "imok")
    }
}

@Suite struct `Whoever finds the client port full` {
    @Test func `is refused where the configuration says how many may come`() throws {
        let port = ClientPort { $0.clients.connectionsPerAddressMax = 1 }
        let (first, second) = (try port.visit(), try port.visit())
        #expect(!first.isClosed && second.isClosed)
        first.channel.close(promise: nil)
        #expect(!(try port.visit()).isClosed)
    }

    @Test func `may say a word where no descriptor is left`() throws {
        let port = ClientPort(places: 8)
        let clients = try (0..<port.clientsMax).map { _ in try port.connect() }
        let visitor = try port.visit()
        try visitor.say(word: "ruok")
        #expect(try visitor.text() == "imok")
        #expect(visitor.isClosed && port.count == clients.count)
    }

    @Test func `is closed as a client, unless a place has become free`() throws {
        let port = ClientPort(places: 8)
        let clients = try (0..<port.clientsMax).map { _ in try port.connect() }
        let (refused, admitted) = (try port.visit(), try port.visit())
        try refused.say(.connect())
        #expect(refused.isClosed)
        clients[0].channel.close(promise: nil)
        try admitted.say(.connect())
        port.node.settle()
        #expect(try admitted.frames().count == 1)
        #expect(port.count == clients.count)
    }

    @Test func `makes room for the next after having stood for longest`() throws {
        let port = ClientPort(places: 8)
        let clients = try (0..<port.clientsMax).map { _ in try port.connect() }
        let visitors = try (0..<3).map { _ in try port.visit() }
        #expect(visitors.allSatisfy { !$0.isClosed }, "what they said until now is heard first")
        port.node.turn()
        #expect(visitors.map(\.isClosed) == [true, false, false])
        #expect(clients.allSatisfy { !$0.isClosed })
    }
}
