internal import Vocabulary

/// A server without a role waits for its disk, so that its vote is true, and after failures a little longer;
/// then it looks for a leader.
struct Resting {
    static let longRestMsMax: Int64 = 60_000

    /// When it looks again, at the earliest.
    private(set) var untilMs: Int64 = .min
    /// The rest is from what will not pass by itself, and ends as soon as a voter looks for a leader.
    private(set) var isLong = false

    /// Of a server that has given up a role. One that served for a while, or failed for once, looks again at
    /// once; one that fails again and again does so ever more slowly, though it may have served for a moment
    /// each time, and with long pauses for what only its operator can mend.
    init(after failures: Int, isLasting: Bool, at nowMs: Int64) {
        isLong = isLasting
        if isLasting {
            untilMs = nowMs + min(Resting.longRestMsMax, 500 << Int64(min(failures, 10)))
        } else {
            untilMs = failures < 2 ? nowMs : nowMs + min(1000, 5 << Int64(min(failures, 10)))
        }
    }

    /// Of a server that starts.
    init() {}

    mutating func handle(_ input: Peer.Input, _ server: inout ServerState) {
        switch input {
        case .notified(let notification, let peer):
            guard isLong, notification.state == .looking, server.membership.isVoter(peer) else { return }
            untilMs = .min
        case .learnerLinkUp(let link): server.refuse(link)
        case .ticked, .reachable, .stored, .proposed: return
        case .leaderLinkUp, .leaderLinkDown, .fromLeader, .learnerLinkDown, .fromLearner: return
        }
    }

    /// Whether it is time to look, and the disk holds all that the vote will claim.
    func isOver(_ server: borrowing ServerState, at nowMs: Int64) -> Bool {
        server.disk.isQuiet && nowMs >= untilMs
    }
}
