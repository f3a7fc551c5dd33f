package import Vocabulary

extension LogStore {
    /// Marks everything up to `zxid` as no longer needed. It goes with the batches that follow, in steps of
    /// a few hundred rows within commits that are made anyway; the file keeps its size, and its free pages
    /// take what comes.
    ///
    /// A position behind an earlier one, or behind the log's beginning, changes nothing. One that is not
    /// reached is forgotten when the node ends.
    ///
    /// - Note: two fsyncs. A power cut may bring an older acknowledged mark back, and one that names a row
    ///   that was trimmed could not be compared with anything: from here on none that old can come back.
    /// - Throws: `misuse` without a complete snapshot at `zxid` or later that the log reaches.
    package mutating func trim(through zxid: Zxid) throws(StorageError) {
        try refuseAfterFailure()
        guard zxid > numbers.start.zxid, zxid > trimTarget else { return }
        guard try !directory.snapshots(from: zxid, through: head.zxid).isEmpty else {
            throw StorageError(
                .misuse,
                "\(directory.snapshot(zxid)), or a later snapshot, must be there before \(directory.log) is "
                    + "trimmed to it")
        }
        do { try mark.replace(acknowledged) } catch { throw giveUp(error) }
        trimTarget = zxid
    }

    /// Rows that go at once: enough for whole pages, few enough that the batch they go with hardly waits.
    static let trimStepRows = 256
    /// At most so many, where a large batch allows more.
    private static let trimStepRowsMax = 4096

    /// Deletes some of what is to go, within the caller's transaction: over time, two rows for each appended.
    ///
    /// - Returns: The numbers as they are once that is committed; nil when nothing went.
    mutating func trimStep(appended count: Int) throws(StorageError) -> NodeNumbers? {
        guard numbers.start.zxid < trimTarget else { return nil }
        trimAllowance += 2 * count
        guard trimAllowance >= trimStepRows else { return nil }
        let rows = min(trimAllowance, LogStore.trimStepRowsMax)
        trimAllowance = 0
        var end = try reader.chain(atRow: rows, through: trimTarget)
        if end == nil { end = try reader.chain(atOrBefore: trimTarget) }
        guard let end else { return nil }
        statements.deleteThrough.bind(end.zxid.rawValue, at: 1)
        try statements.deleteThrough.run()
        var changed = numbers
        changed.start = end
        try changed.write(with: statements.setNumber)
        return changed
    }
}
