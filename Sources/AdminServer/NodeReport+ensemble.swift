internal import Console
internal import Ensembles
internal import Settings
internal import Vocabulary

/// The node among the others, as Apache's admin server names and orders it.
extension NodeReport {
    func writeLeader(_ settings: NodeSettings, into text: inout JSONText) {
        let leader = settings.ensemble?.members.first { $0.id.rawValue == leaderID }
        text.member("is_leader", state == .leader)
        text.member("leader_id", leaderID ?? -1)
        text.member("leader_ip", leader?.addresses.first?.host ?? "")
    }

    func writeObservers(into text: inout JSONText) {
        let observers = metrics.leader?.observers ?? []
        text.member("synced_observers", metrics.syncedObservers ?? 0)
        text.key("observers")
        text.list(observers) { text, id in text.object { $0.member("sid", id) } }
    }

    /// The learners of a leader, and how far behind it each is; of others an empty list.
    func writeLag(into text: inout JSONText) {
        text.member("last_zxid", "\(lastZxid)")
        text.key("learners")
        text.list(metrics.leader?.reports ?? []) { text, learner in
            text.object { text in
                text.member("sid", learner.id)
                text.member("observer", learner.isObserver)
                text.member("synced", learner.isSynced)
                text.key("lag_ms")
                text.plain(learner.owesMs.map { "\($0)" } ?? "null")
            }
        }
    }

    func writeZabState(_ settings: NodeSettings, into text: inout JSONText) {
        let own = settings.ensemble?.members.first { $0.id.rawValue == settings.serverID }
        guard settings.isMember, let own, leaderID != nil else {
            text.member("voting", false)
            text.member("zabstate", "")
            return
        }
        text.member("myid", own.id.rawValue)
        text.member("is_leader", state == .leader)
        text.key("quorum_address")
        text.write(own.addresses.map { ($0.host, $0.quorumPort) })
        text.key("election_address")
        text.write(own.addresses.map { ($0.host, $0.electionPort) })
        text.member("client_address", own.clientText)
        text.member("voting", own.kind == .participant)
        text.member("last_zxid", "\(lastZxid)")
        let zxid = UInt64(bitPattern: lastZxid.rawValue)
        text.member("zab_epoch", zxid >> 32)
        text.member("zab_counter", zxid & 0xffff_ffff)
        text.member("zabstate", "broadcast")
    }
}

extension NodeSettings {
    func writeVotingView(into text: inout JSONText) {
        text.key("current_config")
        text.object { text in
            guard case .member(let ensemble) = deployment else { return }
            for voter in ensemble.configuration.voters {
                text.key("\(voter.id.rawValue)")
                text.object { voter.write(into: &$0) }
            }
        }
    }
}

extension EnsembleMember {
    fileprivate var clientText: String { client.map { "\($0.host):\($0.port)" } ?? "" }

    fileprivate func write(into text: inout JSONText) {
        text.key("server_addresses")
        text.list(addresses) { $0.text("\($1.host):\($1.quorumPort)") }
        text.key("election_addresses")
        text.list(addresses) { $0.text("\($1.host):\($1.electionPort)") }
        text.member("client_address", clientText)
        text.member("learner_type", kind.rawValue)
    }
}

extension JSONText {
    /// A list of addresses as Java shows it; they are taken as reachable, which Apache's server tries out.
    fileprivate mutating func write(_ addresses: [(host: String, port: Int)]) {
        let all = addresses.map { "\($0.host):\($0.port)" }
        object { text in
            text.member("empty", all.isEmpty)
            for name in ["all_addresses", "all_reachable_addresses"] {
                text.key(name)
                text.list(all) { $0.text($1) }
            }
            text.member("one", all.first ?? "")
            text.member("reachable_address", all.first ?? "")
            text.key("wildcard_addresses")
            text.list(addresses) { $0.text("0.0.0.0:\($1.port)") }
            text.key("all_ports")
            text.list(addresses) { $0.plain("\($1.port)") }
            text.key("all_host_strings")
            text.list(addresses) { $0.text($1.host) }
            text.key("all_reachable_addresses_or_all")
            text.list(all) { $0.text($1) }
            text.member("reachable_or_one", all.first ?? "")
        }
    }
}
