package import Replica
package import Vocabulary

/// Where a `ReplicaLoop` has its orders carried out: the log's thread, or in tests a disk that answers when
/// it is told to.
package protocol DurableLog: AnyObject {
    /// Called on whatever thread carries orders out, after each durable batch. Set before the first order.
    var whenStored: @Sendable (LogThread.Stored) -> Void { get set }

    /// Queues orders and returns at once.
    ///
    /// - Parameter committed: What this node knows to be committed; noted beside the log.
    func carryOut(_ orders: [Effects.Order], committed: Zxid)

    /// Lets the log forget everything up to `zxid`, which a snapshot has.
    func trim(through zxid: Zxid)
}
