internal import Vocabulary

/// The acknowledged mark, asked about the log that is there.
struct LogWitness {
    let acknowledged: Acknowledged
    private let numbers: NodeNumbers

    /// None at all is right for a log that never held anything.
    init(
        _ found: AcknowledgedMark.Found, of segments: borrowing SegmentChain, _ numbers: NodeNumbers
    ) throws(StorageError) {
        self.numbers = numbers
        if case .copy(let mark, _) = found {
            acknowledged = mark.resolved(start: segments.start)
            return
        }
        guard segments.complete.isEmpty, segments.newest.rows == 0, numbers.areOfNothing else {
            let what = if case .damaged = found { "both copies are damaged" } else { "the file is missing" }
            let end = try segments.verify(after: segments.start, acknowledged: nil)
            throw StorageError(
                .corrupt,
                "\(segments.directory.mark): \(what), so nothing says how far the log went; the log by "
                    + "itself is sound up to \(end.zxid); \(StorageError.restore)")
        }
        acknowledged = .nothing
    }

    /// Checks the end of the log, from the last acknowledged row on, and returns its last row's chain.
    func verifyEnd(of segments: borrowing SegmentChain) throws(StorageError) -> RowChain {
        do {
            let end = try compareEnd(of: segments)
            try requireEpochs(segments)
            return end
        } catch {
            // The end showed that something is wrong; where it begins to be wrong, only the whole log can
            // tell.
            if error.code == .corrupt { _ = try diagnose(segments) }
            throw error
        }
    }

    private func requireEpochs(_ segments: borrowing SegmentChain) throws(StorageError) {
        guard
            numbers.acceptedEpoch < acknowledged.acceptedEpoch
                || numbers.currentEpoch < acknowledged.currentEpoch
        else { return }
        throw StorageError(
            .corrupt,
            "\(segments.newest.file): holds epochs \(numbers.acceptedEpoch.rawValue) and "
                + "\(numbers.currentEpoch.rawValue), but this node has promised "
                + "\(acknowledged.acceptedEpoch.rawValue) and \(acknowledged.currentEpoch.rawValue): an "
                + "older copy; \(StorageError.restore)")
    }

    private func compareEnd(of segments: borrowing SegmentChain) throws(StorageError) -> RowChain {
        let last = acknowledged.chain
        let chain = try segments.chain(atOrBefore: last.zxid) ?? segments.start
        guard chain.zxid == last.zxid else {
            let end = try diagnose(segments)
            throw StorageError.damaged(
                file: segments.newest.file, "the log ends too early: missing row",
                firstBad: end.zxid.expectedNext, soundUpTo: end.zxid, acknowledgedUpTo: last.zxid)
        }
        guard chain == last else {
            throw StorageError.damaged(
                file: segments.file(holding: last.zxid), "not the log that was here: another row",
                firstBad: last.zxid, soundUpTo: segments.start.zxid, acknowledgedUpTo: last.zxid)
        }
        let before =
            last.zxid == segments.start.zxid
            ? segments.start : try segments.chain(atOrBefore: Zxid(rawValue: last.zxid.rawValue - 1))
        return try segments.verify(after: before ?? segments.start, acknowledged: last.zxid)
    }

    /// Reads the whole log to say how far it is sound; throws at the first bad row.
    private func diagnose(_ segments: borrowing SegmentChain) throws(StorageError) -> RowChain {
        try segments.verify(after: segments.start, acknowledged: acknowledged.chain.zxid)
    }
}
