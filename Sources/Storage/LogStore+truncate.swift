package import Vocabulary

extension LogStore {
    /// Removes every transaction after `zxid`, which a new leader does not have; durable when it returns.
    ///
    /// `zxid` itself need not be in the log: the cut is strictly above it (quorum protocol 8.4).
    package mutating func truncate(after zxid: Zxid) throws(StorageError) {
        try refuseAfterFailure()
        guard zxid < head.zxid else { return }
        guard zxid >= numbers.start.zxid else {
            throw StorageError(
                .misuse, "\(directory.log) begins after \(numbers.start.zxid) and cannot be cut after \(zxid)"
            )
        }
        do {
            let end = try reader.chain(atOrBefore: zxid) ?? numbers.start
            // The mark first: a crash in between leaves a log that is longer than its mark, which is sound.
            var lowered = acknowledged
            lowered.chain = end
            try mark.replace(lowered)
            try statements.begin.run()
            statements.deleteAfter.bind(zxid.rawValue, at: 1)
            try statements.deleteAfter.run()
            try statements.commit.run()
            head = end
        } catch {
            throw giveUp(error)
        }
    }
}
