internal import NIOCore
internal import Vocabulary
internal import Zab

/// No client is answered whose session a leader has ended because it ran out, by whatever server: another one
/// may have its locks.
extension Simulation {
    /// Milliseconds from a step to the end of its turn, in which its answers leave.
    private static let turnMs: Int64 = 20

    func requireLife(of client: Client, answered bytes: ByteBuffer, by server: Server) throws(Violation) {
        guard client.isConnected, let expiredMs = record.expiredMs(client.session),
            nowMs > expiredMs + Self.turnMs, nowMs > server.resumedMs + Self.turnMs,
            bytes.frames.contains(where: { !$0.isEvent })
        else { return }
        throw Violation(
            "server \(server.id.rawValue) answered client \(client.index), whose session \(client.session) "
                + "had run out \(nowMs - expiredMs) ms before")
    }

    /// Whether a server may have closed a client because it has not heard of its leader, or of a quorum.
    func mayBeOutOfTouch(_ server: Server) -> Bool {
        if nowMs - server.resumedMs <= Self.turnMs { return true }
        let isLeaderSilent = nowMs - (server.heardMs.max() ?? 0) >= Simulation.tickMs / 2
        let isQuorumSilent = !membership.quorum.isReached { peer in
            peer == server.id
                || nowMs - server.heardMs[Int(peer.rawValue) - 1] < Int64(scenario.sessionTimeoutMs) / 2
        }
        let isUnheard = servers.allSatisfy { nowMs - $0.heardMs[server.host] >= Simulation.tickMs }
        switch server.servingRole {
        case .lead: return isQuorumSilent
        case .follow, .observe: return isLeaderSilent || isUnheard
        // It may have led, or followed.
        case nil: return isLeaderSilent || isQuorumSilent || isUnheard
        }
    }
}
