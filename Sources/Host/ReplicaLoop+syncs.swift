internal import Logging

extension ReplicaLoop {
    /// Says of a slow one what Apache's servers say, which is looked for in logs.
    func noteSync(_ ns: Int64) {
        guard let tookMs = syncTimes.note(ns: ns) else { return }
        log.warning(
            """
            fsync-ing the write ahead log in SyncThread:\(serverID) took \(tookMs)ms which will adversely \
            effect operation latency; look at what else uses the device of the log
            """)
    }
}
