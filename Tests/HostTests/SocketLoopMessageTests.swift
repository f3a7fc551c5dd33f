import NIOCore
import NIOEmbedded
import Testing
import Vocabulary

@testable import Host

@Suite struct `Messages of loops of sockets` {
    private func id(_ slot: Int) -> ConnectionID { ConnectionID(slot: slot, generation: 1) }

    @Test func `wake the replica's loop once, until it takes them all, in their order`() {
        let inbox = SocketInbox()
        let batches: [[SocketEvent]] = [
            [.opened(id(0), address: "a", port: 1), .received(id(0), ByteBuffer(string: "x"))],
            [.opened(id(1), address: "b", port: 2)], [.closed(id(0))],
        ]
        #expect(batches.map { inbox.post($0) } == [true, false, false])
        #expect(inbox.takeAll() == batches)
        #expect(inbox.takeAll().isEmpty)
        #expect(inbox.post(batches[2]))
    }

    @Test func `go back in one batch for each loop, in their order`() {
        var delivered: [(Int, [SocketOrder])] = []
        let loop = EmbeddedEventLoop()
        let batches = SocketOrders(on: loop, loopCount: 3) { delivered.append(($0, $1)) }
        let orders: [SocketOrder] = [
            .write(id(4), ByteBuffer(string: "x")), .pause(id(0)), .goOn(id(1)), .end(id(4)), .close(id(3)),
        ]
        for order in orders { batches.append(order) }
        #expect(delivered.isEmpty, "the turn is not over")
        loop.run()
        #expect(delivered.map(\.0) == [0, 1])
        #expect(delivered.map(\.1) == [[orders[1], orders[4]], [orders[0], orders[2], orders[3]]])
        batches.gather { for order in orders.prefix(2) { batches.append(order) } }
        #expect(delivered.dropFirst(2).map(\.1) == [[orders[1]], [orders[0]]])
        loop.run()
        #expect(delivered.count == 4)
    }

    @Test func `say what a socket took: it has enough while more than a bound is on its way`() {
        let orders = SocketOrders(on: EmbeddedEventLoop(), loopCount: 1) { _, _ in }
        let socket = FarSocket(id(0), address: "a", port: 1, orders: orders)
        socket.write(ByteBuffer(repeating: 1, count: FarSocket.untakenBytesMax))
        #expect(socket.isWritable)
        socket.write(ByteBuffer(repeating: 1, count: 10))
        #expect(!socket.isWritable && socket.untakenBytes == FarSocket.untakenBytesMax + 10)
        let steps = [socket.take(9), socket.take(1), socket.take(1)]
        #expect(steps == [false, true, false])
        socket.close()
        socket.write(ByteBuffer(repeating: 1, count: 1 << 20))
        #expect(socket.isWritable, "nobody gets that")
    }

    @Test(arguments: [(1, 1), (2, 1), (3, 1), (4, 2), (8, 4), (16, 8), (128, 8)])
    func `are exchanged with as many loops as the machine has cores to spare`(cores: Int, loops: Int) {
        #expect(MachineCores.ioThreads(of: cores) == loops)
    }
}
