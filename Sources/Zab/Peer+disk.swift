/// A disk that is late.
extension Peer {
    /// How long the disk has left an order unanswered, in milliseconds, as far as it was looked at. To be
    /// asked from time to time.
    package mutating func diskSilence(at nowMs: Int64) -> Int64 { disk.silence(at: nowMs) }

    /// Bytes of what was proposed and is not committed, or not on this server's disk, whichever are more: a
    /// quorum of others may commit what a disk here has still to take.
    package var pendingBytes: Int { max(history.uncommittedBytes, disk.pendingBytes) }

    /// A leader whose disk hangs would lead on by the others' disks, and keep in memory all that its own does
    /// not take: one of them leads better. Where there are no others, nothing is won by giving up.
    mutating func requireDisk(at nowMs: Int64) throws(Abandonment) {
        let silentMs = disk.silence(at: nowMs)
        guard silentMs >= patience.syncMs, membership.quorum.voters.count > 1 else { return }
        throw Abandonment("its own disk has not answered for \(silentMs) ms")
    }
}
