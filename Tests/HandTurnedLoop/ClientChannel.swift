internal import Host
package import NIOCore
package import NIOEmbedded
internal import Vocabulary

/// A client's socket, as far as the replica's loop can tell.
package struct ClientChannel {
    package let channel: EmbeddedChannel
    /// Lives as long as its clients.
    private let node: HandTurnedNode

    /// - Parameter handlers: What hears it; nil for what only passes on what happens.
    package init(to node: HandTurnedNode, _ handlers: [any ChannelHandler]? = nil) throws {
        self.node = node
        channel = EmbeddedChannel(
            handlers: handlers ?? [PassingHandler(replicaLoop: node.replicaLoop)], loop: node.loop)
        node.keep(channel)
        channel.connect(to: try SocketAddress(ipAddress: "10.0.0.1", port: 1234), promise: nil)
    }

    /// With a session, once the node's disk has it.
    package init(
        connectedTo node: HandTurnedNode, _ handlers: [any ChannelHandler]? = nil
    ) throws {
        try self.init(to: node, handlers)
        try say(.connect())
        node.settle()
        _ = try frames()
    }

    package func say(_ frames: ByteBuffer...) throws {
        var all = ByteBuffer()
        for frame in frames { all.writeImmutableBuffer(frame) }
        try channel.writeInbound(all)
    }

    /// What came since the last look, frame by frame.
    package func frames() throws -> [ByteBuffer] {
        var bytes = ByteBuffer()
        while var next = try channel.readOutbound(as: ByteBuffer.self) { bytes.writeBuffer(&next) }
        var frames: [ByteBuffer] = []
        while let length = bytes.readInteger(as: Int32.self), let frame = bytes.readSlice(length: Int(length))
        {
            frames.append(frame)
        }
        return frames
    }

    /// The numbers of the requests that were answered since the last look; -1 is an event.
    package func answers() throws -> [Int32] {
        try frames().map { $0.getInteger(at: $0.readerIndex) ?? 0 }
    }

    /// Whether the socket takes what it is given; the node hears of a change.
    package func take(_ isTaking: Bool) {
        channel.isWritable = isTaking
        channel.pipeline.fireChannelWritabilityChanged()
    }

    package var isClosed: Bool { !channel.isActive }

    /// Whether the node reads from it.
    package var isRead: Bool {
        for (option, value) in channel.options where option is ChannelOptions.Types.AutoReadOption {
            return value as? Bool ?? true
        }
        return true
    }
}

/// Passes on what happens to a socket, as the client port does once it knows that a client is there.
private final class PassingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let replicaLoop: ReplicaLoop
    private var id: ConnectionID?

    init(replicaLoop: ReplicaLoop) { self.replicaLoop = replicaLoop }

    func channelActive(context: ChannelHandlerContext) {
        id = replicaLoop.open(context.channel, from: "10.0.0.1")
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let id { replicaLoop.receive(unwrapInboundIn(data), from: id) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let id { replicaLoop.close(id) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if let id, context.channel.isWritable { replicaLoop.becameWritable(id) }
    }
}
