internal import Replica
internal import Vocabulary
internal import Zab

/// How long an ensemble has been without what it could have.
struct Service {
    /// Since when nothing has changed in what servers, disks and the network can do.
    var steadySinceMs: Int64 = 0
    /// Voters that are well, and hear each other, are a quorum; nil until somebody looks.
    var isQuorumTalking: Bool?
    var isWhole = false
    /// When last a leader was followed by a quorum, each of which hears it and is heard.
    var ledAtMs: Int64 = 0
    /// When last every server had its part.
    var joinedAtMs: Int64 = 0
    var longestUnledMs: Int64 = 0
    var longestUnjoinedMs: Int64 = 0
}

/// Liveness while nothing changes: whoever can be served must be, and soon.
extension Simulation {
    /// Milliseconds without a leader that serves, while a quorum could talk: as long as a server may be
    /// silent (`syncLimit`, 1000 ms), and what it may take to find out that one who was elected cannot lead
    /// (discovery, 2000 ms, and the election).
    private static let unledMsMax: Int64 = 4_000
    /// Milliseconds until every server has its part, once ways that were shut for long are open and
    /// everybody can talk with everybody.
    private static let unjoinedMsMax: Int64 = 3_000

    func noteChange() {
        service.steadySinceMs = nowMs
        service.isQuorumTalking = nil
    }

    func requireService() throws(Violation) {
        if service.isQuorumTalking == nil {
            service.isQuorumTalking = isQuorumTalking
            service.isWhole = isWhole
        }
        if isLed { service.ledAtMs = nowMs }
        if servers.allSatisfy({ $0.servingRole != nil }) { service.joinedAtMs = nowMs }
        if service.isQuorumTalking == true {
            let unledMs = nowMs - max(service.steadySinceMs, service.ledAtMs)
            service.longestUnledMs = max(service.longestUnledMs, unledMs)
            guard unledMs <= Self.unledMsMax else {
                throw Violation("a quorum could talk for \(unledMs) ms, and had no leader: \(servingRoles)")
            }
        }
        if service.isWhole, scenario.isAboutLastingCuts {
            let unjoinedMs = nowMs - max(service.steadySinceMs, service.joinedAtMs)
            service.longestUnjoinedMs = max(service.longestUnjoinedMs, unjoinedMs)
            guard unjoinedMs <= Self.unjoinedMsMax else {
                throw Violation("all could talk for \(unjoinedMs) ms, and not all serve: \(servingRoles)")
            }
        }
    }

    /// Milliseconds, the longest of the run.
    package var longestUnledMs: Int64 { service.longestUnledMs }
    package var longestUnjoinedMs: Int64 { service.longestUnjoinedMs }

    private var voters: ArraySlice<Server> { servers.prefix(scenario.voters) }

    private func isWell(_ server: Server) -> Bool {
        server.isRunning && server.backlog == nil && !server.isDiskFailing && server.diskDelayMsMax <= 3
    }

    private var isQuorumTalking: Bool {
        guard network.delayMsMax <= 4 else { return false }
        let well = voters.filter(isWell)
        return (0..<(1 << well.count)).contains { set in
            let some = well.indices.filter { set & (1 << $0) != 0 }.map { well[$0] }
            return membership.quorum.isReached { id in some.contains { $0.id == id } }
                && some.allSatisfy { one in
                    some.allSatisfy { $0 === one || network.areConnected(one.host, $0.host) }
                }
        }
    }

    private var isWhole: Bool {
        network.delayMsMax <= 4 && servers.allSatisfy(isWell)
            && servers.allSatisfy { one in
                servers.allSatisfy { $0 === one || network.areConnected(one.host, $0.host) }
            }
    }

    private var isLed: Bool {
        voters.contains { leader in
            guard case .lead(let epoch)? = leader.servingRole else { return false }
            return membership.quorum.isReached { id in
                guard id != leader.id else { return true }
                return voters.contains { server in
                    server.id == id && server.servingRole == .follow(leader.id, epoch)
                        && network.areConnected(server.host, leader.host)
                }
            }
        }
    }

    private var servingRoles: String {
        servers.map { "server \($0.id.rawValue) \($0.servingRole.map { "\($0)" } ?? "looks")" }
            .joined(separator: ", ")
    }
}
