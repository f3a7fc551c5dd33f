/// The work that is under way where writes are proposed: how much more may be taken in from clients depends
/// on it.
struct Load {
    /// Requests that were proposed and are not committed.
    var requests = 0
    /// Bytes of what was proposed and is not committed, or not on the disk here.
    var bytes = 0
    /// There is a leader, to whom what clients ask for can be given.
    var hasLeader = true
}
