internal import Clocks

extension LogStore {
    /// Copies the WAL into the database file when it has reached its bound: to be called when a batch has
    /// been answered, so that only the next one waits.
    ///
    /// The WAL file is written over from its start afterwards and never cut, since writing over is faster
    /// than growing.
    ///
    /// - Throws: when the disk failed; the log is given up.
    package mutating func checkpointIfDue() throws(StorageError) {
        try refuseAfterFailure()
        syncNs = 0
        let bytes =
            batchRows >= LogStore.largeBatchRows ? LogStore.checkpointBytesOfLarge : LogStore.checkpointBytes
        guard appendedBytes >= bytes || database.walPages >= checkpointAtPages else { return }
        do {
            try checkpoint()
        } catch {
            throw giveUp(error)
        }
    }

    mutating func checkpoint() throws(StorageError) {
        appendedBytes = 0
        let beganNs = MachineClock.monotonicNs
        defer { syncNs += MachineClock.monotonicNs - beganNs }
        if try database.checkpoint(.passive) {
            checkpointAtPages = LogStore.walPagesMax
        } else {
            // Somebody reads an old state of the file. Trying at every batch would not make them leave.
            checkpointAtPages = database.walPages + LogStore.walPagesMax
        }
    }
}
