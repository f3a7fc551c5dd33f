package import Host
package import Replica
package import Vocabulary

/// A disk that is done with its writes when a test says so.
package final class HandTurnedDisk: DurableLog {
    package var whenStored: @Sendable (LogThread.Stored) -> Void = { _ in }
    /// What it was given, by the times it was given something.
    package private(set) var batches: [[Effects.LogWrite]] = []
    private var waiting: [Effects.LogWrite] = []

    package init() {}

    package func carryOut(_ writes: [Effects.LogWrite], committed: Zxid) {
        batches.append(writes)
        waiting += writes
    }

    package func trim(through zxid: Zxid) {}

    /// Has everything it was given.
    package func sync() {
        guard let last = waiting.last else { return }
        let count = waiting.count
        waiting = []
        whenStored(LogThread.Stored(ticket: last.ticket, transactions: count))
    }
}
