package import Replica
package import Vocabulary

/// Where a `ReplicaLoop` has its writes carried out: the log's thread, or in tests a disk that answers when
/// it is told to.
package protocol DurableLog: AnyObject {
    /// Called on whatever thread carries writes out, after each durable batch. Set before the first write.
    var whenStored: @Sendable (LogThread.Stored) -> Void { get set }

    /// Queues writes and returns at once.
    ///
    /// - Parameter committed: What this node knows to be committed; noted beside the log.
    func carryOut(_ writes: [Effects.LogWrite], committed: Zxid)

    /// Lets the log forget everything up to `zxid`, which a snapshot has.
    func trim(through zxid: Zxid)
}
