import HandTurnedLoop
import Host
import NIOCore
import NIOEmbedded
import Settings
import Testing
import Vocabulary

@testable import Frontend

/// The client port of a node whose sockets live on several loops, all of them turned by hand.
final class FarPort {
    let node: HandTurnedNode
    private let settings: NodeSettings
    private let door: Door
    private let loops: [EmbeddedEventLoop]
    private var socketLoops: [SocketLoop] = []
    private var channels: [EmbeddedChannel] = []
    let clientsMax: Int

    /// - Parameter places: Clients for which there are descriptors.
    init(loops count: Int, places: Int = 100, _ change: (inout NodeSettings) -> Void = { _ in }) {
        var settings = NodeSettings.standalone(dataDir: "/dev/null/nowhere")
        change(&settings)
        self.settings = settings
        let node = HandTurnedNode(change)
        self.node = node
        let budget = DescriptorBudget(limit: places + DescriptorBudget.own + 4, open: 0)
        clientsMax = budget.clientsMax
        door = Door(
            Admissions(
                perAddressMax: settings.clients.connectionsPerAddressMax,
                totalMax: settings.clients.connectionsMax, budget: budget))
        loops = (0..<count).map { _ in EmbeddedEventLoop() }
        let inbox = SocketInbox()
        socketLoops = loops.enumerated().map { number, loop in
            SocketLoop(number, of: count, on: loop, inbox: inbox)
        }
        let ends = zip(loops, socketLoops).map { NIOLoopBound($1, eventLoop: $0) }
        let orders = SocketOrders(on: node.loop, loopCount: count) { number, orders in
            let end = ends[number]
            end.eventLoop.execute { end.value.carryOut(orders) }
        }
        let reception = Reception(
            replicaLoop: node.replicaLoop, door: door,
            responder: FourLetterWordResponder(replicaLoop: node.replicaLoop, settings: settings),
            inbox: inbox, orders: orders)
        let bound = NIOLoopBound(reception, eventLoop: node.loop)
        for loop in socketLoops { loop.wake = { bound.eventLoop.execute { bound.value.takeIn() } } }
    }

    deinit {
        for channel in channels where channel.isActive { channel.close(promise: nil) }
        turn()
        for loop in loops {
            do {
                try loop.syncShutdownGracefully()
            } catch {
                // A deinitializer cannot throw, and a loop that does not end would spoil the tests after it.
                fatalError("\(error)")
            }
        }
    }

    var count: Int { door.admissions.total }
    var connectionCount: Int { node.replicaLoop.connectionCount }

    /// All loops have their turn, one after the other, until nothing is on its way.
    func turn() {
        for _ in 0..<6 {
            for loop in loops { loop.run() }
            node.turn()
        }
    }

    /// The same, and the disk has what it was given.
    func settle() {
        for _ in 0..<4 {
            turn()
            node.disk.sync()
        }
        turn()
    }

    /// The replica's loop has a turn of its own.
    func turnReplica() { node.turn() }
    func turnSockets() { for loop in loops { loop.run() } }

    /// A connection on the next of the loops.
    func visit() throws -> FarChannel {
        let number = channels.count % loops.count
        let counter = ReadCounter()
        let handler = FarClientHandler(socketLoop: socketLoops[number], settings.limits)
        let channel = EmbeddedChannel(handlers: [counter, handler], loop: loops[number])
        channels.append(channel)
        channel.connect(to: try SocketAddress(ipAddress: "10.0.0.1", port: 1234), promise: nil)
        return FarChannel(channel: channel, counter: counter, port: self)
    }

    /// With a session.
    func connect() throws -> FarChannel {
        let client = try visit()
        try client.say(.connect())
        settle()
        _ = try client.frames()
        return client
    }
}

/// A client's socket on one of the loops.
struct FarChannel {
    let channel: EmbeddedChannel
    fileprivate let counter: ReadCounter
    /// Lives as long as its clients.
    private let port: FarPort

    fileprivate init(channel: EmbeddedChannel, counter: ReadCounter, port: FarPort) {
        self.channel = channel
        self.counter = counter
        self.port = port
    }

    func say(_ frames: ByteBuffer...) throws {
        var all = ByteBuffer()
        for frame in frames { all.writeImmutableBuffer(frame) }
        try channel.writeInbound(all)
    }

    func say(word: String) throws { try say(ByteBuffer(string: word)) }

    private func bytes() throws -> ByteBuffer {
        var bytes = ByteBuffer()
        while var next = try channel.readOutbound(as: ByteBuffer.self) { bytes.writeBuffer(&next) }
        return bytes
    }

    /// What an operator reads before the end of the connection.
    func text() throws -> String { String(buffer: try bytes()) }

    /// What came since the last look, frame by frame.
    func frames() throws -> [ByteBuffer] {
        var bytes = try bytes()
        var frames: [ByteBuffer] = []
        while let length = bytes.readInteger(as: Int32.self), let frame = bytes.readSlice(length: Int(length))
        {
            frames.append(frame)
        }
        return frames
    }

    /// The numbers of the requests that were answered since the last look; -1 is an event.
    func answers() throws -> [Int32] {
        try frames().map { $0.getInteger(at: $0.readerIndex) ?? 0 }
    }

    /// Whether the socket takes what it is given; its handler hears of a change.
    func take(_ isTaking: Bool) {
        channel.isWritable = isTaking
        channel.pipeline.fireChannelWritabilityChanged()
    }

    var isClosed: Bool { !channel.isActive }

    /// Whether a read that is asked for is made: at once, or when its time comes.
    func isRead() -> Bool {
        let before = counter.reads
        channel.pipeline.read()
        return counter.reads > before
    }

    /// Reads that were made.
    var reads: Int { counter.reads }
}

private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var reads = 0

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }
}
