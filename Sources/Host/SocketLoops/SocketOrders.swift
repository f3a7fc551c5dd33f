package import NIOCore
internal import Vocabulary

/// Orders for the sockets' loops, gathered over a turn of the replica's loop: one batch for each of them, in
/// the order in which they were given.
///
/// Confined to the replica's loop.
package final class SocketOrders {
    private let loop: any EventLoop
    private var batches: [[SocketOrder]]
    private let deliver: (_ loop: Int, [SocketOrder]) -> Void
    /// The batches will be handed over, at the end of the turn.
    private var isHandOverDue = false

    /// - Parameters:
    ///   - loop: The replica's.
    ///   - loopCount: Of the sockets' loops.
    ///   - deliver: Gives a batch to the loop of this number.
    package init(
        on loop: any EventLoop, loopCount: Int, deliver: @escaping (_ loop: Int, [SocketOrder]) -> Void
    ) {
        self.loop = loop
        batches = Array(repeating: [], count: loopCount)
        self.deliver = deliver
    }

    package func append(_ order: SocketOrder) {
        batches[order.connection.slot % batches.count].append(order)
        guard !isHandOverDue else { return }
        isHandOverDue = true
        let bound = NIOLoopBound(self, eventLoop: loop)
        loop.execute { bound.value.handOver() }
    }

    /// Hands over what `body` orders when it is done, rather than later.
    package func gather(_ body: () -> Void) {
        isHandOverDue = true
        body()
        handOver()
    }

    private func handOver() {
        isHandOverDue = false
        for loop in batches.indices where !batches[loop].isEmpty {
            var batch: [SocketOrder] = []
            swap(&batch, &batches[loop])
            deliver(loop, batch)
        }
    }
}
