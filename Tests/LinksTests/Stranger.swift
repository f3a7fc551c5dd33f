import NIOCore
import NIOPosix
import Vocabulary
import Wire
import Zab

/// What came over one socket, for tests to look at.
final class Ear: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var bytes = ByteBuffer()
    var isClosed = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var more = unwrapInboundIn(data)
        bytes.writeBuffer(&more)
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosed = true
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// Somebody who connects and says whatever a test wants.
@OnLoop
final class Stranger {
    let channel: any Channel
    private let ear: Ear

    var isClosed: Bool { ear.isClosed }
    var heard: ByteBuffer { ear.bytes }

    init(port: Int?) async throws {
        let ear = Ear()
        let bound = NIOLoopBound(ear, eventLoop: OnLoop.loop)
        channel = try await ClientBootstrap(group: OnLoop.loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .connect(to: SocketAddress(ipAddress: "127.0.0.1", port: port ?? 0)).onLoop()
        self.ear = ear
    }

    /// The other side may have closed meanwhile.
    func say(_ bytes: some Sequence<UInt8>) {
        channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
    }

    func say(_ write: (inout ByteBuffer) -> Void) {
        var bytes = ByteBuffer()
        write(&bytes)
        channel.writeAndFlush(bytes, promise: nil)
    }

    func greet(as peer: Int64) {
        say { ElectionGreeting(peer: PeerID(rawValue: peer), address: "127.0.0.1:1").encode(into: &$0) }
    }

    func stopReading() async throws {
        try await channel.setOption(.autoRead, value: false).onLoop()
    }

    func close() {
        channel.close(promise: nil)
    }
}

/// A port where everybody is let in and nobody is answered.
@OnLoop
final class Doorstep {
    private final class Guests {
        var ears: [Ear] = []
    }

    private let channel: any Channel
    private let guests: Guests

    init() async throws {
        let guests = Guests()
        let bound = NIOLoopBound(guests, eventLoop: OnLoop.loop)
        channel = try await ServerBootstrap(group: OnLoop.loop)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let ear = Ear()
                    bound.value.ears.append(ear)
                    try channel.pipeline.syncOperations.addHandler(ear)
                }
            }
            .bind(host: "127.0.0.1", port: 0).onLoop()
        self.guests = guests
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var guestCount: Int { guests.ears.count }
    var haveAllLeft: Bool { guests.ears.allSatisfy(\.isClosed) }
    var firstWords: [UInt8] { guests.ears.first.map { Array($0.bytes.readableBytesView) } ?? [] }

    func close() async throws {
        try await channel.close().onLoop()
    }
}
