internal import Logging
internal import Replica
internal import Vocabulary

/// The voters without which a server does not vote that may have forgotten what it acknowledged: when that is
/// said to its operator.
struct AwaitedVoters {
    private static let firstMs: Int64 = 5_000
    private static let againMs: Int64 = 60_000

    /// When it is said next; nil while nobody is waited for.
    private var dueMs: Int64?

    /// Whether to say it now: when it has lasted a while, and then rarely.
    mutating func isDue(_ awaited: [PeerID], at nowMs: Int64) -> Bool {
        guard !awaited.isEmpty else {
            dueMs = nil
            return false
        }
        let due = dueMs ?? nowMs + AwaitedVoters.firstMs
        dueMs = due
        guard nowMs >= due else { return false }
        dueMs = nowMs + AwaitedVoters.againMs
        return true
    }

    static func text(_ awaited: [PeerID]) -> String {
        (awaited.count > 1 ? "servers " : "server ")
            + awaited.map { "\($0.rawValue)" }.joined(separator: ", ")
    }
}

extension ReplicaLoop {
    func sayWhomItAwaits() {
        let awaited = inspect { $0.awaitedVoters }
        guard awaitedVoters.isDue(awaited, at: Instant.now.monotonicMs) else { return }
        log.warning(
            """
            this server may have forgotten what it acknowledged, and \
            does not vote before it has heard from \
            \(AwaitedVoters.text(awaited)) or a leader is elected without it; start those. Where this is \
            a new ensemble that begins without them, or they are lost for good, stop this server, empty \
            its folder but for myid, and put a file `initialize` into its dataDir: what only they and this \
            server had acknowledged is lost then
            """)
    }
}
