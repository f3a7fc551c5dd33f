internal import Vocabulary
internal import Zab

/// A disk that does not answer.
extension Replica {
    /// Says so once, and once more when it answers again. A leader of others has given up its lead by then
    /// (`Peer`); a node that is all there is cannot, and sends away those who have waited for as long as they
    /// agreed to: they may at least say that it does not work.
    mutating func reviewDisk() {
        let silentMs = zab.diskSilence(at: now.monotonicMs)
        let isSilent = silentMs >= settings.timeouts.syncMs
        if isSilent, !chores.isDiskSilent {
            effects.perform(
                .warn(
                    "the disk has not answered for \(silentMs) ms: no write is done here until it does; look "
                        + "at the device of the log, and at what else uses it"))
        } else if chores.isDiskSilent, !isSilent {
            effects.perform(.warn("the disk answers again"))
        }
        chores.isDiskSilent = isSilent
        if isSilent, settings.membership == nil { clients.closeUnanswered(at: now, into: &effects) }
    }
}
