package import Vocabulary

extension LogStore {
    /// Removes every transaction after `zxid`, which a new leader does not have; durable when it returns.
    ///
    /// `zxid` itself need not be in the log: the cut is strictly above it (quorum protocol 8.4).
    package mutating func truncate(after zxid: Zxid) throws(StorageError) {
        try refuseAfterFailure()
        guard zxid < head.zxid else { return }
        guard zxid >= startZxid else {
            throw StorageError(
                .misuse,
                "the log in \(directory.path) begins after \(startZxid) and cannot be cut after \(zxid)")
        }
        do {
            tenure.check.stop()
            try keeper.wait()
            guard let end = try segments.chain(atOrBefore: zxid) else { return }
            try cut(at: end)
            tenure.check.resume()
        } catch {
            throw giveUp(error)
        }
    }

    /// Every step leaves a log that a start takes for the old one, the new one, or one between the two,
    /// whole; and all of them are longer than the mark, which is sound.
    private mutating func cut(at end: RowChain) throws(StorageError) {
        var target: Segment?
        if end.zxid < segments.newest.start.zxid,
            let index = segments.complete.lastIndex(where: { $0.start.zxid <= end.zxid })
        {
            for segment in segments.complete[index...].reversed() { target = try reopen(segment) }
            segments.complete.removeSubrange(index...)
        }
        var lowered = acknowledged
        lowered.chain = end
        try mark.replace(lowered)
        if let target = target.take() { try removeAll(behind: target) }
        try segments.newest.statements.begin.run()
        segments.newest.statements.deleteAfter.bind(end.zxid.rawValue, at: 1)
        try segments.newest.statements.deleteAfter.run()
        try segments.newest.statements.commit.run()
        try segments.newest.recount()
        head = end
    }

    /// The segment as the newest one has to be: not complete, and with the epochs. Each that goes is the
    /// newest for a moment.
    private func reopen(_ segment: CompleteSegment) throws(StorageError) -> Segment {
        var opened = try Segment(
            opening: directory.segment(segment.start.zxid), after: segment.start, isBegun: true, disk)
        try opened.statements.begin.run()
        try Completion.remove(from: opened.database)
        try opened.begin(numbers)
        try opened.statements.commit.run()
        return opened
    }

    /// Newest first, so that what is left has no gap.
    private mutating func removeAll(behind target: consuming Segment) throws(StorageError) {
        let start = target.start.zxid
        segments.newest = target
        for later in try disk.segments(in: directory).reversed() where later > start {
            try disk.remove(directory.segment(later))
            try disk.files.sync()
        }
    }
}
