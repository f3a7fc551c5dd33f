internal import Clocks
internal import Dispatch
internal import Glibc
package import NIOCore
internal import Storage

/// Answers other servers' questions for rows of this node's log, one after the other, beside everything
/// else: as long as an answer took it rests.
package final class RowsDesk: Sendable {
    private let queue = DispatchQueue(label: "aviary.healing.desk", qos: .utility)
    private let offered: OfferedRows

    package init(directory: String) {
        offered = OfferedRows(directory: directory)
    }

    /// - Returns: Fails where the question is none.
    package func answer(_ question: ByteBuffer, on loop: any EventLoop) -> EventLoopFuture<ByteBuffer> {
        let promise = loop.makePromise(of: ByteBuffer.self)
        guard let wanted = RowsWanted(decoding: question) else {
            promise.fail(NotAQuestion())
            return promise.futureResult
        }
        queue.async { [offered] in
            let beganNs = MachineClock.monotonicNs
            promise.succeed(offered.answer(wanted).encoded)
            // The rest is for the disk's other readers; this queue's thread has no other work.
            usleep(UInt32(clamping: (MachineClock.monotonicNs - beganNs) / 1000))
        }
        return promise.futureResult
    }

    private struct NotAQuestion: Error {}
}
