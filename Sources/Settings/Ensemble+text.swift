import Vocabulary

extension Ensemble {
    /// The server list as ZooKeeper writes it to `/zookeeper/config`, to dynamic files and after `conf`: no
    /// line end behind the version.
    package var text: String {
        var lines = members.map { "server.\($0.id.rawValue)=\($0.text)" }
        for (group, voters) in groups.sorted(by: { $0.key < $1.key }) {
            lines.append("group.\(group)=" + voters.map { "\($0.rawValue)" }.joined(separator: ":"))
        }
        // With groups every voter has a weight, given or not.
        let weighted = groups.isEmpty ? [] : voters.map { (id: $0.id, weight: weights[$0.id] ?? 1) }
        for (id, weight) in weighted { lines.append("weight.\(id.rawValue)=\(weight)") }
        lines.append("version=" + String(UInt64(bitPattern: version), radix: 16))
        return lines.joined(separator: "\n")
    }
}

extension EnsembleMember {
    /// The value of its line.
    package var text: String {
        let servers = addresses.map { "\(Self.bracketed($0.host)):\($0.quorumPort):\($0.electionPort)" }
        var text = servers.sorted().joined(separator: "|") + ":\(kind.rawValue)"
        if let client { text += ";\(Self.bracketed(client.host)):\(client.port)" }
        if let secureClient { text += ";\(Self.bracketed(secureClient.host)):\(secureClient.port)" }
        return text
    }

    private static func bracketed(_ host: String) -> String {
        host.contains(":") ? "[\(host)]" : host
    }
}
