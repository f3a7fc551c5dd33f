extension LogStore {
    /// Copies the WAL into the database file when that is worth it or has become necessary.
    ///
    /// Small and often: a large checkpoint is a long pause. The WAL file is written over from its start
    /// afterwards and never cut, since writing over is faster than growing.
    ///
    /// - Throws: when the disk failed; the log is given up.
    package mutating func checkpointIfDue(queueIsEmpty: Bool) throws(StorageError) {
        try refuseAfterFailure()
        let due = queueIsEmpty ? min(LogStore.walPagesIdle, checkpointAtPages) : checkpointAtPages
        guard database.walPages >= due else { return }
        do {
            try checkpoint()
        } catch {
            throw giveUp(error)
        }
    }

    mutating func checkpoint() throws(StorageError) {
        if try database.checkpoint(.passive) {
            checkpointAtPages = LogStore.walPagesMax
        } else {
            // Somebody reads an old state of the file. Trying at every batch would not make them leave.
            checkpointAtPages = database.walPages + LogStore.walPagesMax
        }
    }
}
