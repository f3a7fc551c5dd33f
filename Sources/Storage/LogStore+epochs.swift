package import Vocabulary

extension LogStore {
    /// Promises never to follow a leader of an earlier epoch; durable when it returns.
    ///
    /// - Note: before ACKEPOCH or LEADERINFO leaves (quorum protocol 1.3).
    package mutating func setAcceptedEpoch(_ epoch: Epoch) throws(StorageError) {
        var changed = numbers
        changed.acceptedEpoch = epoch
        try change(to: changed)
    }

    /// Remembers the epoch whose history this node now has; durable when it returns.
    ///
    /// - Note: after every transaction of the synchronization was appended, before NEWLEADER is acknowledged.
    package mutating func setCurrentEpoch(_ epoch: Epoch) throws(StorageError) {
        var changed = numbers
        changed.currentEpoch = epoch
        try change(to: changed)
        try setSynchronized()
    }

    /// Lets the node vote again: its log can be relied on. Of a node that is alone its operator says so by
    /// starting it.
    package mutating func setSynchronized() throws(StorageError) {
        guard mustSynchronize != nil else { return }
        do {
            try CatchUpMark.remove(from: directory)
        } catch {
            throw giveUp(error)
        }
        mustSynchronize = nil
    }

    /// Writes first, then believes: memory never runs ahead of the disk.
    private mutating func change(to changed: NodeNumbers) throws(StorageError) {
        try refuseAfterFailure()
        guard changed != numbers else { return }
        guard changed.acceptedEpoch >= numbers.acceptedEpoch, changed.currentEpoch >= numbers.currentEpoch
        else {
            throw StorageError(.misuse, "\(directory.path): an epoch never goes back")
        }
        do {
            try segments.newest.statements.begin.run()
            try segments.newest.begin(changed)
            try segments.newest.statements.commit.run()
            numbers = changed
            letFullOneGo()
            try mark.write(acknowledged)
        } catch {
            throw giveUp(error)
        }
    }
}
