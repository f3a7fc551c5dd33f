package import Vocabulary

/// From one segment to the next.
extension LogStore {
    /// Where the newest segment is full, puts the next one behind it; its numbers come with its first rows.
    mutating func beginNextIfFull() throws(StorageError) {
        let fullness = segments.newest.fullness(limits)
        guard fullness >= 0.5 else { return }
        keeper.prepareNext()
        // One without rows would have the name of the next.
        guard fullness >= 1, head != segments.newest.start else { return }
        // The next one was begun half a segment ago. Where the disk is that slow, more goes into this one
        // for a while rather than let writes wait.
        if fullness >= 2 { try keeper.waitForNext() }
        guard let hasWAL = keeper.takeNext() else { return }
        var next = try Segment.place(behind: head, in: directory, hasWAL: hasWAL, disk)
        swap(&next, &segments.newest)
        segments.complete.append(CompleteSegment(start: next.start, end: head))
        full = consume next
    }

    /// The segment before the newest is the keeper's now: what follows it is durable.
    mutating func letFullOneGo() {
        guard let segment = full.take() else { return }
        keeper.finish(segment, at: segments.newest.start)
    }

    /// Lets everything up to `zxid` go that lies in segments of its own; beside the writes.
    ///
    /// - Throws: `misuse` without a complete snapshot at `zxid` or later that the log reaches.
    package mutating func trim(through zxid: Zxid) throws(StorageError) {
        try refuseAfterFailure()
        guard let oldest = segments.complete.first, oldest.end.zxid <= zxid else { return }
        guard try !directory.snapshots(from: zxid, through: head.zxid).isEmpty else {
            throw StorageError(
                .misuse,
                "\(directory.snapshot(zxid)), or a later snapshot, must be there before "
                    + "\(directory.segment(oldest.start.zxid)) is removed")
        }
        let unneeded = Array(segments.complete.prefix { $0.end.zxid <= zxid })
        segments.complete.removeFirst(unneeded.count)
        if let last = unneeded.last { tenure.check.passOver(through: last.end.zxid) }
        keeper.remove(unneeded)
    }
}
