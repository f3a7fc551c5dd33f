/// A disk that is late, and the server it belongs to.
extension ServerState {
    /// Bytes of what was proposed and is not committed, or not on this server's disk, whichever are more: a
    /// quorum of others may commit what a disk here has still to take.
    var pendingBytes: Int { max(history.uncommittedBytes, disk.pendingBytes) }

    /// A leader whose disk hangs would lead on by the others' disks, and keep in memory all that its own does
    /// not take: one of them leads better. Where there are no others, nothing is won by giving up.
    mutating func requireDisk(at nowMs: Int64) throws(StepDown) {
        let silentMs = disk.silence(at: nowMs)
        guard silentMs >= timeouts.syncMs, membership.quorum.voters.count > 1 else { return }
        throw StepDown("its own disk has not answered for \(silentMs) ms")
    }
}
