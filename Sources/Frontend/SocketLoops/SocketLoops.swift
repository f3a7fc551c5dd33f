internal import Host
internal import NIOCore
internal import Settings

/// The loops of far sockets and what they share with the replica's loop: the inbox, and orders back.
struct SocketLoops: Sendable {
    /// Each on its own event loop.
    private let loops: [NIOLoopBoundBox<SocketLoop>]

    /// Makes a `SocketLoop` on each of the group's event loops, and a `Reception` on the replica's. Called on
    /// none of them.
    static func start(
        _ group: any EventLoopGroup, replicaLoop: NIOLoopBound<ReplicaLoop>, door: NIOLoopBoundBox<Door>,
        settings: NodeSettings
    ) throws -> SocketLoops {
        let eventLoops = Array(group.makeIterator())
        let inbox = SocketInbox()
        let loops = eventLoops.enumerated().map { number, eventLoop in
            NIOLoopBoundBox.makeBoxSendingValue(
                SocketLoop(number, of: eventLoops.count, on: eventLoop, inbox: inbox), eventLoop: eventLoop)
        }
        let reception = try replicaLoop.eventLoop.submit {
            let replicaLoop = replicaLoop.value
            let orders = SocketOrders(on: replicaLoop.loop, loopCount: loops.count) { number, orders in
                let loop = loops[number]
                loop.eventLoop.execute { loop.value.carryOut(orders) }
            }
            let reception = Reception(
                replicaLoop: replicaLoop, door: door.value,
                responder: FourLetterWordResponder(replicaLoop: replicaLoop, settings: settings),
                inbox: inbox, orders: orders)
            return NIOLoopBound(reception, eventLoop: replicaLoop.loop)
        }.wait()
        for loop in loops {
            try loop.eventLoop.submit {
                loop.value.wake = { reception.eventLoop.execute { reception.value.takeIn() } }
            }.wait()
        }
        return SocketLoops(loops: loops)
    }

    /// The one that a socket lives on. Called there.
    func socketLoop(of channel: any Channel) -> SocketLoop? {
        loops.first { $0.eventLoop === channel.eventLoop }?.value
    }
}
