import HandTurnedLoop
import Host
import NIOCore
import Settings
import Testing
import Vocabulary
import Wire

/// Actions of the replica, of which one makes a socket call back.
@Suite struct `What a loop performs` {
    @Test func `for a socket that calls back comes behind what was asked for before`() throws {
        let node = HandTurnedNode { settings in
            settings.limits.requestBytesMax = 1000
            settings.limits.largeRequestBytes = 100
        }
        let writer = try ClientChannel(connectedTo: node)
        let former = MeddlingHandler(node.replicaLoop)
        let formerClient = try ClientChannel(to: node, [former])
        try formerClient.say(.connect())
        node.settle()
        let welcome = try ConnectResponse.session(of: #require(try formerClient.frames().first))
        try writer.say(.create("/a", [UInt8](repeating: 1, count: 500), xid: 1))

        let latter = MeddlingHandler(node.replicaLoop)
        let latterClient = try ClientChannel(to: node, [latter])
        // The client comes back on another connection: that one is paused, the former closed, and read on.
        // While the former is closed, the latter begins a request that there is no room for.
        former.whenClosed = { node.replicaLoop.expect(5000, from: latter.id) }
        try latterClient.say(.connect(timeoutMs: 10_000, taking: welcome))
        #expect(try !latterClient.frames().isEmpty)
        #expect(!latterClient.isRead, "what it has begun to send waits for room")
        node.settle()
        #expect(latterClient.isRead)
    }
}

/// Passes on what happens to a socket, and does something else when that is closed.
private final class MeddlingHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private let replicaLoop: ReplicaLoop
    private(set) var id = ConnectionID(slot: 0, generation: 0)
    var whenClosed: () -> Void = {}

    init(_ replicaLoop: ReplicaLoop) { self.replicaLoop = replicaLoop }

    func channelActive(context: ChannelHandlerContext) {
        id = replicaLoop.open(context.channel, from: "10.0.0.1")
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        replicaLoop.receive(unwrapInboundIn(data), from: id)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        whenClosed()
        context.close(mode: mode, promise: promise)
    }
}

extension ConnectResponse {
    /// The session that a connect response names, and its password.
    fileprivate static func session(of frame: ByteBuffer) throws -> (SessionID, [UInt8]) {
        let start = frame.readerIndex
        let session = try #require(frame.getInteger(at: start + 8, as: Int64.self))
        return (
            SessionID(rawValue: session), try #require(frame.getBytes(at: start + 20, length: 16))
        )
    }
}

extension ByteBuffer {
    fileprivate static func connect(
        timeoutMs: Int32, taking session: (id: SessionID, password: [UInt8])
    ) -> ByteBuffer {
        var frame = ByteBuffer()
        frame.writeLengthPrefixed {
            ConnectRequest(
                lastZxidSeen: .zero, timeoutMs: timeoutMs, session: session.id, password: session.password,
                isReadOnly: false
            ).encode(into: &$0)
        }
        return frame
    }
}
