package import Vocabulary

/// The way in which a damaged complete file is put together again while its node serves.
package struct SegmentHelp: Sendable {
    let ask: @Sendable (RowsWanted, Set<PeerID>) -> FetchedRows?
    let stamp: @Sendable () -> String
    let noteMended: @Sendable (Mending) -> Void

    /// - Parameters:
    ///   - ask: As `AskPeers`, on the check's thread; soon over, since who changes the log waits for it.
    ///   - stamp: Of the name of a folder in which the damaged file is kept.
    ///   - noteMended: Is told of each file that is whole again.
    package init(
        ask: @escaping @Sendable (RowsWanted, Set<PeerID>) -> FetchedRows?,
        stamp: @escaping @Sendable () -> String, noteMended: @escaping @Sendable (Mending) -> Void
    ) {
        self.ask = ask
        self.stamp = stamp
        self.noteMended = noteMended
    }
}

extension CoveredCheck {
    /// Puts a damaged file together again, beside the node that serves.
    ///
    /// - Returns: Whether there is nothing left to say of its damage.
    func mend(
        _ segment: CompleteSegment, of directory: DataDirectory, _ disk: LogDisk, _ help: SegmentHelp
    ) -> Bool {
        let start = segment.start.zxid
        let stretch = Stretch(
            name: start, start: segment.start, end: segment.end, next: segment.end.zxid)
        let mender = SegmentMender(directory: directory, disk: disk) { wanted, excluded in
            self.isEnded ? nil : help.ask(wanted, excluded)
        }
        do {
            // Absence is the meaning: older epochs than the newest file's count for nothing.
            let numbers = (try? NodeNumbers(of: disk.readable(directory.segment(start)))) ?? NodeNumbers()
            let result = try mender.mend(stretch, after: segment.start, numbers)
            guard result.missing == nil, result.end == segment.end else {
                try disk.remove(MendedSegment.undecided(start, in: directory))
                return false
            }
            try unlessTrimmed(segment.end.zxid) { () throws(StorageError) in
                try Evidence(directory: directory, stamp: help.stamp()).keep(directory.segment(start))
                try MendedSegment.decide(start, in: directory, disk)
                try MendedSegment.settleAll(in: directory, disk)
                help.noteMended(result.mending)
            }
            return true
        } catch {
            return false
        }
    }
}
