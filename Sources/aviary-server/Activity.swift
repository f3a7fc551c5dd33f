import Dispatch
import Host
import Logging
import NIOCore
import Synchronization

/// The report at SIGQUIT, as a JVM prints its threads: what the node is doing, and that its loop still turns.
enum Activity {
    /// How long the loop may take to answer before it is said to hang.
    private static let answerSeconds = 5

    /// - Parameter replicaLoop: nil while the node starts.
    static func report(_ replicaLoop: NIOLoopBound<ReplicaLoop>?, to log: Logger) {
        for line in ProcessThreads.lines() { log.notice("\(line)") }
        guard let replicaLoop else { return log.notice("this node is starting, and serves nobody yet") }
        let isThere = DispatchSemaphore(value: 0)
        let held = Held()
        replicaLoop.eventLoop.execute {
            let activity = replicaLoop.value.activity
            held.answer.withLock { $0 = activity }
            isThere.signal()
        }
        if isThere.wait(timeout: .now() + .seconds(answerSeconds)) == .timedOut {
            return log.notice("the loop has not answered for \(answerSeconds) s: something in it hangs")
        }
        log.notice("what this node is doing", metadata: held.answer.withLock { $0 } ?? [:])
    }

    /// A place that the loop may still write to when nobody waits for it any more.
    private final class Held: Sendable {
        let answer = Mutex(Logger.Metadata?.none)
    }
}
